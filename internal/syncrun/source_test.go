package syncrun_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/syncrun"
)

// A link that leads out of the run's directory is followed only if a live run may have
// made it: to a file that the program saved, by its absolute path.
func TestSync_LinkLeadsOutOfTheRunsDirectory_IsFollowedOnlyForSavedFiles(t *testing.T) {
	t.Parallel()
	outside := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(outside, "passwd"), []byte("secret"), 0o600))
	link := func(to, from string) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			t.Helper()
			from := filepath.Join(dir, from)
			require.NoError(t, os.MkdirAll(filepath.Dir(from), 0o700))
			require.NoError(t, os.Symlink(to, from))
		}
	}
	for _, tt := range []struct {
		name, file string
		kind       int32
		make       func(t *testing.T, dir string)
		sent       bool
	}{
		{"the files directory is a link", "passwd", record.FileOther, link(outside, "files"), false},
		{"it is a link to a parent", "passwd", record.FileOther, link("../..", "files"), false},
		{"a directory is a link", "sub/passwd", record.FileOther, link(outside, "files/sub"), false},
		{"a file of the client is a link", "requirements.txt", record.FileWandb, link(filepath.Join(outside, "passwd"), "files/requirements.txt"), false},
		{"a relative link", "a.txt", record.FileOther, link("../../../../../passwd", "files/a.txt"), false},
		{"a saved file", "a.txt", record.FileOther, link(filepath.Join(outside, "passwd"), "files/a.txt"), true},
		{"a saved file in a directory", "d/a.txt", record.FileOther, link(filepath.Join(outside, "passwd"), "files/d/a.txt"), true},
		{"a link inside", "b.txt", record.FileWandb, link("a.txt", "files/b.txt"), true},
		{"a directory inside", "sub/a.txt", record.FileWandb, link("other", "files/sub"), true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := writeLog(t, t.TempDir(), "offline-run-x", ours, bodies(
				some(runBody(), &record.Files{Files: []record.File{{Path: tt.file, Type: tt.kind}}}), rowsOf(0, 2), some(&record.Exit{}))...)
			tt.make(t, filepath.Dir(path))
			s := newServer()
			r := syncPaths(t, s, syncrun.Options{}, path)[0]
			require.NoError(t, r.Err)
			assert.EqualValues(t, 2, r.RowsSent, "rows are sent in any case")
			if tt.sent {
				assert.Contains(t, s.files, tt.file)
				assert.Empty(t, r.Warnings)
				return
			}
			assert.NotContains(t, s.files, tt.file)
			assert.Equal(t, []string{tt.file}, r.MissingFiles)
			require.Len(t, r.Warnings, 1)
			assert.Contains(t, r.Warnings[0], "a link leads out of the run's directory")
		})
	}
}
