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
// When the server refuses, it says little more than "permission denied". The
// client then asks it follow-up questions (whose key is this, which teams has
// the user, is the team or the project read-only) and returns an
// *errors.PermissionError that names the cause with its evidence; see package
// [github.com/wandgo/wandgo/errors]. [Client.Check] asks the same questions
// beforehand, without creating anything. RunOptions.OnRefused lets a program go
// on without the server: the run keeps its whole API and keeps its data on disk.
//
// # Environment
//
// A zero [Options] resolves key, server and names as the official client does.
// The key: Options.APIKey, WANDB_API_KEY, netrc, settings files. Everything
// else: options, WANDB_* variables, then wandb/settings in the working directory
// and ~/.config/wandb/settings. The variables that are read: WANDB_API_KEY,
// WANDB_BASE_URL, WANDB_APP_URL, WANDB_ENTITY, WANDB_PROJECT, WANDB_RUN_ID,
// WANDB_NAME, WANDB_NOTES, WANDB_TAGS, WANDB_RUN_GROUP, WANDB_JOB_TYPE,
// WANDB_SWEEP_ID, WANDB_MODE, WANDB_DIR, WANDB_CONFIG_DIR, WANDB_USERNAME,
// WANDB_USER_EMAIL, WANDB_INIT_TIMEOUT, WANDB_HTTP_TIMEOUT, WANDB_RESUME,
// WANDB_SILENT, WANDB_QUIET, WANDB_DISABLE_GIT, WANDB_HTTP_PROXY,
// WANDB_HTTPS_PROXY, WANDB_INSECURE_DISABLE_SSL, WANDB_X_EXTRA_HTTP_HEADERS,
// WANDB_X_DISABLE_META, WANDB_X_DISABLE_MACHINE_INFO, WANDB_X_DISABLE_STATS,
// WANDB_X_STATS_SAMPLING_INTERVAL, WANDB_IGNORE_GLOBS, NETRC and WANDB_X_FILE_STREAM_*,
// WANDB_X_GRAPHQL_*.
//
// # Concurrency
//
// A [Client] and a [Run] are safe for concurrent use. Only Init, Check, Viewer
// and Finish wait for the network, and each takes a context. A run owns its
// goroutines and has stopped them when Finish returns; a Client has none.
//
// # Memory and disk
//
// Every run that is not disabled is kept in [Run.Dir], in the official client's
// form: a row goes to the journal there first and to the server second. The
// journal reaches the disk once a second. What waits for the server is in memory
// as well, at most 3 MiB a run, and beyond that in a temporary file, or in up to
// 64 MiB of memory where no such file can be written. Should the server refuse a
// run, at the start or midway, it goes on in its directory, and wandgo sync or the
// official wandb sync brings it to the server later.
package client
