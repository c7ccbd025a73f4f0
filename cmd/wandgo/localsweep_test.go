package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLocalSweep_ReadsTrialsAndTheBest(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, err := localSweep(filepath.Join(dir, "gone"))
	require.ErrorIs(t, err, fs.ErrNotExist)

	trials := `{"id":"a","params":{"x":1},"state":"running"}
{"id":"a","state":"finished","value":2}
{"id":"b","params":{"y":[1]},"state":"running"}
{"id":"b","state":"finished","value":3}
`
	require.NoError(t, os.WriteFile(filepath.Join(dir, "trials.jsonl"), []byte(trials), 0o600))
	s, err := localSweep(dir)
	require.NoError(t, err)
	assert.Equal(t, []any{"", "", []string{"x", "y"}}, []any{s.Metric, s.Best, s.Parameters}, "an older version stored no config")
	require.Len(t, s.Trials, 2)
	assert.Equal(t, []any{"a", "finished", map[string]any{"x": 1.0}, 2.0}, []any{s.Trials[0].ID, s.Trials[0].State, s.Trials[0].Params, *s.Trials[0].Value})

	config := "name: bowl\nmethod: random\nmetric: {name: acc, goal: maximize}\nparameters: {x: {min: 0.0, max: 1.0}}\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "trials.yaml"), []byte(config), 0o600))
	s, err = localSweep(dir)
	require.NoError(t, err)
	assert.Equal(t, []any{"bowl", "random", "acc", "maximize", "b", 3.0}, []any{s.Name, s.Method, s.Metric, s.Goal, s.Best, s.BestValue})
	assert.Contains(t, s.Config, "acc")
}
