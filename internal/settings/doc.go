// Package settings finds out what the official W&B client would find out before
// its first request: which server, which API key, which entity and project, and
// where each of them came from.
//
// Sources, the strongest first: what the caller gave, the environment
// (WANDB_*), netrc (for the key only), the settings file of the working
// directory, the user's settings file, the defaults. Every value remembers its
// source, because the first question after a refusal is "whose key was that?".
//
// Of the official client's settings, x_file_stream_no_gzip is left out: it allows
// compression where the server names that feature, and asking for features would
// cost every run a request that nothing else needs. Posts are never compressed.
//
// Nothing here talks to the network, starts a process or writes a file. Keys
// are held as [secret.Key]; no error, warning or hint contains more of one than
// its last four characters. All functions are safe for concurrent use.
package settings
