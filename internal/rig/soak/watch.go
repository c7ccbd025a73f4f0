package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/metrics"
	"strings"
	"sync/atomic"
	"time"
)

// sample is the memory use of the process at one moment.
type sample struct {
	rss, heap  uint64 // bytes; heap is what was live after the last collection
	goroutines int
}

// watch samples the process while runs are logged.
type watch struct {
	at        addresses
	out       io.Writer
	report    time.Duration
	rows      []atomic.Int64 // logged, by run
	began     time.Time
	samples   []sample
	finishing time.Duration
}

func (w *watch) begin() {
	w.began = time.Now()
	w.samples = make([]sample, 0, 1<<14)
	fmt.Fprintf(w.out, "%8s %10s %10s %9s %9s %11s %9s %7s\n", "time", "logged", "stored", "RSS MB", "heap MB", "goroutines", "requests", "faults")
}

// loop takes a sample every second and prints progress.
func (w *watch) loop(stop <-chan struct{}) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	reported := w.began
	for {
		select {
		case <-stop:
			w.line()
			return
		case now := <-tick.C:
			w.samples = append(w.samples, take())
			if now.Sub(reported) >= w.report {
				reported = now
				w.line()
			}
		}
	}
}

func (w *watch) logged() (n int64) {
	for i := range w.rows {
		n += w.rows[i].Load()
	}
	return n
}

// line prints one progress line.
func (w *watch) line() {
	ctx, cancel := context.WithTimeout(context.Background(), w.report)
	defer cancel()
	logged := w.logged()
	t, err := w.at.ask(ctx, "", 0)
	if err != nil {
		fmt.Fprintln(w.out, err)
		return
	}
	s := take()
	fmt.Fprintf(w.out, "%8s %10d %10d %9.1f %9.1f %11d %9d %7d\n", time.Since(w.began).Round(time.Second),
		logged, t.Rows, mb(s.rss), mb(s.heap), s.goroutines, t.Requests, t.Hits)
}

func mb(bytes uint64) float64 { return float64(bytes) / 1e6 }

// take takes a sample.
func take() sample {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	return sample{rss: residentBytes(), heap: live[0].Value.Uint64(), goroutines: runtime.NumGoroutine()}
}

// residentBytes is the resident memory of the process, 0 if the system does not
// report it.
func residentBytes() uint64 {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	var size, resident uint64
	if _, err := fmt.Fscan(strings.NewReader(string(text)), &size, &resident); err != nil {
		return 0
	}
	return resident * uint64(os.Getpagesize()) //nolint:gosec // positive
}

// waitForGoroutines waits until there are no more goroutines than before, and returns
// how many are left over.
func waitForGoroutines(before int) int {
	enough := time.After(5 * time.Second)
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for runtime.NumGoroutine() > before {
		select {
		case <-again.C:
		case <-enough:
			return runtime.NumGoroutine() - before
		}
	}
	return max(0, runtime.NumGoroutine()-before)
}
