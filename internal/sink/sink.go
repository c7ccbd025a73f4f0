// Package sink stores the records of a run: on disk ([Disk]), on the server
// ([Server]), or on both ([Both]). [Both] is the one place that decides whether a
// record is persisted, waiting or lost, what a refusal of the server means for the
// rest of the run, and when the run continues on disk alone.
//
// Each has a method Row for history rows, which does not allocate, and Put for any other
// record. They do not retain what they are given, and do not wait for the network.
//
// The server accepts a run over five channels: rows (the file stream), settings
// (config, labels, metric definitions), files, artifacts and alerts. It can refuse each of
// them apart from the others; see [Channel].
package sink

import (
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/journal"
)

// lost reports whether the disk will never have the record. Any other error of the
// disk means that the record waits in memory.
func lost(err error) bool {
	return errors.Is(err, journal.ErrLost) || errors.Is(err, journal.ErrTooLarge) || errors.Is(err, journal.ErrDeleted) || errors.Is(err, journal.ErrClosed)
}
