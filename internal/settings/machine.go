package settings

import (
	"strings"
	"time"
)

const defaultStatsInterval = 15 * time.Second

// Machine is what a run tells about the machine it runs on.
type Machine struct {
	// NoGit leaves out commit and remote (WANDB_DISABLE_GIT).
	NoGit bool
	// NoMeta leaves out the description of program and machine
	// (WANDB_X_DISABLE_META), NoInfo that and more: host, git and system metrics
	// (WANDB_X_DISABLE_MACHINE_INFO).
	NoMeta, NoInfo bool
	// NoStats switches system metrics off (WANDB_X_DISABLE_STATS), StatsInterval
	// is how often they are sampled (WANDB_X_STATS_SAMPLING_INTERVAL, 15 s).
	NoStats       bool
	StatsInterval time.Duration
	// SaveDiff asks for the changes since the Git commit (WANDB_SAVE_CODE, save_code),
	// NoCode forbids it, whoever asks (WANDB_DISABLE_CODE, disable_code).
	SaveDiff, NoCode bool
	// IgnoreGlobs are patterns for the names of files that are never uploaded,
	// the client's own included (WANDB_IGNORE_GLOBS, split at commas).
	IgnoreGlobs []string
}

// resolveMachine resolves what is told about the machine.
func (r *resolver) resolveMachine() {
	m := &r.settings.Machine
	m.NoMeta = r.boolean("x_disable_meta", hidden("x_disable_meta")...)
	m.NoInfo = r.boolean("x_disable_machine_info", hidden("x_disable_machine_info")...)
	m.NoStats = r.boolean("x_disable_stats", hidden("x_disable_stats")...)
	m.SaveDiff = r.boolean("save_code", "WANDB_SAVE_CODE")
	m.NoCode = r.boolean("disable_code", "WANDB_DISABLE_CODE")
	m.StatsInterval = r.seconds(defaultStatsInterval, "x_stats_sampling_interval", hidden("x_stats_sampling_interval")...)
	for pattern := range strings.SplitSeq(r.nonEmpty(setting{env: []string{"WANDB_IGNORE_GLOBS"}, file: "ignore_globs"}).Text, ",") {
		if pattern != "" {
			m.IgnoreGlobs = append(m.IgnoreGlobs, pattern)
		}
	}
	// Unlike other switches, anything but "false" is a yes.
	git, _ := r.env.get("WANDB_DISABLE_GIT")
	m.NoGit = git != "" && git != "false"
}
