package crashtest_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/wandgo/wandgo/client"
)

// What tells a child how to behave.
const (
	envChild = "WANDGO_CRASHTEST_CHILD" // the run's id
	envPause = "WANDGO_CRASHTEST_PAUSE" // between rows, in µs
	envRows  = "WANDGO_CRASHTEST_ROWS"  // after which it finishes; 0 is never
)

func TestMain(m *testing.M) {
	if id := os.Getenv(envChild); id != "" {
		os.Exit(child(id))
	}
	goleak.VerifyTestMain(m)
}

// finishing is what a child says before it calls Finish, and done after it.
const (
	finishing = "finishing"
	done      = "done"
)

// child logs rows until it is killed. It says on its standard output which rows
// Log has accepted, and when.
func child(id string) int {
	number := func(name string) int {
		n, _ := strconv.Atoi(os.Getenv(name))
		return n
	}
	pause, rows := time.Duration(number(envPause))*time.Microsecond, number(envRows)
	run, err := client.Init(context.Background(), client.RunOptions{
		Entity: "acme", Project: "crash", ID: id,
		OnRefused: client.Always(client.GoOffline),
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	out := bufio.NewWriterSize(os.Stdout, 64)
	for i := 0; rows == 0 || i < rows; i++ {
		if err := run.Log(map[string]any{"i": i, "loss": 1 / float64(i+1), "text": "a row like any other"}); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		fmt.Fprintln(out, i, time.Now().UnixNano())
		_ = out.Flush()
		if pause > 0 {
			time.Sleep(pause) //nolint:forbidigo // a process of its own, to be killed
		}
	}
	fmt.Fprintln(out, finishing)
	_ = out.Flush()
	_ = run.Finish(context.Background()) // what it could not send is for the sync
	fmt.Fprintln(out, done)
	_ = out.Flush()
	return 0
}
