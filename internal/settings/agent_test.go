package settings

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestResolve_AgentVariables_ReplaceDefaults(t *testing.T) {
	t.Parallel()
	resolve := func(env map[string]string) Agent {
		s, err := Resolve(Env{Home: t.TempDir(), LookupEnv: func(name string) (string, bool) { v, ok := env[name]; return v, ok }}, Explicit{})
		require.NoError(t, err)
		return s.Agent
	}
	assert.Equal(t, Agent{MaxInitialFailures: 5, KillDelay: 30 * time.Second}, resolve(nil))
	assert.Equal(t, Agent{NoFlapping: true, MaxInitialFailures: 2, KillDelay: 1500 * time.Millisecond}, resolve(map[string]string{
		"WANDB_AGENT_DISABLE_FLAPPING": "true", "WANDB_AGENT_MAX_INITIAL_FAILURES": "2", "WANDB_AGENT_KILL_DELAY": "1.5",
	}))
}
