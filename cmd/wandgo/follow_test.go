package main

import (
	"bufio"
	"context"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/ptytest"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/rundir"
)

// growing is a run that is being written.
func growing(t *testing.T) (*rundir.Dir, *journal.Writer) {
	t.Helper()
	d, err := rundir.Create(filepath.Join(t.TempDir(), "wandb"), "r1", false, time.Now())
	require.NoError(t, err)
	w, err := journal.Create(d.Journal(), journal.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { w.Close() })
	require.NoError(t, w.Append(&record.Run{ID: "r1"}))
	return d, w
}

func logRow(t *testing.T, w *journal.Writer, step int64, line string) {
	t.Helper()
	require.NoError(t, w.AppendRow(&record.Row{Line: []byte(line), Step: step}))
	require.NoError(t, w.Flush())
}

func TestInspectFollow_PrintsRecordsUntilTheRunEnds(t *testing.T) {
	t.Parallel()
	d, w := growing(t)
	logRow(t, w, 0, `{"loss":1}`)
	read, write := io.Pipe()
	status := make(chan int, 1)
	go func() {
		status <- run(t.Context(), []string{"inspect", "--follow", d.Path()}, environment{}, write, io.Discard)
		write.Close()
	}()
	out := bufio.NewReader(read)
	wait := func(text string) {
		for {
			line, err := out.ReadString('\n')
			require.NoError(t, err)
			if strings.Contains(line, text) {
				return
			}
		}
	}
	wait(`"row":{"loss":1}`)
	logRow(t, w, 1, `{"loss":0.5}`)
	wait(`"row":{"loss":0.5}`)
	require.NoError(t, w.Append(&record.Exit{Code: 3}))
	wait(`"kind":"exit"`)
	_, err := io.Copy(io.Discard, out)
	require.NoError(t, err)
	assert.Zero(t, <-status)
}

func TestInspectFollow_Plot_IsDrawnAgain(t *testing.T) {
	t.Parallel()
	d, w := growing(t)
	logRow(t, w, 0, `{"loss":1}`)
	tty := ptytest.Open(t)
	status := make(chan int, 1)
	go func() {
		status <- run(t.Context(), []string{"inspect", "-f", "--plot", "loss", d.Path()}, environment{}, tty.File, io.Discard)
	}()
	tty.Wait(t, "loss")
	logRow(t, w, 1, `{"loss":77}`)
	tty.Wait(t, "77")
	require.NoError(t, w.Append(&record.Exit{}))
	assert.Zero(t, <-status)
	assert.GreaterOrEqual(t, strings.Count(tty.Raw(), clearScreen), 2)
}

func TestInspectFollow_Interrupted_AndWrongUse(t *testing.T) {
	t.Parallel()
	d, _ := growing(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	assert.Equal(t, exitInterrupted, run(ctx, []string{"inspect", "--follow", d.Path()}, environment{}, io.Discard, io.Discard))
	i := in(t, nil)
	assert.Equal(t, exitUsage, i.run(t, "inspect", "--follow", "--summary", d.Path()).status)
	assert.Equal(t, exitUsage, i.run(t, "inspect", "--follow", "--plot", "loss", d.Path()).status)
}
