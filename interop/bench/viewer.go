package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"time"
)

// dataset is what the viewers show: the same values for each, in its own format.
type dataset struct {
	dir                 string
	runs, rows, metrics int
}

func (d dataset) path(format string) string { return filepath.Join(d.dir, format) }

// viewer is a program that shows runs.
type viewer interface {
	name() string
	// write writes a data set in the viewer's format.
	write(ctx context.Context, d dataset) error
	// grow starts a run that gets another row with each call of add.
	grow(ctx context.Context, d dataset) (add, end func() error, err error)
	// open starts the program. state is where it may keep files from one start to the next.
	open(ctx context.Context, d dataset, state string) (view, error)
}

// view is a started viewer.
type view interface {
	// listed returns how many runs are listed.
	listed(ctx context.Context) (int, error)
	// series returns what the charts of all metrics of the first run show.
	series(ctx context.Context) ([]byte, error)
	// covered returns how many rows all charts of a series cover.
	covered(series []byte) (int, error)
	// zoom shows a hundredth of the rows in more detail.
	zoom(ctx context.Context) error
	running() *process
}

var (
	errNone   = errors.New("the viewer does not have it")
	errNotYet = errors.New("the viewer does not answer yet")
)

// process is a viewer's process and its children.
type process struct {
	cmd     *exec.Cmd
	started time.Time
	watched *tree
	client  *http.Client
}

// marks numbers the views, so that each knows its processes.
var marks atomic.Int64

// mark returns a variable for the environment of the processes of one viewer.
func mark() string { return fmt.Sprintf("WANDGO_VIEWER=%d-%d-", os.Getpid(), marks.Add(1)) }

// begin starts a command. The times of a view count from here. The environment of the
// processes whose memory is measured contains mark.
func begin(cmd *exec.Cmd, mark string) (*process, error) {
	p := &process{cmd: cmd, watched: watch(mark), client: &http.Client{Transport: &http.Transport{}}}
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	p.started = time.Now()
	if err := cmd.Start(); err != nil {
		p.watched.end()
		return nil, fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	return p, nil
}

func (p *process) running() *process { return p }

// close stops the processes and returns the sum of their peaks of memory in bytes.
func (p *process) close() int64 {
	p.client.CloseIdleConnections()
	p.watched.sample()
	_ = p.cmd.Process.Signal(os.Interrupt)
	kill := time.AfterFunc(5*time.Second, func() { _ = p.cmd.Process.Kill() })
	_ = p.cmd.Wait() // it was asked to stop, so an error is expected
	kill.Stop()
	p.watched.end()
	return p.watched.memory()
}

// get reads from the program's server, with POST if there is a body.
func (p *process) get(ctx context.Context, url string, body []byte) ([]byte, error) {
	method := http.MethodGet
	if body != nil {
		method = http.MethodPost
	}
	request, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := p.client.Do(request)
	if err != nil {
		if ctx.Err() == nil { // the server does not listen yet
			err = fmt.Errorf("%w: %w", errNotYet, err)
		}
		return nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%w: %s: %s", errNotYet, response.Status, text)
	}
	return text, err
}

// freePort returns a port that no one listens on.
func freePort(ctx context.Context) (string, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	address, ok := l.Addr().(*net.TCPAddr)
	if !ok {
		return "", fmt.Errorf("%v is not a TCP address", l.Addr())
	}
	return strconv.Itoa(address.Port), nil
}

// pause waits, or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
