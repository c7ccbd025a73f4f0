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
	"github.com/wandgo/wandgo/internal/sink"
)

// idleAfter is how long a log without a lock must be unchanged before it counts as no
// longer written. The server considers a run crashed after the same time of silence.
const idleAfter = 5 * time.Minute

// Log is a log on disk, as its first records describe it.
type Log struct {
	// Path is the file, Dir the run's directory around it.
	Path string
	Dir  *rundir.Dir
	// Size and Changed are the size and the modification time of the file.
	Size    int64
	Changed time.Time
	// Run is the first run record. If it cannot be read, Run is derived from the file's
	// name and the other records, and Guessed is set. It is nil for a log without records.
	Run     *record.Run
	Guessed bool
	// Producer is the program that wrote the log, "" if it is not known.
	Producer string
	// Err is why the log could not be read.
	Err error

	ours bool
	late bool // there are system metrics before the run record
}

// Ours reports whether this client wrote the log.
func (l *Log) Ours() bool { return l.ours }

// open reads the first records.
func (l *Log) open() {
	info, err := os.Stat(l.Path)
	if err == nil && !info.Mode().IsRegular() { // opening a named pipe would block
		err = fmt.Errorf("%s is not a regular file", l.Path)
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
		if h.add(rec); h.enough() {
			break
		}
	}
	h.resolve()
}

// head collects what the first records say about the run and about the client that wrote
// the log.
type head struct {
	log       *Log
	records   int
	header    bool
	measured  bool
	telemetry *record.Telemetry
	begun     time.Time // the start of the run according to other records
}

func (h *head) add(rec *wire.Entry) {
	h.records++
	switch body := rec.Body.(type) {
	case *record.Header:
		h.header, h.log.Producer = true, body.Producer
		h.records-- // a header is written even if there is no run
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

// headRecords is how many records are read in search of a header or telemetry.
const headRecords = 64

// enough reports whether the remaining records need not be read. A run record is always
// looked for.
func (h *head) enough() bool {
	return h.log.Run != nil && (h.header || h.telemetry != nil || h.records >= headRecords)
}

// resolve decides which client wrote the log, and which run it belongs to.
func (h *head) resolve() {
	l := h.log
	note, noted := l.Dir.LoadUploaded()
	switch {
	case h.header:
		l.ours = strings.HasPrefix(l.Producer, "wandgo")
	case noted && note.StorageID == "": // a note without the id is of a live run of this client
		l.ours = true
	case h.telemetry != nil: // the official client reports its Python and core versions
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
	if noted && (note.RunID == "" || note.RunID == l.Run.ID) {
		l.Run.Entity, l.Run.Project = note.Entity, note.Project
	}
}

// beginOf returns the start time of a run according to one of its rows, the zero time if
// it is not known.
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
	const latest = 1 << 40 // later times are nonsense
	if begin := at - runtime; timed && since && begin > 0 && begin < latest {
		return time.UnixMicro(int64(begin * 1e6))
	}
	return time.Time{}
}

// MayBelongTo reports whether the log may belong to a run of this target. An empty entity
// or project, in the log or in at, matches any.
func (l *Log) MayBelongTo(at sink.Target) bool {
	if l.Run == nil {
		return true
	}
	own := l.target()
	return (own.Entity == "" || at.Entity == "" || own.Entity == at.Entity) &&
		(own.Project == "" || at.Project == "" || own.Project == at.Project)
}

// claim locks the log for this process. It reports false if another process writes or
// uploads it. A writer without a lock is recognized by the time of the last change.
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

// InUse reports whether a process seems to be writing the log. ended says whether the log
// has an exit record.
func (l *Log) InUse(ended bool) bool {
	release, free := l.claim(ended, time.Now())
	release()
	return !free
}
