package settings

import (
	"strings"
	"time"
)

const defaultStatsInterval = 15 * time.Second

// Machine is what a run tells about the machine it runs on.
type Machine struct {
	// NoGit keeps the repository around the program out (WANDB_DISABLE_GIT), not
	// what Git says.
	NoGit bool
	// Git is what is said about the repository, in place of what is found.
	Git Git
	// NoMeta leaves out the description of program and machine
	// (WANDB_X_DISABLE_META), NoInfo that and more: host, git, modules and system
	// metrics (WANDB_X_DISABLE_MACHINE_INFO).
	NoMeta, NoInfo bool
	// NoRequirements leaves out the list of modules (WANDB_X_SAVE_REQUIREMENTS set
	// to false).
	NoRequirements bool
	// Executable and Docker are the program's file and the image it runs in
	// (WANDB_EXECUTABLE, WANDB_DOCKER); "" leaves them to the caller.
	Executable, Docker string
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

// Git is what the settings say about the program's repository.
type Git struct {
	// Root is where the repository is looked for (WANDB_GIT_ROOT), "" for the
	// working directory.
	Root string
	// Remote is the name of the remote whose address counts (WANDB_GIT_REMOTE,
	// origin).
	Remote string
	// RemoteURL and Commit take the place of what is found (WANDB_GIT_REMOTE_URL,
	// WANDB_GIT_COMMIT).
	RemoteURL, Commit string
}

// resolveMachine resolves what is told about the machine.
func (r *resolver) resolveMachine() {
	get := func(env, file string) string { return r.nonEmpty(setting{env: []string{env}, file: file}).Text }
	m := &r.settings.Machine
	m.NoMeta = r.boolean("x_disable_meta", hidden("x_disable_meta")...)
	m.NoInfo = r.boolean("x_disable_machine_info", hidden("x_disable_machine_info")...)
	if save := r.optionalBool("x_save_requirements"); save != nil {
		m.NoRequirements = !*save
	}
	m.NoStats = r.boolean("x_disable_stats", hidden("x_disable_stats")...)
	m.SaveDiff = r.boolean("save_code", "WANDB_SAVE_CODE")
	m.NoCode = r.boolean("disable_code", "WANDB_DISABLE_CODE")
	m.StatsInterval = r.seconds(defaultStatsInterval, "x_stats_sampling_interval", hidden("x_stats_sampling_interval")...)
	m.Executable, m.Docker = get("WANDB_EXECUTABLE", "executable"), get("WANDB_DOCKER", "docker")
	for pattern := range strings.SplitSeq(get("WANDB_IGNORE_GLOBS", "ignore_globs"), ",") {
		if pattern != "" {
			m.IgnoreGlobs = append(m.IgnoreGlobs, pattern)
		}
	}
	m.Git = Git{
		Remote:    get("WANDB_GIT_REMOTE", "git_remote"),
		RemoteURL: get("WANDB_GIT_REMOTE_URL", "git_remote_url"),
		Commit:    get("WANDB_GIT_COMMIT", "git_commit"),
	}
	if root := get("WANDB_GIT_ROOT", "git_root"); root != "" {
		m.Git.Root = r.path(root)
	}
	// Unlike other switches, anything but "false" is a yes.
	git, _ := r.env.get("WANDB_DISABLE_GIT")
	m.NoGit = git != "" && git != "false"
}
