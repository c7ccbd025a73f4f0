package sink

import (
	"os"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/journal"
)

// FindConcurrentWriter looks for another process of this machine that writes the same
// run now.
func (b *Both) FindConcurrentWriter() {
	if b.disk == nil || !b.cfg.Exclusive {
		return
	}
	b.others = b.disk.others()
	dir := b.disk.concurrentWriter()
	if dir == "" {
		return
	}
	t := b.cfg.Target
	b.concurrent = &errors.RequestError{
		Op: diagnose.OpCreateRun.Verb, Entity: t.Entity, Project: t.Project, RunID: t.RunID, BaseURL: t.BaseURL,
		Cause: errors.ErrRunExists,
		Hint:  "another process is writing this run, to " + dir + "; on the server, rows of one replace rows of the other. Choose another run id, or mode shared for several processes of one run",
	}
	b.cfg.Log.Warn("another process is writing the same run", "dir", dir)
	b.cfg.Events.Warning("another process is writing the same run, to " + dir + "; rows of one replace rows of the other")
}

// EarlierDir is the directory of another log of the same run beside this one, perhaps of a process
// that still writes it, "" if there is none.
func (b *Both) EarlierDir() string {
	if disk := b.currentDisk(); disk != nil {
		for _, other := range disk.dir.Siblings() {
			return other.Path()
		}
	}
	return ""
}

// overwritten reports whether another process of this machine wrote the same run while
// this one did, so that its rows may be on the server in place of rows of this one.
func (b *Both) overwritten(disk *Disk) bool {
	if b.concurrent != nil {
		return true
	}
	if b.others == nil {
		return false
	}
	for dir, size := range disk.others() {
		if before, ok := b.others[dir]; !ok || before != size {
			return true
		}
	}
	return false
}

// others are the directories of the run's other logs on this machine, with the sizes of the
// logs.
func (d *Disk) others() map[string]int64 {
	sizes := map[string]int64{}
	for _, other := range d.dir.Siblings() {
		if info, err := os.Stat(other.Journal()); err == nil {
			sizes[other.Path()] = info.Size()
		}
	}
	return sizes
}

// concurrentWriter is the directory of another process on this machine that writes the
// same run, or "". The server cannot tell the two apart: rows of one replace rows of
// the other. Both continue, and each one's directory has all that it logs.
func (d *Disk) concurrentWriter() string {
	for _, other := range d.dir.Siblings() {
		unlock, err := journal.Lock(other.Journal())
		if err == nil {
			unlock()
		} else if errors.Is(err, journal.ErrInUse) {
			return other.Path()
		}
	}
	return ""
}
