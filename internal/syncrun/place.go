package syncrun

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/history"
	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/resume"
	"github.com/wandgo/wandgo/internal/rundir"
)

// ErrConflict means that the server has rows of the run that the log has not,
// where those of the log would be.
var ErrConflict = errors.New("the server has other rows of this run")

// standing is where the server has a run.
type standing struct {
	storageID             string
	rows, events, console int64
	step                  int64 // of the last row
	hasStep               bool
	time, eventTime       float64 // of the last row and event
	hasTime               bool
	row                   map[string]json.RawMessage // the last
	config                map[string]json.RawMessage
	summary               []byte
}

// standingOf reads the server's answer; nil stands for a run that it does not
// have, or only holds ready.
func standingOf(r *graphql.RunState) (*standing, error) {
	if r == nil {
		return nil, nil
	}
	s := &standing{storageID: r.Id, eventTime: math.Inf(-1)}
	for _, count := range []struct {
		from *int
		to   *int64
	}{{r.HistoryLineCount, &s.rows}, {r.EventsLineCount, &s.events}, {r.LogLineCount, &s.console}} {
		if count.from != nil {
			*count.to = int64(*count.from)
		}
	}
	if r.Config != nil {
		config, err := resume.ReadConfig(*r.Config)
		if err != nil {
			return nil, fmt.Errorf("read config of run %s: %w", r.Name, err)
		}
		s.config = config
	}
	if r.SummaryMetrics != nil {
		s.summary = []byte(*r.SummaryMetrics)
	}
	row, err := tail(r.HistoryTail)
	if err == nil && s.rows > 0 && row == nil {
		err = errors.New("the server gave none")
	}
	if err != nil { // going on at a wrong place would overwrite rows
		return nil, fmt.Errorf("read last row of run %s: %w", r.Name, err)
	}
	if row != nil {
		s.row = row
		s.hasStep = json.Unmarshal(row[keyStep], &s.step) == nil
		s.hasTime = json.Unmarshal(row[keyTimestamp], &s.time) == nil
	}
	event, err := tail(r.EventsTail)
	if err != nil {
		return nil, fmt.Errorf("read last event of run %s: %w", r.Name, err)
	}
	if event != nil {
		_ = json.Unmarshal(event[keyTimestamp], &s.eventTime)
	}
	return s, nil
}

// tail reads the last of a list of rows, each a text that holds JSON.
func tail(text *string) (map[string]json.RawMessage, error) {
	if text == nil {
		return nil, nil
	}
	var rows []string
	if err := json.Unmarshal([]byte(*text), &rows); err != nil || len(rows) == 0 {
		return nil, err
	}
	var row map[string]json.RawMessage
	err := json.Unmarshal(history.NullNonFinite([]byte(rows[len(rows)-1])), &row)
	return row, err
}

// place is where in the server's files a log goes on, and with what.
type place struct {
	base     rundir.Lines // where the log began
	history  int64        // index of the next row
	events   int64
	skip     int64   // rows of the log that the server has
	shift    int64   // what is added to the steps
	since    float64 // events up to this time are there
	appended bool    // the log continues what another began
	rewound  bool    // and dropped the end of it
	// noConsole: it is not known where the console began.
	noConsole bool
	// noSummary: the server's is of later rows.
	noSummary bool
	// nothing is left to be sent.
	nothing bool
}

// sameTime is how far apart, in seconds, times may be that are the same and were
// written differently.
const sameTime = 5e-7

// sameSample is that for samples of system metrics, whose times come from a clock
// in the log and from a number on the server.
const sameSample = 1e-3

// afterNote is how much later than the last row on disk the server's last row may
// be, of a log that was written beside an upload: what a killed process had not
// yet written, and some time for a disk that stood still.
const afterNote = 30.0

// locate finds where a log goes on. note is what the log's directory says of an
// earlier upload to the same place, nil if there was none; shift is nil if it is
// not known from an earlier sync.
func locate(l *Log, s *standing, note *rundir.Uploaded, shift *int64) (*place, error) {
	p := &place{since: math.Inf(-1)}
	if shift != nil {
		p.shift = *shift
	}
	if s == nil {
		p.shift = 0
		return p, nil
	}
	p.history, p.events, p.since = s.rows, s.events, s.eventTime
	if note != nil {
		p.base = note.Base
	}
	if s.rows == 0 {
		p.noConsole = note == nil && s.console > 0
		return p, nil
	}
	t, err := scan(l, s, p.shift)
	if err != nil {
		return nil, err
	}
	switch {
	case t.found:
		p.skip = t.upTo
		if note == nil {
			p.base.History = s.rows - t.upTo
			p.noConsole = p.base.History != 0
		}
	case t.rows == 0 || t.before:
		p.appended = true
		p.base = rundir.Lines{History: s.rows, Events: s.events, Console: s.console}
		if shift == nil && t.rows > 0 && t.first <= s.step {
			p.shift = s.step + 1 - t.first
		}
	case t.last+p.shift <= s.step && l.Dir.Synced():
		p.nothing = true // and another log went on after it
	case note != nil && (!s.hasTime || s.time <= t.lastTime+afterNote):
		// The server has rows that are not on disk, lost in a crash or to a
		// damaged file. Steps tell what is new.
		p.skip = t.upTo
		p.noSummary = t.last+p.shift < s.step
	default:
		return nil, fmt.Errorf("go on at step %d: %w", s.step, ErrConflict)
	}
	return p, nil
}

// same compares a number of the server's last row with that of a row on disk.
// What one of them lacks tells nothing.
func same(row map[string]json.RawMessage, line []byte, key string) bool {
	var there float64
	here, ok := number(line, key)
	return !ok || json.Unmarshal(row[key], &there) != nil || math.Abs(here-there) < sameTime
}

// trail is what a scan finds.
type trail struct {
	rows        int64
	first, last int64 // steps
	lastTime    float64
	found       bool  // the server's last row is among them
	upTo        int64 // rows with a step up to the server's last
	before      bool  // the first row is later than the server's last
}

// scan looks for the server's last row.
func scan(l *Log, s *standing, shift int64) (*trail, error) {
	t := &trail{}
	_, err := replay(l, &journal.Handler{History: func(line []byte, step int64) error {
		at, timed := number(line, keyTimestamp)
		if t.rows == 0 {
			t.first = step
			// Without times only the steps can tell.
			if t.before = step > s.step; s.hasTime && timed {
				t.before = at > s.time
			}
		}
		t.rows++
		t.last = step
		if timed {
			t.lastTime = at
		}
		if step+shift <= s.step {
			t.upTo = t.rows
		}
		if s.hasStep && step+shift == s.step && same(s.row, line, keyTimestamp) && same(s.row, line, keyRuntime) {
			t.found = true
		}
		return nil
	}})
	if err != nil {
		return nil, fmt.Errorf("look for the server's last row: %w", err)
	}
	return t, nil
}
