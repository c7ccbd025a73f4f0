package interop

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/api"
	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/interop/scenario"
	"github.com/wandgo/wandgo/wandbtest"
)

// historyVariable makes the test program a server that has a run with so many rows.
const historyVariable = "WANDGO_INTEROP_HISTORY"

// maxScanMemory bounds the heap that a scan needs beyond what there was before: two responses and 2,000 rows.
const maxScanMemory = 200 << 20

// TestScan_MillionRows_BothClientsReadEachOnce also checks that wandgo's memory does not grow with the rows,
// and prints how long both clients take, and the CPU time that the server takes for each. The server is a
// process of its own. It takes minutes, so it runs only if WANDGO_TEST_LONG is set, perhaps to a number of
// rows.
func TestScan_MillionRows_BothClientsReadEachOnce(t *testing.T) { //nolint:paralleltest // it measures
	if os.Getenv("WANDGO_TEST_LONG") == "" {
		t.Skip("WANDGO_TEST_LONG is not set")
	}
	n, err := strconv.Atoi(os.Getenv("WANDGO_TEST_LONG"))
	if err != nil || n < 1000 {
		n = 1_000_000
	}
	url, serverCPU := historyServer(t, n)
	script := officialScript(t, url, "scan.py")
	stored, err := api.New(connect(t, url)).Run(t.Context(), "acme/reads/long")
	require.NoError(t, err)
	var memory runtime.MemStats
	heap := func() uint64 {
		runtime.ReadMemStats(&memory)
		return memory.HeapAlloc
	}
	most := uint64(0)
	scan := func(rows int) {
		next := 0
		for row, err := range stored.History(t.Context()) {
			if err != nil || row.Step() != int64(next) { // require is slow
				require.NoError(t, err)
				require.EqualValues(t, next, row.Step())
			}
			if next++; next == rows {
				break
			}
			if next%1000 == 0 {
				most = max(most, heap())
			}
		}
		require.Equal(t, rows, next)
	}
	scan(1) // the server finds the steps of the rows once
	runtime.GC()
	before := heap()
	served, began, used := serverCPU(), time.Now(), cpuTime()
	scan(n)
	took, ourCPU := time.Since(began), cpuTime()-used
	assert.Less(t, most, before+maxScanMemory)
	forUs := serverCPU() - served
	var theirs int
	var seconds, theirCPU float64
	_, err = fmt.Sscan(script("acme/reads/long"), &theirs, &seconds, &theirCPU)
	require.NoError(t, err)
	assert.Equal(t, n, theirs)
	t.Logf("%d rows: wandgo %.2f s (CPU %.2f s, server's %.2f s), official client %.1f s (CPU %.1f s, server's %.2f s): %.1f times (CPU %.1f)",
		n, took.Seconds(), ourCPU.Seconds(), forUs.Seconds(), seconds, theirCPU, (serverCPU() - served - forUs).Seconds(),
		seconds/took.Seconds(), theirCPU/ourCPU.Seconds())
}

// historyServer starts a process that serves the run acme/reads/long with n rows of ten metrics. It returns
// its address, and a function that asks it for its CPU time.
func historyServer(t *testing.T, n int) (url string, cpu func() time.Duration) {
	t.Helper()
	program, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), program)
	cmd.Env = append(os.Environ(), historyVariable+"="+strconv.Itoa(n))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait()
	})
	_, err = fmt.Fscanln(out, &url)
	require.NoError(t, err)
	return url, func() time.Duration {
		_, err := fmt.Fprintln(in)
		require.NoError(t, err)
		var d time.Duration
		_, err = fmt.Fscanln(out, &d)
		require.NoError(t, err)
		return d
	}
}

// serveHistory is the process of [historyServer].
func serveHistory(rows string) int {
	if err := serveLines(rows); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func serveLines(rows string) error {
	n, err := strconv.Atoi(rows)
	if err != nil {
		return err
	}
	srv, err := wandbtest.Start(scenario.Server())
	if err != nil {
		return err
	}
	defer srv.Close()
	dir, err := os.MkdirTemp("", "history")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	c, err := client.New(client.Options{BaseURL: srv.URL(), APIKey: scenario.Key, Dir: dir, Output: io.Discard, Getenv: func(string) string { return "" }})
	if err != nil {
		return err
	}
	run, err := c.Init(context.Background(), client.RunOptions{Entity: "acme", Project: "reads", ID: "long"})
	if err == nil {
		err = errors.Join(run.Finish(context.Background()), c.Close(), srv.SetHistory("acme", "reads", "long", longHistory(n)))
	}
	if err != nil {
		return err
	}
	fmt.Fprintln(os.Stdout, srv.URL())
	for asked := bufio.NewScanner(os.Stdin); asked.Scan(); {
		fmt.Fprintln(os.Stdout, int64(cpuTime()))
	}
	return nil
}

func longHistory(n int) []string {
	lines := make([]string, n)
	for i := range lines {
		line := fmt.Appendf(nil, `{"_step":%d`, i)
		for m := range 10 {
			line = fmt.Appendf(line, `,"m%d":%v`, m, float64(i)/float64(m+3))
		}
		lines[i] = string(append(line, '}'))
	}
	return lines
}

// cpuTime returns the CPU time of this process.
func cpuTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // it cannot fail
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
