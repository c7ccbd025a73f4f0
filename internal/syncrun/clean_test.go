package syncrun_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/filestream"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/rundir"
	"github.com/wandgo/wandgo/internal/syncrun"
)

// hole overwrites a part in the middle of a file.
func hole(t *testing.T, path string, size int) {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	for i := range size {
		text[len(text)/2+i] = 0xff
	}
	require.NoError(t, os.WriteFile(path, text, 0o600))
}

// A directory is deleted only if the server has everything that is in it.
func TestSync_Clean_DeletesOnlyWhatTheServerHas(t *testing.T) {
	t.Parallel()
	file := &record.Files{Files: []record.File{{Path: "a.txt"}}}
	long := strings.Repeat("x", filestream.DefaultMaxLineBytes)
	tests := []struct {
		name   string
		more   []record.Record
		before func(t *testing.T, s *server, path string) // a first sync
		after  func(t *testing.T, s *server, path string) // before the second
		want   string                                     // why it stays
		sent   int64
	}{
		{name: "what is uploaded now", sent: 30},
		{name: "what was uploaded earlier", before: syncOnce},
		{name: "what was marked by somebody", before: mark, sent: 30},
		{name: "what another server has", before: syncOnce, after: elsewhere, sent: 30},
		{name: "what only the server's answer says", before: uploadOnly, want: ""},
		{
			name: "rows that another process overwrote", before: syncOnce, want: "the server has other rows in place of 2 of 30 rows",
			after: func(_ *testing.T, s *server, _ string) {
				for _, i := range []int{3, 4} {
					s.lines[historyFile][i] = fmt.Sprintf(`{"_step":%d,"_timestamp":1.9e9,"_runtime":7e7}`, i)
				}
			},
		},
		{
			name: "a hole in the log", want: "the log is damaged", sent: -1,
			before: func(t *testing.T, _ *server, path string) { t.Helper(); hole(t, path, 600) },
		},
		{
			name: "a hole in the log of a run that was uploaded", want: "the log is damaged",
			before: syncOnce, after: func(t *testing.T, _ *server, path string) { t.Helper(); hole(t, path, 600) },
		},
		{
			name: "a file that is not there", more: some(file), want: "some of its files are not on this disk", sent: 30,
			before: func(_ *testing.T, s *server, _ string) { s.missing["a.txt"] = fs.ErrNotExist },
		},
		{
			name: "a file that was not there", more: some(file), want: "some of its files are not on this disk",
			before: func(t *testing.T, s *server, path string) {
				t.Helper()
				s.missing["a.txt"] = fs.ErrNotExist
				syncOnce(t, s, path)
			},
			after: func(_ *testing.T, s *server, _ string) { clear(s.missing) },
		},
		{
			name: "a line that no server takes", want: "not everything could be uploaded", sent: 30,
			more: some(row(30, 30, record.Item{Key: "long", Value: []byte(`"` + long + `"`)})),
		},
		{
			name: "an alert that was not raised", more: some(&record.Alert{Title: "a"}), want: "not everything could be uploaded", sent: 30,
			before: func(_ *testing.T, s *server, _ string) { s.mute = map[string]bool{"a": true} },
		},
		{
			name: "rows that the server lost", want: "the server shows 20 of 30 rows", before: syncOnce,
			after: func(_ *testing.T, s *server, _ string) { s.lines[historyFile] = s.lines[historyFile][:20] },
		},
		{
			name: "a run that the server lost", want: "the server no longer has the run", before: syncOnce,
			after: func(_ *testing.T, s *server, _ string) { s.exists = false },
		},
		{
			name: "a run that goes on", want: "the server shows the run as running", before: syncOnce,
			after: func(_ *testing.T, s *server, _ string) { s.state = "running" },
		},
		{
			name: "a second log", want: "has other logs", sent: 30,
			before: func(t *testing.T, _ *server, path string) {
				t.Helper()
				require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(path), "other.wandb"), []byte(":W&B\xe1\xbe\x00"), 0o600))
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newServer()
			path := writeLog(t, filepath.Join(t.TempDir(), "wandb"), runDir, ours, bodies(
				some(runBody()), rowsOf(0, 30), tt.more, some(summaryBody("_step", "29"), &record.Exit{}))...)
			for _, f := range []func(*testing.T, *server, string){tt.before, tt.after} {
				if f != nil {
					f(t, s, path)
				}
			}
			r := syncPaths(t, s, syncrun.Options{Clean: true}, path)[0]
			require.NoError(t, r.Err)
			if tt.sent >= 0 {
				assert.Equal(t, tt.sent, r.RowsSent)
			}
			warnings := strings.Join(r.Warnings, "\n")
			if tt.want == "" {
				assert.True(t, r.Cleaned, warnings)
				assert.NoDirExists(t, filepath.Dir(path))
				return
			}
			assert.False(t, r.Cleaned)
			assert.FileExists(t, path)
			assert.Contains(t, warnings, "not deleted: ")
			assert.Contains(t, warnings, tt.want)
			r = syncPaths(t, s, syncrun.Options{Clean: true}, path)[0]
			assert.Contains(t, strings.Join(r.Warnings, "\n"), "not deleted: ", "a second time")
			assert.FileExists(t, path)
		})
	}
}

func syncOnce(t *testing.T, s *server, path string) {
	t.Helper()
	require.NoError(t, syncPaths(t, s, syncrun.Options{}, path)[0].Err)
}

// uploadOnly uploads the run and removes the note beside the log.
func uploadOnly(t *testing.T, s *server, path string) {
	t.Helper()
	syncOnce(t, s, path)
	require.NoError(t, os.Remove(path+".uploaded"))
	require.True(t, rundir.Of(path).Synced())
	require.Equal(t, syncrun.Skipped, syncPaths(t, s, syncrun.Options{}, path)[0].Outcome)
}

func mark(t *testing.T, _ *server, path string) {
	t.Helper()
	require.NoError(t, rundir.Of(path).MarkSynced())
}

// elsewhere replaces the server by another one.
func elsewhere(t *testing.T, s *server, path string) {
	t.Helper()
	note, ok := rundir.Of(path).LoadUploaded()
	require.True(t, ok)
	note.BaseURL = "http://other"
	require.NoError(t, rundir.Of(path).SaveUploaded(note))
	s.exists, s.lines, s.exit = false, map[string][]string{}, nil
}

// There is no warning either.
func TestSync_CleanOfYoungOrSkippedRun_DeletesNothing(t *testing.T) {
	t.Parallel()
	root, s := filepath.Join(t.TempDir(), "wandb"), newServer()
	path := writeLog(t, root, runDir, ours, bodies(some(runBody()), rowsOf(0, 3), some(&record.Exit{}))...)
	for range 2 {
		r := syncPaths(t, s, syncrun.Options{Clean: true, CleanAfter: time.Hour}, path)[0]
		require.NoError(t, r.Err)
		assert.Empty(t, r.Warnings)
		assert.FileExists(t, path)
	}
	live := writeLog(t, root, "offline-run-20270115_090000-r2", official, bodies(some(runBody()), rowsOf(0, 3))...)
	r := syncPaths(t, s, syncrun.Options{Clean: true}, live)[0]
	assert.Equal(t, syncrun.Skipped, r.Outcome)
	assert.Empty(t, r.Warnings)
	assert.FileExists(t, live)
}

// The link is not deleted.
func TestSync_CleanThroughALink_DeletesTheDirectory(t *testing.T) {
	t.Parallel()
	root, s := filepath.Join(t.TempDir(), "wandb"), newServer()
	path := writeLog(t, root, runDir, ours, bodies(some(runBody()), rowsOf(0, 3), some(&record.Exit{}))...)
	link := filepath.Join(root, "latest-run")
	require.NoError(t, os.Symlink(runDir, link))
	r := syncPaths(t, s, syncrun.Options{Clean: true}, link)[0]
	require.NoError(t, r.Err)
	assert.True(t, r.Cleaned, "%v", r.Warnings)
	assert.NoDirExists(t, filepath.Dir(path))
	_, err := os.Lstat(link)
	require.ErrorIs(t, err, fs.ErrNotExist, "it would lead nowhere")
}
