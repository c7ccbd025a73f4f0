package dashboard

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/rundir"
)

func TestDetail_RunOfTwoProcesses_NamesBothAndSyncsBoth(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	var dirs []string
	for day := range 2 {
		at := time.Date(2026, 11, 27+day, 12, 0, 0, 0, time.UTC)
		dir, err := rundir.Create(filepath.Join(root, "wandb"), "r", false, at)
		require.NoError(t, err)
		log, err := journal.Create(dir.Journal(), journal.Options{})
		require.NoError(t, err)
		require.NoError(t, log.Append(&record.Run{ID: "r", Entity: "jo", Project: "vision", StartTime: at}))
		require.NoError(t, log.AppendRow(&record.Row{Line: []byte(`{"loss":1,"_step":0}`)}))
		require.NoError(t, log.Append(&record.Exit{Code: int32(1 - day)}))
		require.NoError(t, log.Close())
		dirs = append(dirs, dir.Path())
	}
	b := serve(t, root, Options{})
	assert.Equal(t, []string{"r"}, ids(t, object(t, b, "/-/runs")))
	d := object(t, b, "/-/runs/"+keyOf(t, b, "r"))
	assert.Equal(t, []any{"finished", 2.0, 1.0}, []any{d["state"], d["rows"], d["step"]})
	started := float64(time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC).Unix())
	assert.Equal(t, []any{
		map[string]any{"dir": dirs[0], "state": "failed", "exit": 1.0, "started": started, "rows": 1.0, "firstStep": 0.0, "lastStep": 0.0},
		map[string]any{"dir": dirs[1], "state": "finished", "exit": 0.0, "started": started + 86400, "rows": 1.0, "firstStep": 1.0, "lastStep": 1.0},
	}, d["lives"])
	assert.Contains(t, d["trouble"].([]any)[0].(map[string]any)["commands"],
		"wandgo sync "+plaintext.ShellPath(dirs[0])+" "+plaintext.ShellPath(dirs[1]))
}
