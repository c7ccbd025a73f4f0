package settings

import (
	"maps"
	"os"
	"slices"
	"strings"

	wandberrors "github.com/wandgo/wandgo/errors"
)

// unsupported are variables of the official client that have no effect here, each
// with the reason. Nothing is said of variables that only other programs use.
var unsupported = map[string]string{
	"WANDB_ANONYMOUS":                           "W&B has ended anonymous accounts",
	"WANDB_CODE_DIR":                            "a Go program's code is not uploaded",
	"WANDB_CONSOLE_MULTIPART":                   "console output is one file",
	"WANDB_CONSOLE_CHUNK_MAX_BYTES":             "console output is one file",
	"WANDB_CONSOLE_CHUNK_MAX_SECONDS":           "console output is one file",
	"WANDB_DISABLE_GIT_FORK_POINT":              "the fork point is never looked up",
	"WANDB_ENABLE_DCGM_PROFILING":               "use a MetricSource for GPUs",
	"WANDB_FORCE":                               "a refused run is an error, or goes offline if OnRefused says so",
	"WANDB_FORK_FROM":                           "use RunOptions.ForkFrom",
	"WANDB_JOB_NAME":                            "launch jobs are not created",
	"WANDB_LAUNCH_CONFIG_PATH":                  "launch jobs are not created",
	"WANDB_LOGIN_TIMEOUT":                       "there is no login prompt",
	"WANDB_REINIT":                              "each Init makes a run of its own",
	"WANDB_RELOGIN":                             "there is no login prompt",
	"WANDB_RESUME_FROM":                         "use RunOptions.RewindTo",
	"WANDB_SUMMARY_TIMEOUT":                     "the summary is never fetched",
	"WANDB_SYNC_TENSORBOARD":                    "TensorBoard files are not read",
	"WANDB_X_FILE_STREAM_NO_GZIP":               "posts are never compressed",
	"WANDB_X_FILES_DIR":                         "files are kept in the run's directory",
	"WANDB_X_SERVER_SIDE_DERIVED_SUMMARY":       "the client derives the summary",
	"WANDB_X_SERVER_SIDE_EXPAND_GLOB_METRICS":   "metric globs are always sent as they are",
	"WANDB_X_SKIP_TRANSACTION_LOG":              "the log is what keeps rows safe",
	"WANDB_X_STATS_COREWEAVE_METADATA_BASE_URL": "use a MetricSource",
	"WANDB_X_STATS_COREWEAVE_METADATA_ENDPOINT": "use a MetricSource",
	"WANDB_X_STATS_CPU_COUNT":                   "the processors are counted",
	"WANDB_X_STATS_CPU_LOGICAL_COUNT":           "the processors are counted",
	"WANDB_X_STATS_DCGM_EXPORTER":               "use a MetricSource",
	"WANDB_X_STATS_DISK_PATHS":                  "the disk of the working directory is measured",
	"WANDB_X_STATS_GPU_COUNT":                   "use a MetricSource for GPUs",
	"WANDB_X_STATS_GPU_DEVICE_IDS":              "use a MetricSource for GPUs",
	"WANDB_X_STATS_GPU_TYPE":                    "use a MetricSource for GPUs",
	"WANDB_X_STATS_NEURON_MONITOR_CONFIG_PATH":  "use a MetricSource",
	"WANDB_X_STATS_OPEN_METRICS_ENDPOINTS":      "use a MetricSource",
	"WANDB_X_STATS_OPEN_METRICS_FILTERS":        "use a MetricSource",
	"WANDB_X_STATS_OPEN_METRICS_HTTP_HEADERS":   "use a MetricSource",
	"WANDB_X_STATS_PID":                         "this process is measured",
	"WANDB_X_STATS_TRACK_PROCESS_TREE":          "this process is measured",
}

// otherVariables are variables of the official client that are read elsewhere, or
// that it sets for its own processes. They are not reported, and their names are not
// taken for typos.
var otherVariables = []string{
	"WANDB_API_KEY", "WANDB_IDENTITY_TOKEN_FILE", "WANDB_CREDENTIALS_FILE", "WANDB_SERVICE", "WANDB_INITED", "WANDB_RUN_DIR", "WANDB_RUN_STORAGE_ID",
	"WANDB_AGENT_REPORT_INTERVAL", "WANDB_AGENT_KILL_DELAY", "WANDB_AGENT_DISABLE_FLAPPING", "WANDB_AGENT_MAX_INITIAL_FAILURES",
	"WANDB_CACHE_DIR", "WANDB_DATA_DIR", "WANDB_ARTIFACT_DIR", "WANDB_ARTIFACT_FETCH_FILE_URL_BATCH_SIZE",
	"WANDB_ARGS", "WANDB_CORE_DEBUG", "WANDB_DEBUG", "WANDB_DESCRIPTION", "WANDB_ERROR_REPORTING", "WANDB_JUPYTER", "WANDB_NOTEBOOK_NAME",
	"WANDB_ORGANIZATION", "WANDB_SHOW_RUN", "WANDB_DISABLE_JOB_CREATION", "WANDB_SYMLINK", "WANDB_STRICT",
}

// reportVariables warns once of each variable that is set and has no effect: one that
// is not supported, and one whose name is a typo.
func (r *resolver) reportVariables() {
	for _, name := range slices.Sorted(maps.Keys(unsupported)) {
		if _, set := r.env.get(name); set {
			r.warn("%s has no effect: %s", name, unsupported[name])
		}
	}
	known := slices.Concat(slices.Sorted(maps.Keys(r.asked)), otherVariables)
	for _, entry := range r.env.environ() {
		name, value, _ := strings.Cut(entry, "=")
		if value == "" || !strings.HasPrefix(name, variablePrefix) || unsupported[name] != "" || slices.Contains(known, name) {
			continue
		}
		if near := r.nearVariable(name, known); near != "" {
			r.warn("%s has no effect: there is no such variable; did you mean %s?", name, near)
		}
	}
}

// nearVariable returns the known variable that a name is close to, or "". The prefix
// that all have would make any two look alike.
func (r *resolver) nearVariable(name string, known []string) string {
	if fromKubernetes(name) || strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != "" {
		return ""
	}
	bare := make([]string, 0, len(known))
	for _, k := range known {
		if rest, ok := strings.CutPrefix(k, variablePrefix); ok {
			bare = append(bare, rest)
		}
	}
	if near := wandberrors.Suggest(strings.TrimPrefix(name, variablePrefix), bare); len(near) > 0 {
		return variablePrefix + near[0]
	}
	return ""
}

// variablePrefix begins the name of each variable.
const variablePrefix = "WANDB_"

// fromKubernetes reports whether a variable is one of those that a pod gets for a
// service named "wandb" or "wandb-…".
func fromKubernetes(name string) bool {
	return strings.HasSuffix(name, "_SERVICE_HOST") || strings.Contains(name, "_SERVICE_PORT") ||
		strings.HasSuffix(name, "_PORT") || strings.Contains(name, "_PORT_")
}

// recording returns an Env that notes in asked which variables are looked up.
func (e Env) recording(asked map[string]bool) Env {
	recorded := e
	recorded.Environ = e.environ
	recorded.LookupEnv = func(name string) (string, bool) {
		asked[name] = true
		return e.lookup(name)
	}
	return recorded
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
