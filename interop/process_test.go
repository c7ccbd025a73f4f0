package interop

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/interop/official"
	"github.com/wandgo/wandgo/interop/scenario"
	"github.com/wandgo/wandgo/wandbtest"
)

// timeout limits one process.
const timeout = 5 * time.Minute

// side is one of the two clients.
type side struct {
	name string
	// command makes the process that runs the halves.
	command func(ctx context.Context, dir string, halves ...string) *exec.Cmd
}

// sides are both clients.
type sides struct{ official, ours side }

func officialSide(sdk *official.SDK, script string) side {
	return side{"official", func(ctx context.Context, dir string, halves ...string) *exec.Cmd {
		return sdk.Command(ctx, dir, append([]string{script}, halves...)...)
	}}
}

func ourSide(t *testing.T) side {
	t.Helper()
	program, err := os.Executable()
	require.NoError(t, err)
	return side{"wandgo", func(ctx context.Context, dir string, halves ...string) *exec.Cmd {
		cmd := exec.CommandContext(ctx, program, halves[0])
		cmd.Dir = dir
		cmd.Env = append(official.Isolated(dir), childVariable+"="+halves[0])
		return cmd
	}}
}

// outcome is the result of a process.
type outcome struct {
	exit int
	// said is its stderr, by half.
	said map[string][]string
	// took is how long it ran.
	took time.Duration
	err  error
}

// process runs one side of a scenario.
type process struct {
	cmd   *exec.Cmd
	ready chan struct{}
	out   outcome
}

func (p *process) Kill() error      { return p.cmd.Process.Kill() }
func (p *process) Interrupt() error { return p.cmd.Process.Signal(os.Interrupt) }

// execute runs one side of scenarios in one process.
func execute(ctx context.Context, by side, s *wandbtest.Server, dir string, env []string, phase scenario.Phase, halves ...string) outcome {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return outcome{err: err}
	}
	p := &process{cmd: by.command(ctx, dir, halves...), ready: make(chan struct{})}
	p.cmd.Env = append(p.cmd.Env, "WANDB_BASE_URL="+s.URL(), "WANDB_API_KEY="+scenario.Key, "WANDB_PROJECT="+scenario.Project, "WANDB_CONSOLE=off", "WANDB_X_DISABLE_STATS=true")
	p.cmd.Env = append(p.cmd.Env, env...)
	stdout, err := os.Create(filepath.Join(dir, "stdout"))
	if err != nil {
		return outcome{err: err}
	}
	defer stdout.Close()
	p.cmd.Stdout = stdout
	// A file, not a pipe: daemons of the official client outlive the process.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	stderr, err := p.cmd.StderrPipe()
	if err != nil {
		return outcome{err: err}
	}
	started := time.Now()
	if err := p.cmd.Start(); err != nil {
		return outcome{err: fmt.Errorf("start %s: %w", by.name, err)}
	}
	p.out.said = map[string][]string{}
	var reading, watching sync.WaitGroup
	reading.Go(func() { p.listen(halves[0], bufio.NewScanner(stderr)) })
	var during error
	if phase.During != nil {
		watching.Go(func() {
			select {
			case <-p.ready:
				if during = phase.During(ctx, s, p); during != nil {
					cancel()
				}
			case <-ctx.Done():
				during = errors.New("the process never said that it was ready")
			}
		})
	}
	reading.Wait()
	err = p.cmd.Wait()
	p.out.took = time.Since(started)
	watching.Wait()
	if e, ok := errors.AsType[*exec.ExitError](err); ok {
		p.out.exit = exitCode(e)
	} else if err != nil {
		p.out.err = err
	}
	if during != nil {
		p.out.err = fmt.Errorf("during %s: %w", phase.Half, during)
	}
	return p.out
}

// exitCode returns 128 plus the number of a signal, as shells do.
func exitCode(e *exec.ExitError) int {
	if status, ok := e.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return e.ExitCode()
}

// listen splits the output by the scenario that was running.
func (p *process) listen(half string, lines *bufio.Scanner) {
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		text := lines.Text()
		mark, ok := strings.CutPrefix(text, "@@@ ")
		switch {
		case !ok:
			p.out.said[half] = append(p.out.said[half], text)
		case mark == "ready":
			close(p.ready)
		case strings.HasPrefix(mark, "begin "):
			half = strings.TrimPrefix(mark, "begin ")
		default:
			p.out.said[half] = append(p.out.said[half], text)
		}
	}
}

// complaints returns the warnings in the official client's stderr, except those with an
// allowed text.
func complaints(said []string, allowed []string) []string {
	var found []string
	for _, line := range said {
		plain := ansi(line)
		if !strings.Contains(plain, "WARNING") && !strings.Contains(plain, "ERROR") &&
			!strings.Contains(plain, "Warning:") && !strings.Contains(plain, "Traceback") && !strings.Contains(plain, "@@@ failed") {
			continue
		}
		if !containsAny(plain, allowed) {
			found = append(found, plain)
		}
	}
	return found
}

func containsAny(text string, parts []string) bool {
	for _, p := range parts {
		if strings.Contains(text, p) {
			return true
		}
	}
	return false
}

// ansi matches color codes.
func ansi(text string) string {
	var b bytes.Buffer
	for text != "" {
		before, after, found := strings.Cut(text, "\x1b[")
		b.WriteString(before)
		if !found {
			break
		}
		text = strings.TrimLeft(after, "0123456789;")
		if text != "" {
			text = text[1:]
		}
	}
	return b.String()
}
