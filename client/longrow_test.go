package client_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/internal/journal"
	logrecord "github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/wandbtest"
)

// TestSync_RowOverTheLimitInAnOfficialLog_OnlyThatRowIsSkipped: the official client writes
// rows to its log that no server accepts, and skips them with a warning when it uploads
// them. So does a sync, and a second one finds everything there.
func TestSync_RowOverTheLimitInAnOfficialLog_OnlyThatRowIsSkipped(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("member"))
	dir := filepath.Join(t.TempDir(), "offline-run-20261128_100000-long")
	require.NoError(t, os.Mkdir(dir, 0o700))
	path := filepath.Join(dir, "run-long.wandb")
	w, err := journal.Create(path, journal.Options{})
	require.NoError(t, err)
	require.NoError(t, w.Append(&logrecord.Header{Producer: "0.31.0", MinConsumer: "0.70.0"}))
	require.NoError(t, w.Append(&logrecord.Run{ID: "long", Entity: "acme", Project: "team", StartTime: time.Now()}))
	for i := range 10 {
		text := ""
		if i == 4 {
			text = strings.Repeat("x", 11<<20)
		}
		line := fmt.Appendf(nil, `{"i":%d,"text":%q,"_step":%d,"_runtime":1,"_timestamp":1.7e9}`, i, text, i)
		require.NoError(t, w.AppendRow(&logrecord.Row{Line: line, Step: int64(i)}))
	}
	require.NoError(t, w.AppendSummaryLine([]byte(`{"i":9,"text":""}`)))
	require.NoError(t, w.Append(&logrecord.Exit{}))
	require.NoError(t, w.Close())

	report := synced(t, c, client.SyncOptions{}, dir)
	assert.Equal(t, client.SyncDone, report.Runs[0].Outcome)
	assert.Contains(t, strings.Join(report.Runs[0].Warnings, "; "), "longer than the server accepts")
	check := func() {
		v := onServer(t, s, "acme", "team", "long")
		require.Equal(t, 9, len(v.HistoryLines)) //nolint:testifylint // Len would print them
		for n, row := range v.History() {
			if n >= 4 {
				n++
			}
			require.InDelta(t, n, row["i"], 0)
		}
		assert.InDelta(t, 9, v.Summary["i"], 0)
		assert.Equal(t, "finished", v.State)
	}
	check()
	for _, again := range []client.SyncOptions{{}, {IncludeSynced: true}} {
		synced(t, c, again, dir)
		check()
	}
	// The note of what was uploaded is lost: the rows on the server tell.
	for _, note := range []string{".synced", ".uploaded"} {
		require.NoError(t, os.Remove(path+note))
	}
	_, err = c.Sync(t.Context(), []string{dir}, client.SyncOptions{})
	require.NoError(t, err)
	check()
}
