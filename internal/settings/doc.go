// Package settings finds out what the official W&B client would find out before
// its first request: which server, which API key, which entity and project, and
// where each of them came from.
//
// Sources, the strongest first: what the caller gave, the environment
// (WANDB_*), netrc (for the key only), the settings file of the working
// directory, the user's settings file, the defaults. Every value remembers its
// source, because the first question after a refusal is "whose key was that?".
//
// # What is ignored
//
// Each of the official client's other settings has a reason not to be here:
//
//   - those in the table unsupported, which are reported when they are set;
//   - WANDB_DISABLE_JOB_CREATION: no jobs are created, as if it were set;
//   - WANDB_CONSOLE other than off: a program hands over its writers itself;
//   - WANDB_X_LABEL, WANDB_X_PRIMARY, WANDB_X_UPDATE_FINISH_STATE outside of shared
//     mode, in which there is one writer;
//   - REQUESTS_CA_BUNDLE and the like: SSL_CERT_FILE and SSL_CERT_DIR work as in any
//     Go program.
//
// WANDB_X_EXTRA_HTTP_HEADERS go to the server and not to the object stores that
// files are uploaded to, as they often are the credentials of a gateway.
//
// Nothing here talks to the network, starts a process or writes a file. Keys
// are held as [secret.Key]; no error, warning or hint contains more of one than
// its last four characters. All functions are safe for concurrent use.
package settings
