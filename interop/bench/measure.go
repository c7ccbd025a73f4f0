package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/wandgo/wandgo/interop/official"
	"github.com/wandgo/wandgo/interop/scenario"
	"github.com/wandgo/wandgo/wandbtest"
)

// program is one client's part of the benchmark.
type program struct {
	name    string
	command func(ctx context.Context, dir string, args ...string) *exec.Cmd
}

// load is a program's task.
type load struct {
	mode          string
	metrics, rows int
}

// sample is one run of a program.
type sample struct {
	start    float64 // seconds from the start of the process to the run's creation
	init     float64
	log      float64
	finish   float64
	cpu      float64
	memory   float64 // bytes
	requests float64
	wire     float64 // bytes sent by the client, headers included
	before   float64 // requests before the run was created
	disk     float64 // bytes of the log on disk
}

func (s sample) total() float64 { return s.log + s.finish }

// measure runs a program once with its own server.
func measure(ctx context.Context, p program, l load) (sample, error) {
	dir, err := os.MkdirTemp("", "wandgo-bench-")
	if err != nil {
		return sample{}, err
	}
	defer os.RemoveAll(dir)
	s, err := wandbtest.Start(scenario.Server())
	if err != nil {
		return sample{}, err
	}
	defer s.Close()
	front, err := listen(ctx, s)
	if err != nil {
		return sample{}, err
	}
	defer front.close()

	marker := "WANDGO_BENCH=" + filepath.Base(dir)
	cmd := p.command(ctx, dir, l.mode, strconv.Itoa(l.metrics), strconv.Itoa(l.rows))
	cmd.Env = append(cmd.Env, "WANDB_BASE_URL="+front.url, "WANDB_API_KEY="+scenario.Key, "WANDB_PROJECT=bench", marker,
		// What surrounds the rows is another subject, and not all of it is in both.
		"WANDB_CONSOLE=off", "WANDB_X_DISABLE_STATS=true")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.WaitDelay = 5 * time.Second
	runtime.GC() // the server's garbage of last time is not this one's business
	watched := watch(marker)
	started := time.Now()
	err = cmd.Run()
	watched.end()
	if err != nil {
		return sample{}, fmt.Errorf("%s %v: %w\n%s", p.name, l, err, stderr.Bytes())
	}
	var t struct{ Created, Init, Log, Finish float64 }
	if err := json.Unmarshal(stdout.Bytes(), &t); err != nil {
		return sample{}, fmt.Errorf("%s %v: %w\n%s", p.name, l, err, stdout.Bytes())
	}
	if err := complete(s, l); err != nil {
		return sample{}, fmt.Errorf("%s %v: %w", p.name, l, err)
	}
	// The times of the process include those of children that it waited for; the
	// samples know the others too, but less exactly.
	cpu := max(cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime(), watched.time())
	out := sample{
		start: t.Created - float64(started.UnixNano())/1e9,
		init:  t.Init, log: t.Log, finish: t.Finish, cpu: cpu.Seconds(), memory: float64(watched.memory()),
		wire: float64(front.read.Load()),
	}
	if out.disk, err = logSize(dir); err != nil {
		return sample{}, err
	}
	created := false
	for _, r := range s.Requests() {
		if r.Operation == "otel" {
			continue // the official client's own telemetry
		}
		out.requests++
		if r.Method == http.MethodPut {
			out.wire += float64(r.BodySize) // sent past the front, to the address in the URL
		}
		if !created {
			out.before++
		}
		created = created || r.Operation == "UpsertBucket"
	}
	return out, nil
}

// logSize returns the size of the run's log below dir.
func logSize(dir string) (float64, error) {
	var size int64
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Ext(path) != ".wandb" {
			return err
		}
		info, err := e.Info()
		if err == nil && info.Mode().IsRegular() {
			size += info.Size()
		}
		return err
	})
	return float64(size), err
}

// complete checks that all rows arrived, because lost rows would make a client look fast.
func complete(s *wandbtest.Server, l load) error {
	if l.mode == "offline" {
		return nil
	}
	runs := s.Runs()
	if len(runs) != 1 {
		return fmt.Errorf("%d runs were stored", len(runs))
	}
	v, _ := s.Run(runs[0].Entity, runs[0].Project, runs[0].ID)
	if len(v.HistoryLines) != l.rows || v.State != "finished" {
		return fmt.Errorf("%d rows of %d were stored, and the run is %s", len(v.HistoryLines), l.rows, v.State)
	}
	return nil
}

// front is a proxy that counts the bytes that clients send.
type front struct {
	url    string
	server *http.Server
	read   atomic.Int64
}

func listen(ctx context.Context, s *wandbtest.Server) (*front, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	f := &front{url: "http://" + l.Addr().String()}
	f.server = &http.Server{Handler: s, ReadHeaderTimeout: time.Minute}
	go f.server.Serve(&counting{l, &f.read}) //nolint:errcheck // it ends with Close
	return f, nil
}

func (f *front) close() { f.server.Close() }

type counting struct {
	net.Listener
	read *atomic.Int64
}

func (l *counting) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &countingConn{c, l.read}, nil
}

type countingConn struct {
	net.Conn
	read *atomic.Int64
}

func (c *countingConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.read.Add(int64(n))
	return n, err
}

// buildOurs compiles wandgo's part as for production.
func buildOurs(ctx context.Context, dir string) (program, int64, error) {
	binary := filepath.Join(dir, "ours")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", binary, "./bench/ours")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return program{}, 0, fmt.Errorf("build wandgo's half (run this in the interop folder): %w\n%s", err, out)
	}
	info, err := os.Stat(binary)
	if err != nil {
		return program{}, 0, err
	}
	return program{"wandgo", func(ctx context.Context, dir string, args ...string) *exec.Cmd {
		cmd := exec.CommandContext(ctx, binary, args...)
		cmd.Dir, cmd.Env = dir, official.Isolated(dir)
		return cmd
	}}, info.Size(), nil
}
