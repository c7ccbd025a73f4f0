//go:build unix

package client_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// stick puts pipes without a reader in the place of the files that a run writes beside its
// log. Opening one would block. The test releases what hangs when it ends.
func stick(t *testing.T, run *client.Run) {
	t.Helper()
	for _, name := range []string{"run-r1.wandb.uploaded.tmp", "run-r1.wandb.synced", "refusal.json.tmp", "links.json.tmp", "files/config.yaml.tmp"} {
		path := filepath.Join(run.Dir(), name)
		require.NoError(t, syscall.Mkfifo(path, 0o600))
		t.Cleanup(func() {
			if f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0); err == nil { // otherwise it was renamed
				_ = f.Close()
			}
		})
	}
}

// Neither the upload nor Finish waits for what is beside the log.
func TestFinish_PipesBesideTheLog_ReturnsInTime(t *testing.T) {
	t.Parallel()
	for name, refused := range map[string]bool{"accepted": false, "refused in mid-run": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, everybody())
			c := newClient(t, s, key("member"), quickly)
			run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", ID: "r1", StatsInterval: -1})
			require.NoError(t, err)
			log(t, run, 0, 3)
			stored(t, s, run, 3)
			stick(t, run)
			if refused {
				require.NoError(t, s.SetRole("acme", "member", wandbtest.RoleViewer))
			}
			begin := time.Now()
			log(t, run, 3, 10)
			err = run.Finish(t.Context())
			assert.Less(t, time.Since(begin), 30*time.Second*slowness)
			v := onServer(t, s, "acme", "team", "r1")
			if refused {
				require.ErrorIs(t, err, errors.ErrViewerRole)
				return
			}
			require.NoError(t, err, "the server has everything")
			assert.Len(t, v.HistoryLines, 10)
			assert.Equal(t, "finished", v.State)
		})
	}
}
