// Command soak logs to many runs at once for a long time, to a server that keeps
// failing. It reports whether memory and goroutines stay flat and whether every row is
// stored exactly once.
//
//	go run ./internal/rig/soak -runs 64 -metrics 20 -rate 10 -for 10m
//
// The server is a second process of this program on the loopback interface, so that
// its memory is not counted as the client's. A tenth of all requests fail: with 5xx,
// 429 with and without Retry-After, garbage, a delay, or a connection that is cut
// before, after or within the response, sometimes after the data was stored. At the
// end, it counts the rows on the server and in the journals on disk. The exit code is
// 0 if everything is right and 1 otherwise.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"
)

// options are the flags.
type options struct {
	runs, metrics int
	rate          float64       // rows per second and run
	length        time.Duration // how long to log
	report        time.Duration
	interval      time.Duration // between two requests of a run
	retryWait     time.Duration // before the first retry, 0 for the client's default
	faults        float64       // share of requests that fail
	tolerance     float64       // how much memory may grow from the second third to the last
	server        bool          // run the server
}

func main() {
	var o options
	flag.IntVar(&o.runs, "runs", 64, "number of concurrent runs")
	flag.IntVar(&o.metrics, "metrics", 20, "metrics per row")
	flag.Float64Var(&o.rate, "rate", 10, "rows per second and run")
	flag.DurationVar(&o.length, "for", 10*time.Minute, "how long to log")
	flag.DurationVar(&o.report, "report", 30*time.Second, "time between two progress lines")
	flag.DurationVar(&o.interval, "interval", time.Second, "time between two requests of a run (the client's default is 15s)")
	flag.Float64Var(&o.faults, "faults", 0.1, "share of requests that fail")
	flag.Float64Var(&o.tolerance, "tolerance", 0.1, "how much more memory and goroutines the last third may use than the second")
	flag.BoolVar(&o.server, "server", false, "run the server process; used by the command itself")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := do(ctx, &o, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		stop()
		os.Exit(1) //nolint:gocritic // stop was called
	}
}

func do(ctx context.Context, o *options, out io.Writer) error {
	if o.runs < 1 || o.metrics < 1 || o.rate <= 0 || o.length <= 0 || o.report <= 0 {
		return errors.New("-runs, -metrics, -rate, -for and -report must be positive")
	}
	if o.server {
		return serve(o, os.Stdin, out)
	}
	return soak(ctx, o, out)
}
