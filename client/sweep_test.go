package client_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
)

func TestInit_InSweep_AgentChoosesTheRun(t *testing.T) {
	t.Parallel()
	opts := client.RunOptions{ID: "own"} // newStage chooses acme/vision
	var w warnings
	st := newStage(t, opts, quicklyWith("WANDB_SWEEP_ID", "sw1", "WANDB_PROJECT", "digits", "WANDB_RUN_ID", "trial7"), w.listen)
	require.NoError(t, st.run.Finish(t.Context()))
	first := st.upserts(t)[0]
	assert.Equal(t, "trial7", first["name"])
	assert.Equal(t, "digits", first["modelName"])
	assert.Equal(t, "sw1", first["sweep"])
	assert.NotEqual(t, "acme", first["entityName"])
	assert.Contains(t, w.all(), "set by the sweep's agent, so ignored here: RunOptions.Entity, RunOptions.Project, RunOptions.ID")
}

func TestInit_InSweep_OptionsAreTheAgents_NoWarning(t *testing.T) {
	t.Parallel()
	var w warnings
	st := newStage(t, client.RunOptions{ID: "trial7"}, quicklyWith("WANDB_SWEEP_ID", "sw1", "WANDB_ENTITY", "acme", "WANDB_PROJECT", "vision", "WANDB_RUN_ID", "trial7"), w.listen)
	st.finish(t)
	assert.Equal(t, "trial7", st.upserts(t)[0]["name"])
	assert.NotContains(t, w.all(), "ignored here")
}
