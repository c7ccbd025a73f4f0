package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/wandbtest"
)

// finishWithin bounds how long all runs together may take to finish.
const finishWithin = 10 * time.Minute

// soak starts the server, logs, and checks the result.
func soak(ctx context.Context, o *options, out io.Writer) (err error) {
	at, stop, err := startServer(ctx, o)
	if err != nil {
		return err
	}
	defer stop()
	dir, err := os.MkdirTemp("", "soak")
	if err != nil {
		return fmt.Errorf("make a directory for runs: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()

	fmt.Fprintf(out, "%d runs, %d metrics, %g rows/s each, for %v; %d CPUs; a request per run every %v; %g%% faults\n",
		o.runs, o.metrics, o.rate, o.length, runtime.GOMAXPROCS(0), o.interval, 100*o.faults)
	before := runtime.NumGoroutine()
	env := map[string]string{"WANDB_X_FILE_STREAM_TRANSMIT_INTERVAL": fmt.Sprint(o.interval.Seconds())}
	if o.retryWait > 0 {
		for _, channel := range []string{"GRAPHQL", "FILE_STREAM", "FILE_TRANSFER"} {
			env["WANDB_X_"+channel+"_RETRY_WAIT_MIN_SECONDS"] = fmt.Sprint(o.retryWait.Seconds())
		}
	}
	c, err := client.New(client.Options{
		BaseURL: at.URL, APIKey: wandbtest.AliceKey, Dir: dir,
		Getenv: func(name string) string { return env[name] },
	})
	if err != nil {
		return err
	}
	defer c.Close()
	runs, err := start(ctx, c, o.runs)
	if err != nil {
		return err
	}
	w := &watch{at: at, out: out, report: o.report}
	finished := w.log(ctx, o, runs)
	_ = c.Close()
	leaked := waitForGoroutines(before)
	return w.judge(ctx, o, runs, finished, leaked)
}

// start creates the runs concurrently.
func start(ctx context.Context, c *client.Client, n int) ([]*client.Run, error) {
	runs, errs := make([]*client.Run, n), make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			runs[i], errs[i] = c.Init(ctx, client.RunOptions{Entity: entity, Project: project})
		})
	}
	all.Wait()
	return runs, errors.Join(errs...)
}

// log logs to all runs for o.length, then finishes them, and samples memory meanwhile.
func (w *watch) log(ctx context.Context, o *options, runs []*client.Run) error {
	w.rows = make([]atomic.Int64, len(runs))
	ctx, cancel := context.WithTimeout(ctx, o.length)
	defer cancel()
	var watching, feeding sync.WaitGroup
	w.begin()
	stopWatching := make(chan struct{})
	watching.Go(func() { w.loop(stopWatching) }) //nolint:contextcheck // it outlives ctx
	errs := make([]error, len(runs))
	for i, run := range runs {
		feeding.Go(func() { errs[i] = feed(ctx, o, run, &w.rows[i]) })
	}
	feeding.Wait()
	close(stopWatching)
	watching.Wait()

	ending, stop := context.WithTimeout(context.WithoutCancel(ctx), finishWithin)
	defer stop()
	began := time.Now()
	for i, run := range runs {
		feeding.Go(func() { errs[i] = errors.Join(errs[i], run.Finish(ending)) })
	}
	feeding.Wait()
	w.finishing = time.Since(began)
	return errors.Join(errs...)
}

// feed logs to one run until ctx is done.
func feed(ctx context.Context, o *options, run *client.Run, rows *atomic.Int64) error {
	keys := make([]string, o.metrics)
	for i := range keys {
		keys[i] = fmt.Sprintf("train/metric_%02d", i)
	}
	row := make(map[string]any, o.metrics+1)
	every := time.Duration(float64(time.Second) / o.rate)
	next := time.Now()
	wait := time.NewTimer(0)
	defer wait.Stop()
	for {
		select {
		case <-wait.C:
		case <-ctx.Done():
			return nil
		}
		n := int(rows.Load())
		row["row"] = n
		for i, key := range keys {
			row[key] = float64(n) / float64(i+3)
		}
		if err := run.Log(row); err != nil {
			return err
		}
		rows.Store(int64(n) + 1)
		next = next.Add(every) // catches up after the machine was busy
		wait.Reset(time.Until(next))
	}
}

// startServer starts the server process and waits until it listens.
func startServer(ctx context.Context, o *options) (addresses, func(), error) {
	self, err := os.Executable()
	if err != nil {
		return addresses{}, nil, fmt.Errorf("find this program: %w", err)
	}
	//nolint:gosec // this very program
	cmd := exec.CommandContext(context.WithoutCancel(ctx), self, "-server", "-faults", fmt.Sprint(o.faults))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return addresses{}, nil, fmt.Errorf("start server: %w", err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return addresses{}, nil, fmt.Errorf("start server: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return addresses{}, nil, fmt.Errorf("start server: %w", err)
	}
	stop := func() {
		_ = in.Close()
		_ = cmd.Wait()
	}
	var at addresses
	if err := json.NewDecoder(out).Decode(&at); err != nil {
		stop()
		return addresses{}, nil, fmt.Errorf("start server: %w", err)
	}
	return at, stop, nil
}

// ask asks the server process for the tally of one run or of all.
func (p addresses) ask(ctx context.Context, run string, rows int64) (tally, error) {
	query := url.Values{}
	if run != "" {
		query = url.Values{"run": {run}, "rows": {strconv.FormatInt(rows, 10)}}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.Control+"/?"+query.Encode(), http.NoBody)
	if err != nil {
		return tally{}, fmt.Errorf("ask the server: %w", err)
	}
	var c http.Client
	defer c.CloseIdleConnections()
	resp, err := c.Do(req)
	if err != nil {
		return tally{}, fmt.Errorf("ask the server: %w", err)
	}
	defer resp.Body.Close()
	var t tally
	if err := json.NewDecoder(resp.Body).Decode(&t); err != nil {
		return tally{}, fmt.Errorf("ask the server: %w", err)
	}
	return t, nil
}
