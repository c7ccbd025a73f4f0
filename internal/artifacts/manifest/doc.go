// Package manifest is the format of an artifact's content: the manifest's JSON, the digests
// of files and of whole artifacts, and the rules for names and paths. It does no I/O of its own.
package manifest
