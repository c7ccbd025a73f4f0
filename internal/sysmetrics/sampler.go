package sysmetrics

import (
	"context"
	"io/fs"
	"log/slog"
	"sync"
	"time"
)

const (
	// DefaultInterval is how often the official client samples
	// (WANDB_X_STATS_SAMPLING_INTERVAL).
	DefaultInterval = 15 * time.Second
	// MinInterval is how often one can sample at most.
	MinInterval = 100 * time.Millisecond
	// sourceTimeout is how long one sample of a Source may take.
	sourceTimeout = 10 * time.Second
)

// Source measures something else, such as GPUs.
type Source interface {
	// Sample returns values under the names of the official client without
	// "system.", for example "gpu.0.temp". It returns soon after ctx is done; a
	// Stop waits for it. It is not called twice at a time.
	Sample(ctx context.Context) (map[string]float64, error)
}

// Options says what to measure. The zero Options measure this process.
type Options struct {
	// Disks are the paths whose file systems are measured. The default is "/"
	// (WANDB_X_STATS_DISK_PATHS).
	Disks []string
	// Label is added to every name, in a run that several processes write.
	Label string
	// Sources are measured besides, each in rows of its own, so that a slow one
	// holds up nothing.
	Sources []Source
	// Log is told when a source fails, once per series of failures. The default
	// says nothing.
	Log *slog.Logger

	// Proc and Sys are the file systems of these names; the default is the
	// machine's. Their being replaced is for tests.
	Proc, Sys fs.FS
	// Cores is how many processors there are. The default is runtime.NumCPU.
	Cores int
}

// Emit takes a sample: values under names without "system.", with the label. The
// map is valid only until it returns. It is not called twice at a time, and not
// after Stop returned.
type Emit func(values map[string]float64, at time.Time)

// Sampler samples until it is stopped. Its methods are safe for concurrent use;
// the zero Sampler measures this process.
type Sampler struct {
	opts Options

	mu      sync.Mutex
	cancel  context.CancelFunc // set by Start
	running sync.WaitGroup
}

// New makes a Sampler.
func New(opts Options) *Sampler { return &Sampler{opts: opts} }

// Start begins to sample in the background: at once, and then at each interval,
// 0 meaning DefaultInterval. The first sample has no "cpu", which is a mean over
// the time since the sample before. A Sampler can be started once; starting it
// again, or after Stop, does nothing.
func (s *Sampler) Start(interval time.Duration, emit Emit) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cancel != nil {
		return
	}
	if interval <= 0 {
		interval = DefaultInterval
	}
	interval = max(interval, MinInterval)
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel

	var emitting sync.Mutex
	once := func(values map[string]float64, at time.Time) {
		emitting.Lock()
		defer emitting.Unlock()
		if len(values) > 0 && ctx.Err() == nil {
			emit(values, at)
		}
	}
	if p := newProbe(s.opts); p != nil {
		s.running.Go(func() {
			values := make(map[string]float64)
			every(ctx, interval, func() {
				clear(values)
				at := time.Now()
				p.sample(values, at)
				once(values, at)
			})
		})
	}
	for _, source := range s.opts.Sources {
		s.running.Go(func() {
			failing := false
			every(ctx, interval, func() {
				values, err := s.ask(ctx, source)
				if err != nil && !failing && ctx.Err() == nil && s.opts.Log != nil {
					s.opts.Log.WarnContext(ctx, "system metrics are missing", "error", err)
				}
				failing = err != nil
				once(values, time.Now())
			})
		})
	}
}

// ask samples one source. What it measured before an error counts.
func (s *Sampler) ask(ctx context.Context, source Source) (map[string]float64, error) {
	ctx, cancel := context.WithTimeout(ctx, sourceTimeout)
	defer cancel()
	values, err := source.Sample(ctx)
	if s.opts.Label == "" {
		return values, err
	}
	labelled := make(map[string]float64, len(values))
	for name, value := range values {
		labelled[name+suffix(s.opts.Label)] = value
	}
	return labelled, err
}

// Stop ends the sampling and waits for it. It can be called any number of times,
// also without Start, but not from emit.
func (s *Sampler) Stop() {
	s.mu.Lock()
	if s.cancel == nil {
		s.cancel = func() {}
	}
	cancel := s.cancel
	s.mu.Unlock()
	cancel()
	s.running.Wait()
}

// every calls do at once and then at each interval until ctx is done. What takes
// longer than an interval leaves samples out.
func every(ctx context.Context, interval time.Duration, do func()) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for ctx.Err() == nil {
		do()
		select {
		case <-ctx.Done():
		case <-ticker.C:
		}
	}
}

// suffix is what a label adds to a name.
func suffix(label string) string {
	if label == "" {
		return ""
	}
	return "/l:" + label
}
