package client_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
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
