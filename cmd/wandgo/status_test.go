package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestStatus_Settings_NamesTheirSources(t *testing.T) {
	t.Parallel()
	i := in(t, map[string]string{
		"WANDB_API_KEY": joKey, "WANDB_BASE_URL": "https://wandb.example.com", "WANDB_ENTITY": "acme", "WANDB_INIT_TIMEOUT": "soon", "WANDB_PROJECT": "vi\x1b[31msion",
	})
	i.vars["HOME"], i.dir = "/h", "/d" // short, so that no line is wrapped
	r := i.run(t, "status")
	assert.Equal(t, exitAllowed, r.status)
	assert.Empty(t, r.stderr)
	golden(t, "status.golden", i.stable(r.stdout))
}
