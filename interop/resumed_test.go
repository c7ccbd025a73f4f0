package interop

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/interop/official"
	"github.com/wandgo/wandgo/interop/scenario"
	"github.com/wandgo/wandgo/wandbtest"
)

const resumedOffline = `
import wandb
run = wandb.init(id="shared", resume="allow", mode="offline")
for i in range(10):
    run.log({"i": i})
run.finish()
`

// TestOfficialOfflineLife_ContinuedElsewhere_SyncAddsItsRows: a log of the official client
// says that its process was to resume the run, so another machine's rows are no conflict.
func TestOfficialOfflineLife_ContinuedElsewhere_SyncAddsItsRows(t *testing.T) {
	t.Parallel()
	sdk, err := official.Find(t.Context())
	if errors.Is(err, official.ErrUnreachable) {
		t.Skipf("SKIPPED, nothing was compared: %v", err)
	}
	require.NoError(t, err)
	s := wandbtest.New(t, scenario.Server())
	logs := t.TempDir()
	python(t.Context(), t, sdk, s, logs, nil, "-c", resumedOffline)

	c, err := client.New(client.Options{BaseURL: s.URL(), APIKey: scenario.Key, Dir: t.TempDir(), Getenv: func(string) string { return "" }})
	require.NoError(t, err)
	defer c.Close()
	run, err := c.Init(t.Context(), client.RunOptions{Project: scenario.Project, ID: "shared", Resume: client.ResumeAllow})
	require.NoError(t, err)
	for i := range 5 {
		require.NoError(t, run.Log(map[string]any{"i": 10 + i}))
	}
	require.NoError(t, run.Finish(t.Context()))

	report := upload(t, s, logs)
	require.Len(t, report.Runs, 1)
	assert.EqualValues(t, 10, report.Runs[0].RowsSent)
	require.Len(t, report.Runs[0].Warnings, 1)
	assert.Contains(t, report.Runs[0].Warnings[0], "another process continued the run")
	v, ok := s.Run("acme", scenario.Project, "shared")
	require.True(t, ok)
	seen := map[any]bool{}
	steps := map[any]bool{}
	for _, row := range v.History() {
		seen[row["i"]], steps[row["_step"]] = true, true
	}
	assert.Len(t, seen, 15)
	assert.Len(t, steps, 15)
	assert.InDelta(t, 14, v.Summary["i"], 0, "the summary of the last process")
}
