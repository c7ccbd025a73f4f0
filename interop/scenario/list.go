package scenario

import (
	"context"
	"net/http"
	"time"

	"github.com/wandgo/wandgo/interop/stored"
	"github.com/wandgo/wandgo/wandbtest"
)

// All returns the scenarios.
func All() []Scenario {
	return []Scenario{
		// Rows.
		{Name: "plain"},
		{Name: "empty_run"},
		{Name: "explicit_steps"},
		{Name: "several_logs_per_step"},
		{Name: "commit_without_values"},
		{Name: "late_steps", Warnings: []string{lateStep}},
		{Name: "nested_keys"},
		{Name: "nan_infinity"},
		{Name: "numbers"},
		{Name: "unicode_text"},
		{Name: "values"},
		{Name: "own_keys"},
		{Name: "wide_row"},
		{Name: "many_rows"},

		// Metrics.
		{Name: "define_metric_step"},
		{Name: "define_metric_summary"},
		{Name: "define_metric_glob"},
		{Name: "define_metric_star"},
		{Name: "define_metric_hidden"},
		{Name: "define_metric_overwrite"},
		{Name: "define_metric_late"},

		// Summary, config, labels.
		{Name: "summary_overwrites"},
		{Name: "config_nested"},
		{Name: "config_special", Differ: []stored.Rule{
			{Path: `files."config.yaml".inf.value`, How: stored.Anything, Reason: "the same"},
			{Path: "config.*inf", How: stored.Anything, Reason: "JSON knows no infinity; the official client writes the bare word into the config, which readers of JSON refuse when the run is resumed"},
		}},
		{Name: "labels"},
		{Name: "labels_changed"},
		{Name: "environment", Alone: true, Runs: []string{"env-run"}, Env: []string{
			"WANDB_NAME=from env", "WANDB_NOTES=env notes", "WANDB_TAGS=x,y", "WANDB_RUN_GROUP=g", "WANDB_JOB_TYPE=j",
			"WANDB_RUN_ID=env-run", "WANDB_ENTITY=alice", "WANDB_HOST=given-host",
		}},
		{Name: "machine", Alone: true, Environment: true, Env: []string{"WANDB_X_DISABLE_STATS=false"}, Differ: []stored.Rule{
			{Path: "events*", How: stored.Anything, Reason: "whether so short a run has system metrics is a matter of timing"},
			{Path: "environment.email", How: stored.Anything, Reason: "the official client asks the server for it before each run, which costs a request"},
			{Path: "environment.python", How: stored.Anything, Reason: "there is no Python"},
			{Path: "environment.go", How: stored.Anything, Reason: "there is no Go"},
			{Path: "environment.codePath*", How: stored.Anything, Reason: "a binary is not its source file"},
		}},

		// Resuming.
		{Name: "resume_allow", Differ: siblings},
		{Name: "resume_allow_new"},
		{Name: "resume_must", Differ: siblings},
		{Name: "resume_must_missing", Runs: []string{}, Warnings: []string{"does not exist", "resume"}},
		{Name: "resume_never", Warnings: []string{"already exists", "resume"}},
		{Name: "resume_unset"},
		{Name: "resume_steps", Warnings: []string{lateStep}},
		{
			Name: "resume_auto", Alone: true, Seconds: 20, Runs: []string{only},
			Phases: []Phase{
				{Half: "resume_auto_crash", Exit: Killed, During: killAfter(only, 2)},
				{Half: "resume_auto_again"},
			},
			Env: impatient,
		},
		{
			Name: "crash_resume", Alone: true, Seconds: 20,
			Phases: []Phase{{Half: "crash", Exit: Killed, During: killAfter("crash_resume", 2)}, {Half: "crash_resume"}},
			Env:    impatient,
		},
		{Name: "fork", Runs: []string{"fork_origin", "fork"}},
		{Name: "rewind"},

		// Ends.
		{Name: "exit_code"},
		{Name: "exit_process", Alone: true, Phases: []Phase{{Half: "exit_process", Exit: 3}}},
		{Name: "exception", Alone: true, Phases: []Phase{{Half: "exception", Exit: 1}}, Warnings: []string{"Traceback"}},
		{
			Name: "interrupted", Alone: true, Env: impatient, Warnings: []string{"Traceback"},
			Phases: []Phase{{Half: "interrupted", Exit: Interrupted, During: func(_ context.Context, _ *wandbtest.Server, p Process) error {
				return p.Interrupt()
			}}},
		},
		{
			Name: "stopped", Alone: true, Seconds: 35, Env: impatient, Warnings: []string{"Traceback"},
			Phases: []Phase{{Half: "stopped", Exit: Interrupted, During: func(_ context.Context, s *wandbtest.Server, _ Process) error {
				return s.StopRun("acme", Project, "stopped")
			}}},
			Differ: []stored.Rule{
				{Path: "history*", How: stored.Anything, Reason: "how many rows there are until the client learns of it is a matter of timing"},
				{Path: "summary._step", Reason: "the same"},
				{Path: `files."wandb-summary.json"._step`, Reason: "the same"},
			},
		},

		// What surrounds the rows.
		{Name: "console", Alone: true, Env: []string{"WANDB_CONSOLE=wrap"}},
		{Name: "console_stderr", Alone: true, Env: []string{"WANDB_CONSOLE=wrap"}},
		{Name: "system_metrics", Alone: true, Env: []string{"WANDB_X_STATS_SAMPLING_INTERVAL=0.5", "WANDB_X_DISABLE_STATS=false"}},
		{Name: "saved_files", Alone: true, Warnings: []string{"Symlinked"}},
		{Name: "alerts"},

		// Without a server, and against bad ones.
		{
			Name: "offline_sync", Alone: true, Runs: offlineRun, Seconds: 10, Env: wrapped,
			Phases: []Phase{{Half: "offline"}, {Half: "sync"}},
		},
		{
			Name: "offline_sync_exchanged", Alone: true, Runs: offlineRun, Seconds: 10, Env: wrapped,
			Phases: []Phase{{Half: "offline"}, {Half: "sync", ByOther: true}},
		},
		{
			Name: "offline_as_online", Alone: true, Runs: offlineRun, Env: wrapped,
			Phases: []Phase{{Half: "offline_twin"}}, Ours: []Phase{{Half: "offline"}, {Half: "sync"}},
		},
		{
			Name: "online_as_offline", Alone: true, Runs: offlineRun, Seconds: 10, Env: wrapped,
			Phases: []Phase{{Half: "offline"}, {Half: "sync"}}, Ours: []Phase{{Half: "offline_twin"}},
		},
		{Name: "disabled", Alone: true, Runs: []string{}},
		{Name: "refused_team", Alone: true, Runs: []string{}, Warnings: []string{"permission denied", "CommError", "403"}},
		{
			Name: "refused_key", Alone: true, Runs: []string{}, Env: []string{"WANDB_API_KEY=notakeyofanybody000000000000000000000000"},
			Warnings: []string{"401", "not logged in", "API key", "user is not"},
		},
		{Name: "rate_limited", Alone: true, Seconds: 10, Env: impatient, Server: []wandbtest.Option{wandbtest.WithRateLimit(4, window)}, Warnings: []string{"429"}},
		{
			Name: "flaky", Alone: true, Seconds: 30, Env: impatient, Prepare: func(s *wandbtest.Server) {
				everyOther("graphql", wandbtest.Fault{Status: http.StatusInternalServerError, Body: "{}"})(s)
				everyOther("file_stream", wandbtest.Fault{Cut: wandbtest.CutAfter})(s)
				s.Inject(wandbtest.Fault{Operation: http.MethodPut, Status: http.StatusServiceUnavailable, Count: 2})
			},
			Warnings: []string{"500", "retry", "EOF"},
			Differ: []stored.Rule{
				{Path: "history.overwritten", Reason: "a cut connection hides that the rows arrived, and how many were in the request is a matter of timing"},
			},
		},
		{
			Name: "slow", Alone: true, Env: impatient, Phases: []Phase{{Half: "flaky"}}, Runs: []string{"flaky"},
			Prepare: func(s *wandbtest.Server) { s.Inject(wandbtest.Fault{Delay: 300 * time.Millisecond}) },
		},
	}
}

var (
	offlineRun = []string{"offline"}
	// wrapped turns the capture of the console on.
	wrapped = []string{"WANDB_CONSOLE=wrap"}
)

// siblings is a difference that package summary documents.
var siblings = []stored.Rule{
	{Path: "*.n.k0", How: stored.Anything, Reason: "the official client drops the nested summary values beside one that is logged after a resume"},
}

// lateStep is the official client's warning about a step before the current one.
const lateStep = "Steps must be monotonically increasing"

// PendingFields are the fields in which no run is equal yet, with the reasons. An entry that
// matches no difference fails the test.
func PendingFields() []stored.Rule {
	return nil
}
