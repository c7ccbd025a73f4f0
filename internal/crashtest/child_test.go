package crashtest_test

import (
	"bufio"
	"context"
	"flag"
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
	envSync  = "WANDGO_CRASHTEST_SYNC"  // "row" syncs each row to the disk
	envFiles = "WANDGO_CRASHTEST_FILES" // artifacts to log in place of rows
	envMedia = "WANDGO_CRASHTEST_MEDIA" // rows with media to log in place of others
	upload   = "(sync)"                 // for an id: uploads what is on disk
	download = "(download)"             // for an id: downloads an artifact
)

func TestMain(m *testing.M) {
	if id := os.Getenv(envChild); id != "" {
		os.Exit(live(id))
	}
	// The tests wait for processes of their own and do not compute.
	flag.Parse()
	if f := flag.Lookup("test.parallel"); f.Value.String() == f.DefValue {
		_ = f.Value.Set("16")
	}
	goleak.VerifyTestMain(m)
}

// finishing is what a child says before it calls Finish, and done after it.
const (
	finishing = "finishing"
	done      = "done"
	uploading = "uploading" // before it calls Sync
)

// live logs rows until it is killed. It says on its standard output which rows
// Log has accepted, and when.
func live(id string) int {
	number := func(name string) int {
		n, _ := strconv.Atoi(os.Getenv(name))
		return n
	}
	pause, rows := time.Duration(number(envPause))*time.Microsecond, number(envRows)
	var opts client.Options
	if os.Getenv(envSync) == "row" {
		opts.JournalSync = client.JournalSyncRow
	}
	c, err := client.New(opts)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if id == upload {
		fmt.Println(uploading) //nolint:forbidigo // a process of its own
		_, _ = c.Sync(context.Background(), nil, client.SyncOptions{})
		return 0
	}
	if id == download {
		return downloadArtifact(c)
	}
	run, err := c.Init(context.Background(), client.RunOptions{
		Entity: "acme", Project: "crash", ID: id,
		OnRefused: client.GoOfflineOnRefusal,
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	out := bufio.NewWriterSize(os.Stdout, 64)
	if n := number(envFiles); n > 0 {
		return logArtifacts(run, n, out)
	}
	if n := number(envMedia); n > 0 {
		return logMedia(run, n, out)
	}
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
