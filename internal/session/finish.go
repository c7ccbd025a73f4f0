package session

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/display"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/runconfig"
	"github.com/wandgo/wandgo/internal/sink"
)

// ending is the end of a run.
type ending struct {
	begun  atomic.Bool
	done   chan struct{}
	result error // valid after done
}

// Finish ends the run with an exit code. It blocks until the server has everything or
// ctx ends. Further calls wait for the first and return its error.
func (s *Session) Finish(ctx context.Context, code int) error {
	e := &s.ending
	if e.begun.CompareAndSwap(false, true) {
		defer close(e.done)
		e.result = s.finish(ctx, code)
		return e.result
	}
	select {
	case <-e.done: // also when ctx has ended
		return e.result
	default:
	}
	select {
	case <-e.done:
		return e.result
	case <-ctx.Done():
		return fmt.Errorf("finish %s: %w", s, context.Cause(ctx))
	}
}

func (s *Session) finish(ctx context.Context, code int) error {
	if limit := s.env.Settings.FinishTimeout; limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	s.stopStats()
	s.lookups.wait(ctx)
	last := s.close(code)
	// What is left of the console goes before the end of the run.
	if err := s.screen.close(); err != nil {
		s.env.Log.Warn("cannot store console output", "run", s.String(), "error", err)
	}
	stop := s.showProgress()
	whole, err := s.sink.Finish(ctx, last)
	stop()
	s.cancel(errors.ErrRunFinished)
	if s.plan.OnFinished != nil {
		s.plan.OnFinished(whole && code == 0)
	}
	end := display.End{URL: s.url, Dir: s.unsentDir(whole), Code: code, Err: err}
	if first := s.sink.FirstDir(); end.Dir != "" && first != "" {
		end.Dir, end.Rest = first, end.Dir
	}
	s.display.End(end)
	return s.failed("finish %s", err)
}

// close stores the last row and what else describes the end, and accepts nothing more.
func (s *Session) close(code int) *sink.Ending {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := &sink.Ending{}
	if !s.rows.open.empty() {
		e.Lost = s.commit(time.Now())
	}
	// From here on the run's duration is fixed, in whole seconds, and the server gets
	// it once more.
	s.duration = s.elapsed()
	s.summary.SetRuntime(s.seconds())
	s.config.Own.Use(runconfig.FeatureFinish)
	if s.sink.Online() || s.sink.Dir() != "" {
		e.Lost = errors.Join(e.Lost, s.sink.Put(s.telemetry()), s.sink.Put(s.summaryRecord()))
	}
	s.closed = true
	e.Exit = record.Exit{Code: int32(code), Runtime: int32(s.seconds()), NotComplete: !s.plan.Writer.ends()}
	if s.plan.Writer.Describes() && s.sink.Online() {
		config, err := runconfig.YAML(s.config.Wire())
		e.Lost = errors.Join(e.Lost, err)
		e.Files = map[string][]byte{"wandb-summary.json": s.summaryLocked(), "config.yaml": config}
	}
	return e
}

// unsentDir is the directory to show at the end, "" if the server has everything.
func (s *Session) unsentDir(whole bool) string {
	if s.url != "" && whole {
		return ""
	}
	return s.Dir()
}

// progressTick is how often progress is shown.
const progressTick = 200 * time.Millisecond

// showProgress shows the progress of the upload at the end, until the function it
// returns is called, which waits for it.
func (s *Session) showProgress() (stop func()) {
	if s.display == nil || s.url == "" {
		return func() {}
	}
	done := make(chan struct{})
	var showing sync.WaitGroup
	showing.Go(func() {
		tick := time.NewTicker(progressTick)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				s.display.Progress(s.sink.Progress())
			}
		}
	})
	return func() {
		close(done)
		showing.Wait()
	}
}
