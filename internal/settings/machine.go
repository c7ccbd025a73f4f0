package settings

import (
	"strings"
	"time"
)

const defaultStatsInterval = 15 * time.Second

// Machine says what a run reports about its machine.
type Machine struct {
	// NoGit omits the repository around the program (WANDB_DISABLE_GIT), but not the
	// values of Git.
	NoGit bool
	// Git has values that replace those of the repository.
	Git Git
	// NoMeta omits the description of program and machine (WANDB_X_DISABLE_META).
	// NoInfo also omits host, git, modules and system metrics
	// (WANDB_X_DISABLE_MACHINE_INFO).
	NoMeta, NoInfo bool
	// NoRequirements omits the list of modules (WANDB_X_SAVE_REQUIREMENTS set
	// to false).
	NoRequirements bool
	// Executable and Docker are the program's file and the image it runs in
	// (WANDB_EXECUTABLE, WANDB_DOCKER); "" leaves them to the caller.
	Executable, Docker string
	// NoStats disables system metrics (WANDB_X_DISABLE_STATS). StatsInterval is the
	// time between samples (WANDB_X_STATS_SAMPLING_INTERVAL, 15 s).
	NoStats       bool
	StatsInterval time.Duration
	// SaveDiff uploads the changes since the Git commit (WANDB_SAVE_CODE, save_code).
	// NoCode disables this (WANDB_DISABLE_CODE, disable_code).
	SaveDiff, NoCode bool
	// IgnoreGlobs are patterns for the names of files that are not uploaded, including
	// the client's own (WANDB_IGNORE_GLOBS, split at commas).
	IgnoreGlobs []string
}

// Git has the settings for the program's repository.
type Git struct {
	// Root is the directory of the repository (WANDB_GIT_ROOT), "" for the working
	// directory.
	Root string
	// Remote is the name of the remote whose address is reported (WANDB_GIT_REMOTE,
	// origin).
	Remote string
	// RemoteURL and Commit replace those of the repository (WANDB_GIT_REMOTE_URL,
	// WANDB_GIT_COMMIT).
	RemoteURL, Commit string
}

// resolveMachine resolves the settings for the machine.
func (r *resolver) resolveMachine() {
	m := &r.settings.Machine
	m.NoMeta = r.boolean(r.nonEmpty("x_disable_meta"))
	m.NoInfo = r.boolean(r.nonEmpty("x_disable_machine_info"))
	if save := r.optionalBool(r.nonEmpty("x_save_requirements")); save != nil {
		m.NoRequirements = !*save
	}
	m.NoStats = r.boolean(r.nonEmpty("x_disable_stats"))
	m.SaveDiff = r.boolean(r.nonEmpty("save_code"))
	m.NoCode = r.boolean(r.nonEmpty("disable_code"))
	m.StatsInterval = r.seconds(r.nonEmpty("x_stats_sampling_interval"), defaultStatsInterval)
	m.Executable, m.Docker = r.nonEmpty("executable").Text, r.nonEmpty("docker").Text
	for pattern := range strings.SplitSeq(r.nonEmpty("ignore_globs").Text, ",") {
		if pattern != "" {
			m.IgnoreGlobs = append(m.IgnoreGlobs, pattern)
		}
	}
	m.Git = Git{
		Remote:    r.nonEmpty("git_remote").Text,
		RemoteURL: r.nonEmpty("git_remote_url").Text,
		Commit:    r.nonEmpty("git_commit").Text,
	}
	if root := r.nonEmpty("git_root").Text; root != "" {
		m.Git.Root = r.path(root)
	}
	// Unlike other switches, any value except "false" means true.
	git := r.variable("WANDB_DISABLE_GIT").Text
	m.NoGit = git != "" && git != "false"
}
