// Package client creates Weights & Biases runs, logs to them and finishes them,
// from Go, without Python and without a helper process.
//
//	run, err := client.Init(ctx, client.RunOptions{Entity: "acme", Project: "vision"})
//	if errors.Is(err, errors.ErrNotTeamMember) {
//		// choose another entity, go offline, or stop
//	}
//	for step := range 1000 {
//		run.Log(map[string]any{"loss": train(step)})
//	}
//	err = run.Finish(ctx)
//
// # Refusals
//
// When the server refuses, it says little more than "permission denied". The client then asks it
// follow-up questions (whose key is this, which teams is the user in, is the team or the project
// read-only) and returns an *errors.PermissionError that names the cause with its evidence; see
// package [github.com/wandgo/wandgo/errors]. [Client.Check] asks the same questions beforehand,
// without creating anything. RunOptions.OnRefused lets a program continue without the server: all
// methods of the run still work, and its data is stored on disk.
//
// # Environment
//
// A zero [Options] resolves key, server and names as the official client does.
// The key: Options.APIKey, WANDB_API_KEY or WANDB_IDENTITY_TOKEN_FILE, netrc,
// settings files. Everything else: options, WANDB_* variables, then wandb/settings
// in the working directory and ~/.config/wandb/settings. The variables that are
// read:
//
//   - key and server: WANDB_API_KEY, NETRC, WANDB_IDENTITY_TOKEN_FILE,
//     WANDB_CREDENTIALS_FILE, WANDB_BASE_URL, WANDB_APP_URL, WANDB_CONFIG_DIR
//   - connection: WANDB_HTTP_PROXY, WANDB_HTTPS_PROXY, HTTP_PROXY, HTTPS_PROXY,
//     NO_PROXY, WANDB_INSECURE_DISABLE_SSL, WANDB_X_EXTRA_HTTP_HEADERS,
//     WANDB_USERNAME, WANDB_USER_EMAIL or WANDB_EMAIL, WANDB_INIT_TIMEOUT,
//     WANDB_FINISH_TIMEOUT, WANDB_HTTP_TIMEOUT, WANDB_FILE_PUSHER_TIMEOUT; and
//     WANDB_X_GRAPHQL_*, WANDB_X_FILE_STREAM_* and WANDB_X_FILE_TRANSFER_*, each with
//     retry_max, retry_wait_min_seconds, retry_wait_max_seconds and timeout_seconds in
//     capitals, and the file stream's also with transmit_interval, max_bytes and
//     max_line_bytes
//   - the run: WANDB_ENTITY, WANDB_PROJECT, WANDB_RUN_ID, WANDB_NAME or
//     WANDB_RUN_NAME, WANDB_NOTES or WANDB_RUN_NOTES, WANDB_TAGS or WANDB_RUN_TAGS,
//     WANDB_RUN_GROUP, WANDB_JOB_TYPE or WANDB_RUN_JOB_TYPE, WANDB_SWEEP_ID,
//     WANDB_LAUNCH_QUEUE_NAME, WANDB_LAUNCH_QUEUE_ENTITY, WANDB_LAUNCH_TRACE_ID,
//     WANDB_RESUME, WANDB_MODE, WANDB_DIR or WANDB_ROOT_DIR, WANDB_IGNORE_GLOBS,
//     WANDB_CONSOLE (off, or not), WANDB_STOP_ON_FATAL_ERROR
//   - its config: WANDB_CONFIG_PATHS, WANDB_SWEEP_PARAM_PATH
//   - agents of package sweep: WANDB_AGENT_DISABLE_FLAPPING,
//     WANDB_AGENT_MAX_INITIAL_FAILURES, WANDB_AGENT_KILL_DELAY
//   - one of several processes ([Shared]): WANDB_X_LABEL, WANDB_X_PRIMARY,
//     WANDB_X_UPDATE_FINISH_STATE; RANK, GROUP_RANK with LOCAL_RANK,
//     OMPI_COMM_WORLD_RANK, PMI_RANK, SLURM_PROCID and JOB_COMPLETION_INDEX, each
//     with its number of processes
//   - the description of program and machine: WANDB_X_DISABLE_META, WANDB_X_DISABLE_MACHINE_INFO,
//     WANDB_X_DISABLE_STATS, WANDB_X_STATS_SAMPLING_INTERVAL, WANDB_X_SAVE_REQUIREMENTS,
//     WANDB_DISABLE_GIT, WANDB_GIT_ROOT, WANDB_GIT_REMOTE, WANDB_GIT_REMOTE_URL,
//     WANDB_GIT_COMMIT, WANDB_SAVE_CODE, WANDB_DISABLE_CODE, WANDB_HOST, WANDB_PROGRAM,
//     WANDB_EXECUTABLE, WANDB_DOCKER, SLURM_*
//   - where artifacts are downloaded to and cached: WANDB_ARTIFACT_DIR, WANDB_CACHE_DIR
//   - where a sync looks for the artifacts of the official client: WANDB_DATA_DIR
//   - what a person sees (Options.Output): WANDB_SILENT, WANDB_QUIET, NO_COLOR, TERM
//
// Each WANDB_X_NAME may be written WANDB__NAME as well. WANDB_X_FILE_STREAM_NO_GZIP has no
// effect, because posts are never compressed. Only some servers accept compressed posts, and to
// find out would cost every run a request.
//
// # What a person sees
//
// On a terminal the client shows the run's link when it starts, and in Finish the progress of the
// upload and the metrics' history. In a log file it writes one line for the start of a run, each
// problem, and its end. See Options.Output. Everything else goes to Options.Logger.
//
// # Concurrency
//
// A [Client] and a [Run] are safe for concurrent use. Methods that wait for the network take a
// context: Init, Check, CheckAccess, Viewer, Sync, Artifact, UseArtifact, Alert, Flush, Finish,
// FinishWithCode and [Upload.Wait]. FinishOnPanic has a timeout. LogArtifact takes no context,
// and waits for the network only to resolve references. Log never does. A run owns its goroutines
// and has stopped them when Finish returns; a Client has none.
//
// # Memory and disk
//
// Every run that is not disabled is stored in [Run.Dir], in the official client's format: a row
// goes to the journal there first and to the server second. The journal reaches the operating
// system within a second, and the disk as Options.JournalSync says. Rows that wait for the server
// are in memory as well, at most 3 MiB a run, and beyond that in a temporary file, or in up to 64
// MiB of memory if no such file can be written. If the server refuses a run, at the start or
// midway, it continues in its directory, and wandgo sync or the official wandb sync brings it to
// the server later.
package client
