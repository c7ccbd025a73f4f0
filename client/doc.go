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
// follow-up questions: whose key is this, which teams is the user in, is the team or the project
// read-only? It returns an *errors.PermissionError that names the cause with its evidence; see
// package [github.com/wandgo/wandgo/errors]. [Client.Check] asks the same questions beforehand,
// without creating anything. RunOptions.OnRefused lets a program continue without the server: all
// methods of the run still work, and its data is stored on disk.
//
// # Environment
//
// A zero [Options] resolves key, server and names as the official client does. The key:
// Options.APIKey, WANDB_API_KEY or WANDB_IDENTITY_TOKEN_FILE, netrc, settings files.
// Everything else: options, WANDB_* variables, then wandb/settings in the working
// directory and ~/.config/wandb/settings. The fields of Options and RunOptions name their
// variables; docs/settings.md of the module lists all of them.
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
// are in memory as well, at most 3 MiB a run. Beyond that they are in a temporary file, or in up to
// 64 MiB of memory if no such file can be written. If the server refuses a run, at the start or
// midway, it continues in its directory, and wandgo sync or the official wandb sync brings it to
// the server later.
package client
