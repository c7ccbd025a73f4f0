package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/runid"
	"github.com/wandgo/wandgo/wandbtest"
)

// stopTimeout is how long a worker may take to stop before it is killed.
const stopTimeout = 20 * time.Second

// launch starts the processes, as torchrun does, and waits for them. It returns 0 if all
// of them finished.
func launch(ctx context.Context, args, environ []string, out io.Writer) int {
	f, code, err := parse(args, out)
	if err != nil {
		return code
	}
	if err := startAll(ctx, f, args, environ, out); err != nil {
		fmt.Fprintln(out, errors.Explain(err))
		return 1
	}
	return 0
}

func startAll(ctx context.Context, f flags, args, environ []string, out io.Writer) error {
	runID := variable(environ, "WANDB_RUN_ID")
	if runID == "" {
		runID = runid.New()
	}
	var local *wandbtest.Server
	if !hasKey(ctx, environ) {
		dir, err := os.MkdirTemp("", "wandgo-distributed-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		if local, err = wandbtest.Start(wandbtest.Solo()); err != nil {
			return err
		}
		defer local.Close()
		fmt.Fprintln(out, "No API key was found. The server is in this process, until the program ends.")
		environ = append(environ, "WANDB_BASE_URL="+local.URL(), "WANDB_API_KEY="+wandbtest.AliceKey, "WANDB_ENTITY=acme", "WANDB_DIR="+dir)
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen for workers: %w", err)
	}
	reducer := newHub(listener, f.processes)
	defer reducer.close()
	host, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return fmt.Errorf("read address: %w", err)
	}
	environ = append(environ,
		"MASTER_ADDR="+host, "MASTER_PORT="+port, "WORLD_SIZE="+strconv.Itoa(f.processes),
		"WANDB_MODE=shared", "WANDB_RUN_ID="+runID)

	exe, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	var printing sync.Mutex
	var running sync.WaitGroup
	ends := make([]error, f.processes)
	for rank := range f.processes {
		cmd := exec.CommandContext(ctx, exe, args...)
		label := "rank" + strconv.Itoa(rank)
		cmd.Env = slices.Concat(environ, []string{
			"RANK=" + strconv.Itoa(rank), "LOCAL_RANK=" + strconv.Itoa(rank), "WANDB_X_LABEL=" + label,
		})
		lines := &prefixer{mu: &printing, out: out, prefix: "[" + label + "] "}
		cmd.Stdout, cmd.Stderr = lines, lines
		ownGroup(cmd)
		// The default is to kill; after a signal the runs finish in order.
		cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
		cmd.WaitDelay = stopTimeout
		if err := cmd.Start(); err != nil {
			ends[rank] = err
			reducer.disconnected(rank)
			continue
		}
		running.Go(func() {
			ends[rank] = cmd.Wait()
			reducer.disconnected(rank) // the others must not wait for it
			lines.flush()
		})
	}
	running.Wait()
	report(out, f, runID, reducer, ends, local)
	for rank, end := range ends {
		if end != nil {
			ends[rank] = fmt.Errorf("rank%d: %w", rank, end)
		}
	}
	return errors.Join(append(ends, context.Cause(ctx))...)
}

// hasKey reports whether an API key is configured. A key that the server refuses counts:
// the training reports why.
func hasKey(ctx context.Context, environ []string) bool {
	getenv := func(name string) string { return variable(environ, name) }
	c, err := client.New(client.Options{Getenv: getenv, InitTimeout: 10 * time.Second})
	if err != nil {
		return true
	}
	defer c.Close()
	_, err = c.Viewer(ctx)
	return !errors.Is(err, errors.ErrNoAPIKey)
}

// report prints how each process ended, how many rows it had logged at its last reduction,
// and how many the server has. The difference is in the directory of a process that died.
func report(out io.Writer, f flags, runID string, reducer *hub, ends []error, local *wandbtest.Server) {
	var stored map[int]int
	if local != nil {
		v, _ := local.Run("acme", project, runID)
		stored = rowsByRank(v)
		fmt.Fprintf(out, "\n%-8s %6s %7s  %s\n", "process", "logged", "stored", "end")
	} else {
		fmt.Fprintf(out, "\n%-8s %6s  %s\n", "process", "logged", "end")
	}
	for rank := range f.processes {
		end := "finished"
		if ends[rank] != nil {
			end = ends[rank].Error()
		}
		if local != nil {
			fmt.Fprintf(out, "rank%-4d %6d %7d  %s\n", rank, reducer.rows(rank), stored[rank], end)
		} else {
			fmt.Fprintf(out, "rank%-4d %6d  %s\n", rank, reducer.rows(rank), end)
		}
	}
	if local == nil {
		if url := reducer.runURL(); url != "" {
			fmt.Fprintf(out, "\nThe run is at %s\n", url)
		}
		return
	}
	v, ok := local.Run("acme", project, runID)
	if !ok {
		fmt.Fprintln(out, "\nThe server has no run.")
		return
	}
	fmt.Fprintf(out, "\nThe server in this process has the run: %d rows of %d processes, state %s.\n", len(v.HistoryLines), len(v.Writers), v.State)
}

// rowsByRank counts the rows on the server by process.
func rowsByRank(v wandbtest.RunView) map[int]int {
	rows := make(map[int]int)
	for _, row := range v.History() {
		if rank, ok := row["rank"].(float64); ok {
			rows[int(rank)]++
		}
	}
	return rows
}

// prefixer writes whole lines to out, each with a prefix.
type prefixer struct {
	mu     *sync.Mutex // guards out
	out    io.Writer
	prefix string
	rest   []byte
}

func (p *prefixer) Write(text []byte) (int, error) {
	p.rest = append(p.rest, text...)
	for {
		line, rest, found := bytes.Cut(p.rest, []byte("\n"))
		if !found {
			return len(text), nil
		}
		p.print(line)
		p.rest = rest
	}
}

func (p *prefixer) flush() {
	if len(p.rest) > 0 {
		p.print(p.rest)
		p.rest = nil
	}
}

func (p *prefixer) print(line []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintf(p.out, "%s%s\n", p.prefix, line)
}
