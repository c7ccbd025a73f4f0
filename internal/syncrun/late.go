package syncrun

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/jsonx"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/rundir"
	"github.com/wandgo/wandgo/internal/sink"
)

// ErrStillWritten means that rows cannot be added to a run before its process has ended,
// because both would write at the same index.
var ErrStillWritten = errors.New("another process may still be writing the run")

// errPostponed means that the later logs of the run have to be uploaded first.
var errPostponed = errors.New("later logs come first")

// errCannotTell means that the server does not return which rows it has.
var errCannotTell = errors.New("the server has later rows of the run and does not return which; --id uploads the log as another run")

// span is the rows of a log with the indexes from (inclusive) to to (exclusive).
type span struct{ from, to int64 }

// The server is asked for the rows of one batch at a time. A response with askRows rows
// may be incomplete.
const (
	batchRows = 500
	askRows   = 4 * batchRows
)

// lateRow is a row of the log that the server is asked for.
type lateRow struct {
	index int64
	step  int64 // on the server
	times map[string]json.RawMessage
}

// absentRows collects the rows of a log that the server does not have.
type absentRows struct {
	job      *job
	at       sink.Target
	batch    []lateRow
	spans    []span
	first    int64   // step of the first
	lastTime float64 // of the last row of the log
	collides bool    // the server has other rows at their steps
}

// addAbsent completes a resume point if it is not certain which rows of the log the server
// has: it asks the server for them.
func (j *job) addAbsent(ctx context.Context, old *serverState, note *rundir.Uploaded, p *resumePoint) error {
	a := &absentRows{job: j, at: j.target}
	if err := a.collect(ctx, p, note); err != nil {
		return err
	}
	rows := j.contents.Rows
	p.doubtful = 0
	switch {
	case len(a.spans) == 0:
		p.nothing = p.nothing || (p.behind || p.appended) && p.unsureTo == 0
		return nil
	case p.appended && a.spans[0] == span{0, rows}: // the server has none of the rows
		if !a.collides && p.shift == p.asked {
			return nil
		}
		first := a.first - p.asked
		free, err := a.freeStep(ctx, max(old.last()+1, first+p.shift))
		p.shift = free - first
		return err
	case p.conflict && !j.isPart(note):
		return fmt.Errorf("continue at step %d: %w", old.step, ErrConflict)
	}
	later, err := j.laterHasLast(old)
	switch {
	case err != nil:
		return err
	case later: // it continues where the server's rows end, and these follow behind it
		return errPostponed
	}
	written, err := j.isWritten(old)
	if err != nil || written {
		return errors.Join(err, fmt.Errorf("upload rows from step %d on: %w", a.first, ErrStillWritten))
	}
	if !p.behind && p.skip < rows {
		a.add(span{p.skip, rows})
	}
	p.late, p.noted, p.shift = a.spans, 0, p.asked
	if note != nil {
		p.noted, p.base = note.History, note.Base
		p.moved = note.Late
	}
	p.behind = a.lastTime < max(old.time, old.summaryTime)
	p.nothing, p.appended, p.noConsole = false, false, p.behind || note == nil
	if a.collides {
		free, err := a.freeStep(ctx, old.last()+1)
		if err != nil {
			return err
		}
		from := a.spans[0].from
		shift := free - a.first + p.moved.ShiftOf(from)
		p.moved = p.moved.Then(from, shift)
		j.warn("another process continued the run from step %d on, so the rows from there on are stored %d steps later", free-shift, shift)
	}
	return nil
}

// withLastStep returns the summary with the step of the last row, so that a process that
// resumes the run starts behind it after other rows were added.
func (s *serverState) withLastStep() []byte {
	var t record.Tree
	if jsonx.Valid(s.summary) {
		t.Merge(nil, s.summary)
	}
	t.Set([]string{keyStep}, strconv.AppendInt(nil, s.step, 10))
	return t.AppendJSON(nil)
}

// laterHasLast reports whether a later log of the run, which is still to be uploaded, has
// the server's last row.
func (j *job) laterHasLast(old *serverState) (bool, error) {
	if j.postponed {
		return false, nil
	}
	for _, other := range j.later() {
		if other.log.Err != nil || other.log.Run == nil {
			continue
		}
		var shift int64
		if moved := other.loadShift(other.note(old)); moved != nil {
			shift = *moved
		}
		t, err := scan(other.log, old, shift, 0)
		if err != nil || t.found {
			return t.found, err
		}
	}
	return false, nil
}

// countAbsent counts the rows of the log that the server does not have at a target,
// regardless of the notes.
func (j *job) countAbsent(ctx context.Context, at sink.Target, note *rundir.Uploaded) (int64, error) {
	a := &absentRows{job: j, at: at}
	p := new(resumePoint)
	if shift := j.loadShift(note); shift != nil {
		p.asked = *shift
	}
	if err := a.collect(ctx, p, &rundir.Uploaded{Late: note.Late}); err != nil {
		return 0, err
	}
	var n int64
	for _, s := range a.spans {
		n += s.to - s.from
	}
	return n, nil
}

// isPart reports whether the log is of the run that the server has, and not of another
// with its id: it was uploaded in part, or made beside an upload, or it says that its
// process was to continue the run.
func (j *job) isPart(note *rundir.Uploaded) bool {
	run := j.contents.Run
	return note != nil || run.Resume && j.target.RunID == run.ID || !j.log.Dir.Offline() && j.log.Dir.Named() && j.target == j.own
}

// collect asks for the rows of the log, except those that the server certainly has.
func (a *absentRows) collect(ctx context.Context, p *resumePoint, note *rundir.Uploaded) error {
	var certain int64
	if note != nil {
		certain = note.History
	}
	var index int64
	_, err := replay(a.job.log, &journal.Handler{History: func(line []byte, step int64) error {
		index++
		if at, ok := number(line, keyTimestamp); ok {
			a.lastTime = at
		}
		if index <= certain || p.unsureTo > 0 && index > p.unsureTo {
			return nil
		}
		step += p.asked
		if note != nil {
			step += note.Late.ShiftOf(index - 1)
		}
		a.batch = append(a.batch, lateRow{index - 1, step, map[string]json.RawMessage{
			keyTimestamp: bytes.Clone(member(line, keyTimestamp)),
			keyRuntime:   bytes.Clone(member(line, keyRuntime)),
		}})
		if len(a.batch) < batchRows {
			return nil
		}
		return a.ask(ctx)
	}})
	if err != nil {
		return err
	}
	return a.ask(ctx)
}

// ask asks the server for the rows of the batch.
func (a *absentRows) ask(ctx context.Context) error {
	batch := a.batch
	a.batch = a.batch[:0]
	return a.askFor(ctx, batch)
}

func (a *absentRows) askFor(ctx context.Context, batch []lateRow) error {
	if len(batch) == 0 {
		return nil
	}
	low, high := int64(math.MaxInt64), int64(math.MinInt64)
	for _, row := range batch {
		low, high = min(low, row.step), max(high, row.step)
	}
	lines, err := a.rows(ctx, low, high+1)
	switch {
	case err != nil:
		return err
	case len(lines) >= askRows && len(batch) > 1:
		half := len(batch) / 2
		if err := a.askFor(ctx, batch[:half]); err != nil {
			return err
		}
		return a.askFor(ctx, batch[half:])
	case len(lines) >= askRows:
		return errCannotTell
	}
	there := make(map[int64][]map[string]json.RawMessage)
	for _, line := range lines {
		var row map[string]json.RawMessage
		var step int64
		if json.Unmarshal(jsonx.NullNonFinite([]byte(line)), &row) != nil || json.Unmarshal(row[keyStep], &step) != nil {
			return errCannotTell
		}
		there[step] = append(there[step], row)
	}
	for _, row := range batch {
		a.compare(row, there[row.step])
	}
	return nil
}

// freeStep returns the first step from least on behind all of the server's rows. Rows that
// were added late may be behind the server's last one.
func (a *absentRows) freeStep(ctx context.Context, least int64) (int64, error) {
	for {
		lines, err := a.rows(ctx, least, math.MaxInt64)
		if err != nil || len(lines) == 0 {
			return least, err
		}
		before := least
		for _, line := range lines {
			if step, ok := number([]byte(line), keyStep); ok && step < math.MaxInt64 {
				least = max(least, int64(step)+1)
			}
		}
		if least == before {
			return 0, errCannotTell
		}
	}
}

// compare compares a row with the server's rows at its step.
func (a *absentRows) compare(row lateRow, there []map[string]json.RawMessage) {
	for _, other := range there {
		if same(other[keyTimestamp], row.times[keyTimestamp]) && same(other[keyRuntime], row.times[keyRuntime]) {
			return
		}
	}
	if len(a.spans) == 0 {
		a.first = row.step
	}
	a.collides = a.collides || len(there) > 0
	a.add(span{row.index, row.index + 1})
}

// rows asks for the rows of some steps. A server of another maker may not know the question.
func (a *absentRows) rows(ctx context.Context, minStep, maxStep int64) ([]string, error) {
	lines, err := a.job.e.Server.Rows(ctx, a.at, minStep, maxStep, askRows)
	if errors.Is(err, errors.ErrSchemaMismatch) {
		return nil, errCannotTell
	}
	return lines, err
}

// add adds rows that follow those in a.spans.
func (a *absentRows) add(s span) {
	if n := len(a.spans); n > 0 && a.spans[n-1].to >= s.from {
		a.spans[n-1].to = max(s.to, a.spans[n-1].to)
		return
	}
	a.spans = append(a.spans, s)
}

// isWritten reports whether a process seems to be writing the run: a process on this
// machine, or one elsewhere if the run is in progress and its last row is not in any log
// on this machine.
func (j *job) isWritten(old *serverState) (bool, error) {
	if j.isWrittenHere() {
		return true, nil
	}
	switch old.state {
	case "running", "preempting":
	default:
		return false, nil
	}
	for _, other := range append(j.others(), j.log) {
		t, err := scan(other, old, 0, 0)
		if err != nil {
			return false, err
		}
		if t.found {
			return false, nil
		}
	}
	return true, nil
}

// isWrittenHere reports whether a process on this machine writes another log of the run.
func (j *job) isWrittenHere() bool {
	return slices.ContainsFunc(j.others(), func(other *Log) bool { return other.Ours() && other.InUse(false) })
}

// others returns the other known logs of the run on this machine.
func (j *job) others() []*Log {
	seen := map[string]bool{j.log.Dir.Journal(): true}
	var logs []*Log
	add := func(l *Log) {
		if at := l.Dir.Journal(); !seen[at] && l.Err == nil && l.Run != nil {
			seen[at] = true
			logs = append(logs, l)
		}
	}
	for _, other := range j.group {
		add(other.log)
	}
	for _, dir := range j.log.Dir.Siblings() {
		l := &Log{Path: dir.Journal(), Dir: dir}
		l.open()
		add(l)
	}
	return logs
}
