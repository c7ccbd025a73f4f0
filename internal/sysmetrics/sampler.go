package sysmetrics

import (
	"context"
	"io/fs"
	"log/slog"
	"sync"
	"time"
)

const (
	// DefaultInterval is the interval of the official client
	// (WANDB_X_STATS_SAMPLING_INTERVAL).
	DefaultInterval = 15 * time.Second
	// MinInterval is the shortest interval.
	MinInterval = 100 * time.Millisecond
	// sourceTimeout bounds one sample of a Source.
	sourceTimeout = 10 * time.Second
)

// Source measures other devices, such as GPUs.
type Source interface {
	// Sample returns values under the names of the official client without "system.",
	// for example "gpu.0.temp". It must return soon after ctx is done, because Stop
	// waits for it. The calls are not concurrent.
	Sample(ctx context.Context) (map[string]float64, error)
}

// Options configures a Sampler. The zero Options measure this process.
type Options struct {
	// Label is added to every name, in a run that several processes write.
	Label string
	// Sources are measured too, each in its own rows, so that a slow one does not delay
	// the others.
	Sources []Source
	// Log gets a warning when a source fails, once per series of failures. The default
	// discards it.
	Log *slog.Logger

	// Proc and Sys are the file systems of these names. The default is the machine's;
	// tests replace them.
	Proc, Sys fs.FS
}

// Emit is called with each sample: values under names without "system.", with the label.
// The map is valid until it returns. The calls are not concurrent, and there are none
// after Stop has returned.
type Emit func(values map[string]float64, at time.Time)

// Sampler samples until it is stopped.
type Sampler struct {
	log     *slog.Logger
	cancel  context.CancelFunc
	running sync.WaitGroup
}

// Start samples in the background, at once and then at each interval; 0 means
// DefaultInterval. The first sample has no "cpu", which is the mean since the previous
// sample. The caller must call Stop.
func Start(opts Options, interval time.Duration, emit Emit) *Sampler {
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	if interval <= 0 {
		interval = DefaultInterval
	}
	interval = max(interval, MinInterval)
	ctx, cancel := context.WithCancel(context.Background())
	s := &Sampler{log: opts.Log, cancel: cancel}

	var emitting sync.Mutex
	once := func(values map[string]float64, at time.Time) {
		if opts.Label != "" {
			labelled := make(map[string]float64, len(values))
			for name, value := range values {
				labelled[name+"/l:"+opts.Label] = value
			}
			values = labelled
		}
		emitting.Lock()
		defer emitting.Unlock()
		if len(values) > 0 && ctx.Err() == nil {
			emit(values, at)
		}
	}
	if p := newProbe(opts); p != nil {
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
	for _, source := range opts.Sources {
		s.running.Go(func() {
			failing := false
			every(ctx, interval, func() {
				values, err := ask(ctx, source)
				if err != nil && !failing && ctx.Err() == nil {
					opts.Log.WarnContext(ctx, "system metrics are missing", "error", err)
				}
				failing = err != nil
				once(values, time.Now())
			})
		})
	}
	return s
}

// ask samples one source. Values that it returns with an error are used.
func ask(ctx context.Context, source Source) (map[string]float64, error) {
	ctx, cancel := context.WithTimeout(ctx, sourceTimeout)
	defer cancel()
	return source.Sample(ctx)
}

// stopWait is how long Stop waits for a source that does not heed its context.
const stopWait = 2 * time.Second

// Stop stops the sampling and waits for it. A source that does not heed its context is
// left behind after two seconds, with a warning: it must not hold the end of the run. Stop
// may be called more than once, also concurrently, but not from emit.
func (s *Sampler) Stop() {
	s.cancel()
	stopped := make(chan struct{})
	go func() {
		s.running.Wait()
		close(stopped)
	}()
	timer := time.NewTimer(stopWait)
	defer timer.Stop()
	select {
	case <-stopped:
	case <-timer.C:
		s.log.Warn("a source of system metrics does not stop and is left behind")
	}
}

// every calls do at once and then at each interval until ctx is done. A call that takes
// longer than an interval skips samples.
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
