package syncrun_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/rundir"
	"github.com/wandgo/wandgo/internal/syncrun"
)

// An alert is sent once, by the live run or by a sync, even if the sync is repeated.
func TestSync_Alerts_AreSentOnce(t *testing.T) {
	t.Parallel()
	alert := func(title string) record.Record { return &record.Alert{Title: title} }
	alerts := some(alert("a"), alert("b"), alert("c"))
	note := func(left ...int64) *rundir.Uploaded {
		return &rundir.Uploaded{Entity: "acme", Project: "p", StorageID: "storage-id", BaseURL: "http://server", Alerts: left}
	}
	tests := []struct {
		name    string
		dir     string
		on      bool // the server has the first rows
		note    *rundir.Uploaded
		refuses string
		want    []string
		again   []string // raised by another sync
	}{
		{name: "of an offline run", dir: "offline-run-x", want: []string{"a", "b", "c"}},
		{name: "of a run that the server never had", dir: "run-x", want: []string{"a", "b", "c"}},
		{name: "raised by the run", dir: "run-x", on: true, note: note()},
		{name: "raised by the run but one", dir: "run-x", on: true, note: note(2), want: []string{"c"}},
		{name: "noted and not on disk", dir: "run-x", on: true, note: note(1, 3, -1), want: []string{"b"}},
		{name: "nobody knows", dir: "run-x", on: true},
		{name: "refused", dir: "run-x", on: true, note: note(0, 1, 2), refuses: "b", want: []string{"a", "c"}, again: []string{"b"}},
		{
			name: "of an offline run that a sync brought in part", dir: "offline-run-x", on: true,
			note: func() *rundir.Uploaded { n := note(1); n.AlertsSeen = 2; return n }(), want: []string{"b", "c"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := writeLog(t, t.TempDir(), tt.dir, ours, bodies(
				some(runBody()), rowsOf(0, 4), alerts, some(summaryBody("loss", "3"), &record.Exit{}),
			)...)
			s := newServer()
			s.mute = map[string]bool{tt.refuses: true}
			if tt.on {
				part := writeLog(t, t.TempDir(), "run-y", ours, bodies(some(runBody()), rowsOf(0, 2), some(&record.Exit{}))...)
				require.NoError(t, syncPaths(t, s, syncrun.Options{}, part)[0].Err)
			}
			if tt.note != nil {
				require.NoError(t, rundir.Of(path).SaveUploaded(*tt.note))
			}
			r := syncPaths(t, s, syncrun.Options{}, path)[0]
			require.NoError(t, r.Err)
			assert.Equal(t, tt.want, s.alerts)
			assert.Equal(t, len(tt.want), r.Alerts)
			s.alerts, s.mute = nil, nil
			require.NoError(t, syncPaths(t, s, syncrun.Options{IncludeSynced: true}, path)[0].Err)
			assert.Equal(t, tt.again, s.alerts)
		})
	}
}

func TestSync_AlertsOfAContinuedRun_AreSentForEachLog(t *testing.T) {
	t.Parallel()
	root, s := t.TempDir(), newServer()
	writeLog(t, root, "offline-run-1", ours, bodies(some(runBody()), rowsOf(0, 2), some(&record.Alert{Title: "one"}, &record.Exit{}))...)
	writeLog(t, root, "offline-run-2", ours, bodies(
		some(runBody(func(r *record.Run) { r.StartTime, r.StartingStep = begin.Add(time.Hour), 2 })),
		rowsOf(2, 4), some(&record.Alert{Title: "two"}, &record.Exit{}),
	)...)
	for range 2 {
		for _, r := range syncPaths(t, s, syncrun.Options{IncludeSynced: true}, root) {
			require.NoError(t, r.Err)
		}
		assert.Equal(t, []string{"one", "two"}, s.alerts)
	}
}
