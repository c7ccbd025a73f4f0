package settings

import (
	"maps"
	"os"
	"slices"
	"strings"

	wandberrors "github.com/wandgo/wandgo/errors"
)

// unsupported are variables of the official client that have no effect here, without
// their prefix, each with the reason. Nothing is said of variables that only other
// programs use.
var unsupported = map[string]string{
	"ANONYMOUS":                           "W&B has ended anonymous accounts",
	"CODE_DIR":                            "a Go program's code is not uploaded",
	"CONSOLE_MULTIPART":                   "console output is one file",
	"CONSOLE_CHUNK_MAX_BYTES":             "console output is one file",
	"CONSOLE_CHUNK_MAX_SECONDS":           "console output is one file",
	"DISABLE_GIT_FORK_POINT":              "the fork point is never looked up",
	"ENABLE_DCGM_PROFILING":               "use a MetricSource for GPUs",
	"FORCE":                               "a refused run is an error, or goes offline if OnRefused says so",
	"FORK_FROM":                           "use RunOptions.ForkFrom",
	"JOB_NAME":                            "launch jobs are not created",
	"LAUNCH_CONFIG_PATH":                  "launch jobs are not created",
	"LOGIN_TIMEOUT":                       "there is no login prompt",
	"REINIT":                              "each Init makes a run of its own",
	"RELOGIN":                             "there is no login prompt",
	"RESUME_FROM":                         "use RunOptions.RewindTo",
	"SUMMARY_TIMEOUT":                     "the summary is never fetched",
	"SYNC_TENSORBOARD":                    "TensorBoard files are not watched; wandgo import tensorboard reads them",
	"X_FILE_STREAM_NO_GZIP":               "posts are never compressed",
	"X_FILES_DIR":                         "files are stored in the run's directory",
	"X_SERVER_SIDE_DERIVED_SUMMARY":       "the client derives the summary",
	"X_SERVER_SIDE_EXPAND_GLOB_METRICS":   "metric globs are always sent as they are",
	"X_SKIP_TRANSACTION_LOG":              "the log is what keeps rows safe",
	"X_STATS_COREWEAVE_METADATA_BASE_URL": "use a MetricSource",
	"X_STATS_COREWEAVE_METADATA_ENDPOINT": "use a MetricSource",
	"X_STATS_CPU_COUNT":                   "the processors are counted",
	"X_STATS_CPU_LOGICAL_COUNT":           "the processors are counted",
	"X_STATS_DCGM_EXPORTER":               "use a MetricSource",
	"X_STATS_DISK_PATHS":                  "the disk of the root directory is measured",
	"X_STATS_GPU_COUNT":                   "use a MetricSource for GPUs",
	"X_STATS_GPU_DEVICE_IDS":              "use a MetricSource for GPUs",
	"X_STATS_GPU_TYPE":                    "use a MetricSource for GPUs",
	"X_STATS_NEURON_MONITOR_CONFIG_PATH":  "use a MetricSource",
	"X_STATS_OPEN_METRICS_ENDPOINTS":      "use a MetricSource",
	"X_STATS_OPEN_METRICS_FILTERS":        "use a MetricSource",
	"X_STATS_OPEN_METRICS_HTTP_HEADERS":   "use a MetricSource",
	"X_STATS_PID":                         "this process is measured",
	"X_STATS_TRACK_PROCESS_TREE":          "this process is measured",
}

// otherVariables, without their prefix, are those that are no [resolver.value] or that the official
// client sets for its own processes. They are not reported, and their names are not
// taken for typos.
var otherVariables = []string{
	"API_KEY", "IDENTITY_TOKEN_FILE", "CREDENTIALS_FILE", "BASE_URL", "CONFIG_DIR", "SERVICE", "INITED", "RUN_DIR", "RUN_STORAGE_ID",
	"AGENT_REPORT_INTERVAL",
	"DATA_DIR", "ARTIFACT_FETCH_FILE_URL_BATCH_SIZE",
	"ARGS", "CORE_DEBUG", "DEBUG", "DESCRIPTION", "ERROR_REPORTING", "JUPYTER", "NOTEBOOK_NAME",
	"ORGANIZATION", "SHOW_RUN", "DISABLE_JOB_CREATION", "SYMLINK", "STRICT",
}

// reportVariables warns once of each variable that is set and has no effect: one that
// is not supported, and one whose name is a typo.
func (r *resolver) reportVariables() {
	for _, name := range slices.Sorted(maps.Keys(unsupported)) {
		if r.variable(variablePrefix+name).Text != "" {
			r.warn("%s has no effect: %s", variablePrefix+name, unsupported[name])
		}
	}
	known := slices.Clone(otherVariables)
	for _, name := range slices.Sorted(maps.Keys(r.known)) {
		if bare, ok := strings.CutPrefix(name, variablePrefix); ok {
			known = append(known, bare)
		}
	}
	for _, entry := range r.env.environ() {
		name, value, _ := strings.Cut(entry, "=")
		bare, ok := strings.CutPrefix(name, variablePrefix)
		if !ok || value == "" || unsupported[bare] != "" || slices.Contains(known, bare) || !mayBeTypo(bare) {
			continue
		}
		if near := wandberrors.Suggest(bare, known); len(near) > 0 {
			r.warn("%s has no effect: there is no such variable; did you mean %s?", name, variablePrefix+near[0])
		}
	}
}

// variablePrefix begins the name of each variable.
const variablePrefix = "WANDB_"

// mayBeTypo reports whether a variable is one that a person may have meant to set. A
// pod gets others for a service named "wandb" or "wandb-…".
func mayBeTypo(name string) bool {
	kubernetes := strings.HasSuffix(name, "SERVICE_HOST") || strings.Contains(name, "SERVICE_PORT") ||
		strings.HasSuffix(name, "PORT") || strings.Contains(name, "PORT_")
	return !kubernetes && strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == ""
}

// environ lists the variables of the process, "name=value". With a LookupEnv they
// cannot be listed.
func (e Env) environ() []string {
	switch {
	case e.Environ != nil:
		return e.Environ()
	case e.LookupEnv == nil:
		return os.Environ()
	}
	return nil
}
