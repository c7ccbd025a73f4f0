package client

import (
	"strconv"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/journal"
)

// JournalSync says when a run's log is synced to disk (fsync), so that it survives a loss of
// power, and not only the end of the process. In any case, rows reach the operating system within
// a second, or when 64 KiB are waiting, and Finish syncs the file.
type JournalSync int

// The choices.
const (
	// JournalSyncAtEnd leaves it to the operating system until Finish, which mostly
	// takes up to half a minute. A killed process loses at most the last second, a
	// machine that loses power that half minute.
	JournalSyncAtEnd JournalSync = iota
	// JournalSyncInterval syncs once a second, in the background: a machine that
	// loses power loses about a second. Log does not wait. LogArtifact syncs its copies
	// before the log names them.
	JournalSyncInterval
	// JournalSyncRow syncs each row before Log returns: neither a killed process
	// nor a loss of power loses a row that Log accepted. Log then takes as long as
	// the disk does, mostly 0.2 to 10 ms, for all goroutines of the run. LogArtifact syncs
	// its copies as with JournalSyncInterval.
	JournalSyncRow
)

func (s JournalSync) options() (journal.Options, error) {
	switch s {
	case JournalSyncAtEnd:
		return journal.Options{}, nil
	case JournalSyncInterval:
		return journal.Options{Sync: journal.SyncInterval}, nil
	case JournalSyncRow:
		return journal.Options{Sync: journal.SyncAlways}, nil
	}
	return journal.Options{}, &errors.InputError{Field: "journal sync", Value: strconv.Itoa(int(s)), Rule: "must be one of the JournalSync constants"}
}
