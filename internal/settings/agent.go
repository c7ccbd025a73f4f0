package settings

import "time"

// Agent has the settings of agents of a sweep.
type Agent struct {
	// NoFlapping turns the rule off by which an agent gives up after failures in its first
	// minute (WANDB_AGENT_DISABLE_FLAPPING).
	NoFlapping bool
	// MaxInitialFailures is how many trials may fail before the first succeeds
	// (WANDB_AGENT_MAX_INITIAL_FAILURES, 5).
	MaxInitialFailures int
	// KillDelay is how long a program may take to end after it was asked to
	// (WANDB_AGENT_KILL_DELAY, 30 s).
	KillDelay time.Duration
}

func (r *resolver) resolveAgent() {
	r.settings.Agent = Agent{
		NoFlapping:         r.boolean(r.variable("WANDB_AGENT_DISABLE_FLAPPING")),
		MaxInitialFailures: int(r.integer(r.variable("WANDB_AGENT_MAX_INITIAL_FAILURES"), 5)),
		KillDelay:          r.seconds(r.variable("WANDB_AGENT_KILL_DELAY"), 30*time.Second),
	}
}
