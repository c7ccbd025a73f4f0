package syncrun

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/record/wire"
	"github.com/wandgo/wandgo/internal/rundir"
)

// idleAfter is how long nothing was written to a log of a writer that holds no lock
// before it counts as one that nobody writes any more. The server takes a run
// that is silent for this long for crashed.
const idleAfter = 5 * time.Minute

// Log is a transaction log on disk, as its first records describe it.
type Log struct {
	// Path is the file, Dir the run's directory around it.
	Path string
	Dir  *rundir.Dir
	// Size and Changed are those of the file.
	Size    int64
	Changed time.Time
	// Run is the first run record. Where none can be read, it is what the file's name
	// and its other records tell, and Guessed is set; it is nil for a log without records.
	Run     *record.Run
	Guessed bool
	// Producer is who wrote the log, "" if it does not say.
	Producer string
	// Err is why the log could not be read.
	Err error

	ours bool
	late bool // what it measured comes before the record of the run
}

// Ours says that this client wrote the log.
func (l *Log) Ours() bool { return l.ours }

// open reads the first records.
func (l *Log) open() {
	info, err := os.Stat(l.Path)
	if err == nil && !info.Mode().IsRegular() { // to open a pipe is to wait for its other end
		err = fmt.Errorf("%s is no regular file", l.Path)
	}
	if err != nil {
		l.Err = fmt.Errorf("open log: %w", err)
		return
	}
	l.Size, l.Changed = info.Size(), info.ModTime()
	r, err := journal.Open(l.Path)
	if err != nil {
		l.Err = err
		return
	}
	defer func() { _ = r.Close() }()
	h := head{log: l}
	for rec, err := range r.All() {
		if err != nil {
			l.Err = err
			return
		}
		if h.take(rec); h.enough() {
			break
		}
	}
	h.settle()
}

// head is what the first records tell, and as many more as it takes to find out whose
// they are.
type head struct {
	log       *Log
	records   int
	header    bool
	measured  bool
	telemetry *record.Telemetry
	begun     time.Time // as records tell that are not the run's
}

func (h *head) take(rec *wire.Entry) {
	h.records++
	switch body := rec.Body.(type) {
	case *record.Header:
		h.header, h.log.Producer = true, body.Producer
		h.records-- // it tells nothing of a run
	case *record.Run:
		if run, ok := rec.Clone().Body.(*record.Run); ok && h.log.Run == nil {
			h.log.Run, h.log.late = run, h.measured
		}
	case *record.Telemetry:
		if t, ok := rec.Clone().Body.(*record.Telemetry); ok && h.telemetry == nil {
			h.telemetry = t
		}
	case *record.Environment:
		if h.begun.IsZero() {
			h.begun = body.StartedAt.Time
		}
	case *record.Stats:
		h.measured = true
	case *record.History:
		if h.begun.IsZero() {
			h.begun = beginOf(body)
		}
	}
}

// headRecords is how many records may precede those of the head.
const headRecords = 64

// enough reports whether the records that follow tell nothing more. Without a run's
// record there is nothing but to look for one.
func (h *head) enough() bool {
	return h.log.Run != nil && (h.header || h.telemetry != nil || h.records >= headRecords)
}

// settle says whose log it is, and of which run.
func (h *head) settle() {
	l := h.log
	switch note, noted := l.Dir.LoadUploaded(); {
	case h.header:
		l.ours = strings.HasPrefix(l.Producer, "wandgo")
	case noted && note.StorageID == "": // only a running run notes that without the id
		l.ours = true
	case h.telemetry != nil: // the official client names its language and its core
		l.ours = h.telemetry.CLIVersion != "" && h.telemetry.PythonVersion == "" && h.telemetry.CoreVersion == ""
	}
	if l.Run != nil || h.records == 0 {
		return
	}
	l.Guessed, l.late = true, true
	l.Run = &record.Run{ID: l.Dir.RunID(), StartTime: h.begun}
	if l.Run.StartTime.IsZero() {
		l.Run.StartTime = l.Dir.Started()
	}
	if note, ok := l.Dir.LoadUploaded(); ok && (note.RunID == "" || note.RunID == l.Run.ID) {
		l.Run.Entity, l.Run.Project = note.Entity, note.Project
	}
}

// beginOf is when a run began, as one of its rows tells; the zero time if it does not.
func beginOf(row *record.History) time.Time {
	number := func(key string) (float64, bool) {
		for i := range row.Items {
			if path := row.Items[i].Path(); len(path) == 1 && path[0] == key {
				f, err := strconv.ParseFloat(string(row.Items[i].Value), 64)
				return f, err == nil
			}
		}
		return 0, false
	}
	at, timed := number(keyTimestamp)
	runtime, since := number(keyRuntime)
	const latest = 1 << 40 // beyond it no clock goes
	if begin := at - runtime; timed && since && begin > 0 && begin < latest {
		return time.UnixMicro(int64(begin * 1e6))
	}
	return time.Time{}
}

// MayBelongTo reports whether the log is of the run at this place. An empty name of
// either is not known yet.
func (l *Log) MayBelongTo(at Target) bool {
	if l.Run == nil {
		return true
	}
	own := l.target()
	return (own.Entity == "" || at.Entity == "" || own.Entity == at.Entity) &&
		(own.Project == "" || at.Project == "" || own.Project == at.Project)
}

// claim takes the log for this process. It reports false if somebody writes or
// uploads it. A writer without a lock is known by the age of the last change.
func (l *Log) claim(ended bool, now time.Time) (release func(), free bool) {
	unlock, err := journal.Lock(l.Path)
	switch {
	case err == nil && (ended || l.Ours()):
		return unlock, true
	case errors.Is(err, journal.ErrInUse):
		return func() {}, false
	}
	if unlock == nil {
		unlock = func() {}
	}
	if !ended && now.Sub(l.Changed) < idleAfter {
		unlock()
		return func() {}, false
	}
	return unlock, true
}

// InUse says whether somebody writes the log, as far as that can be found out;
// ended is whether its run came to an end.
func (l *Log) InUse(ended bool) bool {
	release, free := l.claim(ended, time.Now())
	release()
	return !free
}
