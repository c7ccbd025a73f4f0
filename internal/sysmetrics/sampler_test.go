package sysmetrics

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type sourceFunc func(ctx context.Context) (map[string]float64, error)

func (f sourceFunc) Sample(ctx context.Context) (map[string]float64, error) { return f(ctx) }

// record collects samples.
type record struct {
	mu      sync.Mutex
	samples []map[string]float64
	times   []time.Time
}

func (r *record) emit(values map[string]float64, at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.samples = append(r.samples, maps.Clone(values))
	r.times = append(r.times, at)
}

func (r *record) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.samples)
}

func TestSamplesAtOnceAndAtEachInterval(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name            string
		asked, interval time.Duration
	}{
		{"default", 0, 15 * time.Second},
		{"chosen", time.Minute, time.Minute},
		{"too short", time.Nanosecond, 100 * time.Millisecond},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var got record
				began := time.Now()
				s := Start(Options{Proc: machine(), Sys: fstest.MapFS{}}, c.asked, got.emit)
				synctest.Wait()
				require.Equal(t, 1, got.count())
				<-time.After(3*c.interval + c.interval/2)
				s.Stop()
				s.Stop()
				require.Equal(t, 4, got.count())
				for i, at := range got.times {
					assert.Equal(t, time.Duration(i)*c.interval, at.Sub(began))
				}
				assert.NotContains(t, got.samples[0], "cpu")
				assert.Contains(t, got.samples[1], "cpu")
				<-time.After(time.Hour)
				assert.Equal(t, 4, got.count(), "nothing comes after Stop")
			})
		})
	}
}

func TestLabelIsPartOfEveryName(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var got record
		s := Start(Options{
			Proc: machine(), Sys: fstest.MapFS{}, Label: "rank0",
			Sources: []Source{sourceFunc(func(context.Context) (map[string]float64, error) { return map[string]float64{"gpu.0.temp": 40}, nil })},
		}, 0, got.emit)
		synctest.Wait()
		s.Stop()
		require.Len(t, got.samples, 2, "a source has rows of its own")
		all := make(map[string]float64)
		for _, sample := range got.samples {
			maps.Copy(all, sample)
		}
		assert.Contains(t, all, "gpu.0.temp/l:rank0")
		assert.Contains(t, all, "memory_percent/l:rank0")
		for name := range all {
			assert.True(t, strings.HasSuffix(name, "/l:rank0"), name)
		}
	})
}

func TestSlowSourceHoldsUpNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var got record
		var timedOut int
		s := Start(Options{Proc: machine(), Sys: fstest.MapFS{}, Sources: []Source{sourceFunc(func(ctx context.Context) (map[string]float64, error) {
			<-ctx.Done()
			if errors.Is(ctx.Err(), context.DeadlineExceeded) {
				timedOut++
			}
			return nil, ctx.Err()
		})}}, time.Second, got.emit)
		<-time.After(25*time.Second + time.Millisecond)
		synctest.Wait()
		assert.Equal(t, 26, got.count())
		s.Stop() // does not wait for the timeout
		assert.Equal(t, 2, timedOut)
	})
}

func TestFailingSourceIsToldOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var got record
		var log bytes.Buffer
		calls := 0
		s := Start(Options{Proc: fstest.MapFS{}, Sys: fstest.MapFS{}, Log: slog.New(slog.NewTextHandler(&log, nil)), Sources: []Source{
			sourceFunc(func(context.Context) (map[string]float64, error) {
				calls++
				if calls == 4 {
					return map[string]float64{"gpu.0.temp": 40}, nil
				}
				return map[string]float64{"gpu.1.temp": 1}, errors.New("no driver")
			}),
		}}, time.Second, got.emit)
		<-time.After(5500 * time.Millisecond)
		s.Stop()
		assert.Equal(t, 6, calls)
		assert.Equal(t, 2, strings.Count(log.String(), "no driver"), "once before and once after it worked")
		withGPU := 0
		for _, sample := range got.samples {
			if sample["gpu.0.temp"]+sample["gpu.1.temp"] > 0 {
				withGPU++
			}
		}
		assert.Equal(t, 6, withGPU, "what was measured before an error counts")
	})
}

func TestStop_SourceIgnoresContext_ReturnsSoon(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		var log bytes.Buffer
		var got record
		s := Start(Options{
			Log: slog.New(slog.NewTextHandler(&log, nil)),
			Sources: []Source{sourceFunc(func(context.Context) (map[string]float64, error) {
				<-release
				return map[string]float64{"late": 1}, nil
			})},
		}, time.Minute, got.emit)
		synctest.Wait()
		before, start := got.count(), time.Now()
		s.Stop()
		assert.Equal(t, stopWait, time.Since(start))
		assert.Contains(t, log.String(), "does not stop")
		close(release)
		synctest.Wait()
		assert.Equal(t, before, got.count(), "nothing is emitted afterwards")
	})
}
