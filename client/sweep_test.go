package client_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/wandgo/wandgo/client"
)

func TestInit_InSweep_AgentChoosesTheRun(t *testing.T) {
	t.Parallel()
	opts := client.RunOptions{Entity: "elsewhere", Project: "other", ID: "own"}
	var w warnings
	st := newStage(t, opts, quicklyWith("WANDB_SWEEP_ID", "sw1", "WANDB_PROJECT", "vision", "WANDB_RUN_ID", "trial7"), w.listen)
	st.finish(t)
	first := st.upserts(t)[0]
	assert.Equal(t, "trial7", first["name"])
	assert.Equal(t, "vision", first["modelName"])
	assert.Equal(t, "sw1", first["sweep"])
	assert.NotEqual(t, "elsewhere", first["entityName"])
	assert.Contains(t, w.all(), "Entity, Project, ID of RunOptions are ignored in a sweep, whose agent chooses them")
}
