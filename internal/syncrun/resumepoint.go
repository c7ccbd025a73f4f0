package syncrun

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/resume"
	"github.com/wandgo/wandgo/internal/rundir"
	"github.com/wandgo/wandgo/internal/sink"
)

// ErrConflict means that the server has rows of the run that the log has not,
// where those of the log would be.
var ErrConflict = errors.New("the server has other rows of this run")

// serverState is where the server has a run.
type serverState struct {
	storageID, state string
	lines            record.Lines
	step             int64 // of the last row
	hasStep          bool
	time, eventTime  float64 // of the last row and event
	hasTime          bool
	summaryStep      int64 // the step in the summary, or -1
	summaryTime      float64
	row              map[string]json.RawMessage // the last
	config           map[string]json.RawMessage
	summary          []byte
}

// serverState asks the server where it has a run. It returns nil if the server does not have
// the run.
func (j *job) serverState(ctx context.Context, at sink.Target) (*serverState, error) {
	r, err := j.e.Server.Status(ctx, at)
	if err != nil || r == nil {
		return nil, err
	}
	s := &serverState{storageID: r.Id, eventTime: math.Inf(-1), summaryStep: -1, state: gqlclient.Value(r.State)}
	s.lines.History = int64(gqlclient.Value(r.HistoryLineCount))
	s.lines.Events = int64(gqlclient.Value(r.EventsLineCount))
	s.lines.Console = int64(gqlclient.Value(r.LogLineCount))
	if r.Config != nil {
		if s.config, err = resume.ReadConfig(r.Config); err != nil {
			return nil, fmt.Errorf("read config of run %s: %w", r.Name, err)
		}
	}
	if r.SummaryMetrics != nil {
		s.summary = []byte(*r.SummaryMetrics)
		if step, err := strconv.ParseInt(string(member(s.summary, keyStep)), 10, 64); err == nil && step < math.MaxInt64 {
			s.summaryStep = step
		}
		s.summaryTime, _ = number(s.summary, keyTimestamp)
	}
	row, err := tail(r.HistoryTail)
	if err == nil && s.lines.History > 0 && row == nil {
		err = errors.New("the server returned none")
	}
	if err != nil { // continuing at a wrong index would overwrite rows
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

// last is the greatest step, as far as the last row and the summary tell.
func (s *serverState) last() int64 { return max(s.step, s.summaryStep) }

// ended reports whether the run has ended according to the server.
func (s *serverState) ended() bool {
	switch s.state {
	case "finished", "failed", "killed":
		return true
	}
	return false
}

// zero is the time at which the runtime of the process that logged the last row is zero.
func (s *serverState) zero() (float64, bool) {
	var runtime float64
	ok := s.hasTime && json.Unmarshal(s.row[keyRuntime], &runtime) == nil
	return s.time - runtime, ok
}

// tail returns the last of a list of rows, nil if the server did not return the list.
func tail(text *string) (map[string]json.RawMessage, error) {
	if text == nil {
		return nil, nil
	}
	return resume.LastRow(text)
}

// resumePoint is where in the server's files a log continues, and with which rows.
type resumePoint struct {
	base     record.Lines // where the log starts
	history  int64        // index of the next row
	events   int64
	skip     int64   // rows of the log that the server has
	shift    int64   // is added to the steps
	since    float64 // the server has the events up to this time
	counted  int64   // or the first counted events, if not -1
	found    bool    // the server's last row is in the log
	appended bool    // the log continues a run of another log
	rewound  bool    // and dropped its end
	behind   bool    // the server has later rows than the log
	// noConsole says that it is not known where the log's console lines start.
	noConsole bool
	// nothing says that nothing is left to send. The last doubtful rows of the log may be
	// missing on the server nevertheless.
	nothing  bool
	doubtful int64
	// unsure says that the server has later rows and must be asked which rows of the log it
	// has: those up to unsureTo, or all if that is 0. conflict says that the later rows may
	// belong to another run.
	unsure   bool
	unsureTo int64
	conflict bool
	asked    int64 // is added to the steps that the server is asked for
	// late are the rows to add behind the later rows, unless nil. noted is how many rows
	// the server had before. moved says how their steps differ from those in the log.
	late  []span
	noted int64
	moved *rundir.Late
}

// sameTime is the largest difference, in seconds, between two texts of the same time.
const sameTime = 5e-7

// sameSample is sameTime for samples of system metrics. The log has their times as
// timestamps, the server as numbers.
const sameSample = 1e-3

// afterNote is how much later, in seconds, the server's last row may be than the last row
// on disk, for a log that was written during an upload. A killed process may not have
// written its last rows, and the disk may have been blocked.
const afterNote = 30.0

// locate finds where a log continues. note is the note of an earlier upload to the same
// target, nil if there was none. shift is nil if it is not known from an earlier sync. open
// says that the log has no exit record.
func locate(l *Log, s *serverState, note *rundir.Uploaded, shift *int64, open bool) (*resumePoint, error) {
	p := newResumePoint(s, note, shift)
	if s == nil {
		return p, nil
	}
	if s.lines.History == 0 {
		// The console lines start with the log, unless another process started the run.
		p.noConsole = note == nil && s.lines.Console > 0 && l.Run != nil && l.Run.Resumed
		if s.lines.Events == 0 {
			return p, nil
		}
	}
	nth := s.lines.Events - p.base.Events
	t, err := scan(l, s, p.shift, nth)
	if err != nil {
		return nil, err
	}
	p.compare(l, s, note, t, open)
	known := note != nil || p.base.History == 0 && !p.appended || p.appended && t.rows > 0
	if there := s.lines.Events - p.base.Events; known && (there == 0 || there == nth && t.sample) {
		p.counted = there
	}
	// If the server knows how the run ended and the log does not, for example because the
	// disk was full, there is nothing to add.
	if s.lines.History > 0 && open && s.ended() && !broken(note) && (t.rows == 0 || !p.appended && p.skip >= t.rows) {
		p.nothing = true
	}
	return p, nil
}

// newResumePoint is the resume point behind everything that the server has; s is nil if that is
// nothing.
func newResumePoint(s *serverState, note *rundir.Uploaded, shift *int64) *resumePoint {
	p := &resumePoint{since: math.Inf(-1), counted: -1}
	if s == nil {
		return p
	}
	p.history, p.events, p.since = s.lines.History, s.lines.Events, s.eventTime
	if shift != nil {
		p.shift, p.asked = *shift, *shift
	}
	if note != nil {
		p.base = note.Base
	}
	return p
}

// compare relates the rows of the log to those of the server. t is the result of a scan.
func (p *resumePoint) compare(l *Log, s *serverState, note *rundir.Uploaded, t *trail, open bool) {
	over := t.last+p.shift <= s.step // the server's last step is at or after the log's
	switch {
	case s.lines.History == 0:
	case t.found:
		p.found, p.skip = true, t.upTo
		if note == nil {
			p.base.History = s.lines.History - t.upTo
			p.noConsole = p.base.History != 0
		}
	case t.rows == 0 && note != nil:
		p.behind = s.lines.History > p.base.History
	case t.rows == 0 || t.before:
		p.appended = true
		if note == nil || note.Base.History != s.lines.History { // else an earlier sync started the log here
			p.base = s.lines
		}
		p.asked = p.shift
		// A number from an interrupted sync is too low if another process continued the run since.
		if t.rows > 0 && t.first+p.shift <= s.step {
			p.shift = s.last() + 1 - t.first
		}
		p.behind = l.lastTime(s, t) < max(s.time, s.summaryTime)
		// If the server's last row does not have the last step, rows were added late.
		p.unsure = t.rows > 0 && (s.summaryStep > s.step && s.summaryStep >= t.first ||
			!l.Dir.Offline() && note == nil || note != nil && note.Base.History != s.lines.History)
	case over && note != nil && note.Done && note.History >= t.rows:
		p.nothing = true // another log continued after it
	case note != nil && (!s.hasTime || s.time <= t.lastTime+afterNote && t.sameProcess(s)):
		// The server has rows that are not on disk: they were lost in a crash or are
		// damaged. The steps decide which rows are new.
		p.skip = t.upTo
		p.behind = t.last+p.shift < s.step
		p.unsure, p.unsureTo = t.upTo > note.History, t.upTo
	case note != nil && over && open:
		// The disk failed long before the run ended, or another process resumed the run.
		p.nothing, p.behind = true, true
		p.doubtful = max(0, t.rows-note.History)
		p.unsure = p.doubtful > 0
	case note != nil && note.History >= t.rows:
		p.skip, p.behind = t.rows, true
	default:
		p.behind, p.unsure, p.conflict = true, true, true
	}
}

// lastTime is the time of the log's last row. Without rows it is that of the start, unless
// the process may have sent the server's last row, and the disk did not take it.
func (l *Log) lastTime(s *serverState, t *trail) float64 {
	if t.rows > 0 {
		return t.lastTime
	}
	if l.Run == nil || l.Run.StartTime.IsZero() {
		return math.Inf(1)
	}
	started := float64(l.Run.StartTime.UnixMicro()) / 1e6
	if zero, ok := s.zero(); !l.Dir.Offline() && (!ok || zero < started+sameSample) {
		return math.Inf(1)
	}
	return started
}

// laterRows is the resume point of a log that a later process continued.
func laterRows(s *serverState, note *rundir.Uploaded, shift *int64) *resumePoint {
	p := newResumePoint(s, note, shift)
	p.behind, p.unsure = true, true
	return p
}

// sends reports whether a row of the log, given by its index, is sent.
func (p *resumePoint) sends(index int64) bool {
	if p.late == nil {
		return index >= p.skip
	}
	return slices.ContainsFunc(p.late, func(s span) bool { return s.from <= index && index < s.to })
}

// present returns how many of the log's rows the server is known to have.
func (p *resumePoint) present(rows int64) int64 {
	switch {
	case p.nothing:
		return max(0, rows-p.doubtful)
	case p.late == nil:
		return min(p.skip, rows)
	}
	for _, s := range p.late {
		rows -= s.to - s.from
	}
	return rows
}

// shiftOf returns what is added to the step of the row with this index.
func (p *resumePoint) shiftOf(index int64) int64 {
	if p.late == nil {
		return p.shift
	}
	return p.shift + p.moved.ShiftOf(index)
}

// same compares a number of two rows. If one of them has no number, they are the same.
func same(a, b []byte) bool {
	var x, y float64
	return json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil || math.Abs(x-y) < sameTime
}

// trail is the result of a scan.
type trail struct {
	rows        int64
	first, last int64 // steps
	lastTime    float64
	begin       float64 // the time at which the runtime is zero; 0 if it is not known
	found       bool    // the log has the server's last row
	upTo        int64   // rows with a step up to the server's last
	before      bool    // the first row is later than the server's last row
	events      int64
	sample      bool // the server's last event has the expected number
}

// scan looks for the server's last row, and checks whether event number nth is the server's
// last event.
func scan(l *Log, s *serverState, shift, nth int64) (*trail, error) {
	t := &trail{}
	_, err := replay(l, &journal.Handler{
		History: func(line []byte, step int64) error {
			t.row(s, line, step, shift)
			return nil
		},
		Event: func(line []byte) error {
			if t.events++; t.events == nth {
				at, timed := number(line, keyTimestamp)
				t.sample = timed && math.Abs(at-s.eventTime) <= sameSample
			}
			return nil
		},
	})
	if err != nil {
		return nil, fmt.Errorf("look for the server's last row: %w", err)
	}
	return t, nil
}

// sameProcess reports whether the process that wrote the log may have logged the server's
// last row. Rows of another process have another time at which the runtime is zero.
func (t *trail) sameProcess(s *serverState) bool {
	zero, ok := s.zero()
	return t.begin == 0 || !ok || math.Abs(zero-t.begin) < sameSample
}

func (t *trail) row(s *serverState, line []byte, step, shift int64) {
	at, timed := number(line, keyTimestamp)
	if t.rows == 0 {
		t.first = step
		// Without times, the steps decide.
		if t.before = step > s.step; s.hasTime && timed {
			t.before = at > s.time || at == s.time && step > s.step // rows may be less than a microsecond apart
		}
	}
	t.rows++
	t.last = step
	if timed {
		t.lastTime = at
		if runtime, ok := number(line, keyRuntime); ok {
			t.begin = at - runtime
		}
	}
	if step+shift <= s.step {
		t.upTo = t.rows
	}
	if s.hasStep && step+shift == s.step &&
		same(s.row[keyTimestamp], member(line, keyTimestamp)) && same(s.row[keyRuntime], member(line, keyRuntime)) {
		t.found = true
	}
}
