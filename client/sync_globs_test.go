package client_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/internal/journal"
	logrecord "github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/wandbtest"
)

// A sync skips the files that a live run would skip, those that it makes from the log
// as well. An invalid pattern skips nothing.
func TestSync_IgnoreGlobs_FilesAreSkippedAsInALiveRun(t *testing.T) {
	t.Parallel()
	for globs, skips := range map[string]bool{"*.secret,config.*": true, "[": false} {
		s := wandbtest.New(t, wandbtest.Solo())
		c := newClient(t, s, wandbtest.AliceKey, func(o *client.Options) { o.Getenv = func(string) string { return "" } })
		run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision", Mode: "offline"})
		require.NoError(t, err)
		dir := t.TempDir()
		for _, name := range []string{"a.secret", "b.txt"} {
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(name), 0o600))
		}
		_, err = run.SaveFile(filepath.Join(dir, "*"), dir, client.SaveNow)
		require.NoError(t, err)
		require.NoError(t, run.Finish(t.Context()))

		c = newClient(t, s, wandbtest.AliceKey, func(o *client.Options) {
			o.Getenv = func(name string) string {
				if name == "WANDB_IGNORE_GLOBS" {
					return globs
				}
				return ""
			}
		})
		report := synced(t, c, client.SyncOptions{}, run.Dir())
		assert.Empty(t, report.Runs[0].Warnings)
		assert.Empty(t, report.Runs[0].MissingFiles)
		v := onServer(t, s, "acme", "vision", run.ID())
		assert.Contains(t, v.Uploaded, "b.txt")
		for _, name := range []string{"a.secret", "config.yaml"} {
			if skips {
				assert.NotContains(t, v.Uploaded, name, "with %q", globs)
			} else {
				assert.Contains(t, v.Uploaded, name, "with %q", globs)
			}
		}
	}
}

// The same holds for a log of the official client, whose live run obeys the patterns, and
// whose sync does.
func TestSync_IgnoreGlobsOfficialLog_FilesAreSkipped(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "offline-run-20261128_100000-r1")
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "files", "media"), 0o700))
	w, err := journal.Create(filepath.Join(dir, "run-r1.wandb"), journal.Options{})
	require.NoError(t, err)
	files := &logrecord.Files{}
	for _, name := range []string{"a.secret", "b.txt", "media/c.secret", "requirements.txt"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "files", name), []byte(name), 0o600))
		files.Files = append(files.Files, logrecord.File{Path: name})
	}
	for _, rec := range []logrecord.Record{
		&logrecord.Header{Producer: "0.31.0", MinConsumer: "0.70.0"}, &logrecord.Run{ID: "r1", Entity: "acme", Project: "vision"}, files, &logrecord.Exit{},
	} {
		require.NoError(t, w.Append(rec))
	}
	require.NoError(t, w.Close())
	s := wandbtest.New(t, wandbtest.Solo())
	c := newClient(t, s, wandbtest.AliceKey, environ("WANDB_IGNORE_GLOBS", "*.secret,media/*,config.yaml"))
	report := synced(t, c, client.SyncOptions{}, dir)
	assert.Empty(t, report.Runs[0].MissingFiles)
	v := onServer(t, s, "acme", "vision", "r1")
	assert.Contains(t, v.Uploaded, "b.txt")
	assert.Contains(t, v.Uploaded, "requirements.txt")
	for _, name := range []string{"a.secret", "media/c.secret", "config.yaml"} {
		assert.NotContains(t, v.Uploaded, name)
	}
}
