// Command soak logs to many runs at once for a long time, against a server that
// fails all the time, and says whether memory and goroutines stay flat and whether
// every row is stored exactly once.
//
//	go run ./internal/rig/soak -runs 64 -metrics 20 -rate 10 -for 10m
//
// The server is a second process of this program on the loopback interface, so
// that what it stores is not counted as the client's memory. It answers a tenth
// of all requests with 5xx, 429 with and without Retry-After, garbage, or late, or
// cuts the connection before, after or in the answer, also after it has stored
// what was sent. At the end both the server's rows and those of the journals on
// disk are counted. The exit code is 0 if all is well and 1 otherwise.
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

// options are the command line's.
type options struct {
	runs, metrics int
	rate          float64       // rows a second and run
	length        time.Duration // how long to log
	report        time.Duration
	interval      time.Duration // between two requests of a run
	faults        float64       // share of requests that something happens to
	tolerance     float64       // how much memory may grow from one third to the next
	server        bool          // be the server
}

func main() {
	var o options
	flag.IntVar(&o.runs, "runs", 64, "runs at one time")
	flag.IntVar(&o.metrics, "metrics", 20, "metrics in a row")
	flag.Float64Var(&o.rate, "rate", 10, "rows a second and run")
	flag.DurationVar(&o.length, "for", 10*time.Minute, "how long to log")
	flag.DurationVar(&o.report, "report", 30*time.Second, "time between two lines of the report")
	flag.DurationVar(&o.interval, "interval", time.Second, "time between two requests of a run; the usual one is 15s")
	flag.Float64Var(&o.faults, "faults", 0.1, "share of the requests that something happens to")
	flag.Float64Var(&o.tolerance, "tolerance", 0.1, "how much memory and goroutines of the last third may exceed those of the second")
	flag.BoolVar(&o.server, "server", false, "be the server process; used by the command itself")
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
