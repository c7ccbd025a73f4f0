package syncrun_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/rundir"
	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/syncrun"
)

// A link that leads out of the run's directory is followed only if the run made it, or if
// it leads to a file below the program's directory. What the log says proves nothing.
func TestSync_LinkLeadsOutOfTheRunsDirectory_IsFollowedOnlyIfTheRunMadeIt(t *testing.T) {
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
	const apiKey = "notakey-of-jo"
	noted := func(to, name, with string) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			t.Helper()
			link(to, filepath.Join("files", name))(t, dir)
			require.NoError(t, rundir.Of(filepath.Join(dir, "run-r1.wandb")).AddLinks(secret.New(with), map[string]string{name: to}))
		}
	}
	beside := func(file string) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			t.Helper()
			to := filepath.Join(filepath.Dir(filepath.Dir(dir)), file)
			require.NoError(t, os.MkdirAll(filepath.Dir(to), 0o700))
			require.NoError(t, os.WriteFile(to, []byte("weights"), 0o600))
			link(to, "files/a.txt")(t, dir)
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
		{"the log says that the file was saved", "a.txt", record.FileOther, link(filepath.Join(outside, "passwd"), "files/a.txt"), false},
		{"the same, in a directory", "d/a.txt", record.FileOther, link(filepath.Join(outside, "passwd"), "files/d/a.txt"), false},
		{"noted with another key", "a.txt", record.FileOther, noted(filepath.Join(outside, "passwd"), "a.txt", "notakey-of-mallory"), false},
		{"noted by the run", "a.txt", record.FileOther, noted(filepath.Join(outside, "passwd"), "a.txt", apiKey), true},
		{"noted by the run, in a directory", "d/a.txt", record.FileOther, noted(filepath.Join(outside, "passwd"), "d/a.txt", apiKey), true},
		{"noted, but not saved by the program", "a.txt", record.FileWandb, noted(filepath.Join(outside, "passwd"), "a.txt", apiKey), false},
		{"a file of the program", "a.txt", record.FileOther, beside("ckpt/model.bin"), true},
		{"a hidden file of the program", "a.txt", record.FileOther, beside(".env"), false},
		{"in a hidden directory of the program", "a.txt", record.FileOther, beside(".ssh/id"), false},
		{"a link inside", "b.txt", record.FileWandb, link("a.txt", "files/b.txt"), true},
		{"a directory inside", "sub/a.txt", record.FileWandb, link("other", "files/sub"), true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := writeLog(t, filepath.Join(t.TempDir(), "wandb"), "offline-run-x", ours, bodies(
				some(runBody(), &record.Files{Files: []record.File{{Path: tt.file, Type: tt.kind}}}), rowsOf(0, 2), some(&record.Exit{}))...)
			tt.make(t, filepath.Dir(path))
			s := newServer()
			r := syncPaths(t, s, syncrun.Options{Key: secret.New(apiKey)}, path)[0]
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
