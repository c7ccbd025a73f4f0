package dashboard

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLocalSweeps_HaveTheirTrials_WithLinksToRuns(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	start(t, root, "r1", 0, `{}`).finish(0)
	for _, name := range []string{"search", "empty", "broken"} {
		require.NoError(t, os.MkdirAll(filepath.Join(root, name), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(root, name, "trials.jsonl"), nil, 0o600))
	}
	value := 0.5
	read := func(dir string) (Sweep, error) {
		switch filepath.Base(dir) {
		case "empty":
			return Sweep{}, nil
		case "broken":
			return Sweep{}, os.ErrPermission
		}
		return Sweep{Metric: "loss", Best: "r1", BestValue: 0.5, Trials: []Trial{
			{ID: "r1", State: "finished", Params: map[string]any{"x": 1}, Value: &value}, {ID: "r2", State: "running"},
		}}, nil
	}
	b := serve(t, root, Options{LocalSweep: read})
	all := listOf(t, b, "/-/sweeps", "sweeps")
	require.Len(t, all, 1)
	s := all[0]
	assert.Equal(t, []any{"search", "RUNNING", 2.0, 0.5, "r1"}, []any{s["name"], s["state"], s["runs"], s["bestValue"], s["best"]})
	assert.Equal(t, []any{
		map[string]any{"id": "r1", "state": "finished", "params": map[string]any{"x": 1.0}, "value": 0.5, "key": keyOf(t, b, "r1")},
		map[string]any{"id": "r2", "state": "running", "params": nil, "value": nil, "key": ""},
	}, s["trials"])
	assert.Equal(t, true, object(t, b, "/-/info")["sweeps"])

	b = serve(t, root, Options{})
	assert.Empty(t, listOf(t, b, "/-/sweeps", "sweeps"))
	assert.Equal(t, false, object(t, b, "/-/info")["sweeps"])
}

func TestLocalSweeps_FilesUnchanged_AreReadOnce(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	start(t, root, "r1", 0, `{}`).finish(0)
	trials := filepath.Join(root, "search", "trials.jsonl")
	require.NoError(t, os.MkdirAll(filepath.Dir(trials), 0o700))
	require.NoError(t, os.WriteFile(trials, []byte("{}\n"), 0o600))
	reads := 0
	b := serve(t, root, Options{LocalSweep: func(string) (Sweep, error) {
		reads++
		return Sweep{Trials: make([]Trial, reads)}, nil
	}})
	for range 3 {
		assert.Len(t, listOf(t, b, "/-/sweeps", "sweeps")[0]["trials"], 1)
	}
	require.NoError(t, os.WriteFile(trials, []byte("{}\n{}\n"), 0o600))
	assert.Len(t, listOf(t, b, "/-/sweeps", "sweeps")[0]["trials"], 2)
	assert.Equal(t, 2, reads)
}

func TestLocalSweeps_TrialOfAKilledProcess_ShowsAsFailed(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	start(t, root, "r1", 0, `{}`).finish(0)
	require.NoError(t, os.MkdirAll(filepath.Join(root, "search"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(root, "search", "trials.jsonl"), []byte("{}\n"), 0o600))
	state := "running"
	b := serve(t, root, Options{LocalSweep: func(string) (Sweep, error) { return Sweep{Trials: []Trial{{ID: "r1", State: state}}}, nil }})
	assert.Equal(t, "RUNNING", listOf(t, b, "/-/sweeps", "sweeps")[0]["state"])
	state = "failed"
	assert.Equal(t, "FINISHED", listOf(t, b, "/-/sweeps", "sweeps")[0]["state"])
}
