// Package settings resolves the settings as the official W&B client does: the server, the
// API key, the entity, the project and the rest.
//
// The sources are, the strongest first: the caller's options, the environment (WANDB_*),
// netrc (for the key only), the settings file of the working directory, the user's
// settings file, and the defaults. Every value has its source, because the first question
// after a refusal is "whose key was that?".
//
// # Settings that are ignored
//
// The official client's other settings are not here, each for a reason:
//
//   - those in the table unsupported, which are reported when they are set;
//   - WANDB_DISABLE_JOB_CREATION: no jobs are created, as if it were set;
//   - WANDB_CONSOLE other than off: a program passes its own writers;
//   - WANDB_X_LABEL, WANDB_X_PRIMARY, WANDB_X_UPDATE_FINISH_STATE outside of shared
//     mode, in which there is one writer;
//   - REQUESTS_CA_BUNDLE and the like: SSL_CERT_FILE and SSL_CERT_DIR work as in any
//     Go program.
//
// WANDB_X_EXTRA_HTTP_HEADERS are sent to the server but not to the object stores that
// store the files, because they often are the credentials of a gateway.
//
// Resolving sends no request, starts no process and writes no file. Keys are a
// [secret.Key]; an error, warning or hint has at most the last four characters of one. All
// functions are safe for concurrent use.
package settings
