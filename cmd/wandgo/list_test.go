package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/wandbtest"
)

func TestList_NoProjectSet_SaysThatTheDefaultIsUsed(t *testing.T) {
	t.Parallel()
	world := testWorld()
	world.Projects = append(world.Projects, wandbtest.Project{Entity: "acme-research", Name: "uncategorized", Owner: "jo"})
	i := on(t, wandbtest.New(t, world).URL(), joKey)
	const note = "wandgo: no project is set, so this is uncategorized, the default. Name another one as the argument, in WANDB_PROJECT, or in the settings file wandb/settings.\n"
	for command, empty := range map[string]string{"artifact": "No artifacts in acme-research/", "sweep": "No sweeps in "} {
		for _, test := range []struct {
			project string // in the settings
			args    []string
			noted   bool
		}{
			{"", nil, true},
			{"", []string{"--json"}, true},
			{"", []string{"acme-research/uncategorized"}, false},
			{"uncategorized", nil, false},
			{"vision", nil, false},
		} {
			i.vars["WANDB_PROJECT"] = test.project
			r := i.run(t, append([]string{command, "ls"}, test.args...)...)
			require.Zero(t, r.status, r.stderr)
			if test.noted {
				assert.Contains(t, r.stderr, note, command)
			} else {
				assert.NotContains(t, r.stderr, "no project is set", command)
			}
			if test.args == nil {
				assert.Contains(t, r.stderr, empty, "an empty list is not silent")
				assert.Empty(t, r.stdout)
			}
		}
	}
}
