package journal

import (
	"fmt"
	"time"

	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/record/wire"
)

// Handler gets what a log says, in its order, as [Replay] goes through it. Any
// function may be nil. Bytes and records are valid during the call only. An
// error ends the replay.
type Handler struct {
	// Run gets every run record; the first is the run, later ones are changes to
	// it. State has what they amount to.
	Run func(*record.Run) error
	// History gets a row as a line of wandb-history.jsonl.
	History func(line []byte, step int64) error
	// Event gets a sample of system metrics as a line of wandb-events.jsonl.
	Event func(line []byte) error
	// Console gets a piece of console output.
	Console func(Console) error
	// File gets each file to upload, as often as the log names it.
	File func(record.File) error
	// Alert gets each alert.
	Alert func(*record.Alert) error
	// Artifact gets each artifact that the run logs.
	Artifact func(*record.Artifact) error
	// Other gets records that no other function is for, and
	// those that State keeps: config, summary, metrics, telemetry and environment.
	Other func(*wire.Entry) error
}

// Console is a piece of console output: not necessarily a line, and with the
// control characters of a terminal unless Logger is set.
type Console struct {
	Text      string
	Stderr    bool
	Logger    bool      // written for the log only, in whole lines
	Timestamp time.Time // zero for Logger
}

// State is what a log amounts to.
type State struct {
	Header *record.Header
	// Run is the first run record with what later ones changed; nil if there was
	// none. Its Config, Summary and Telemetry are in the fields below.
	Run *record.Run
	// Config and Summary are after all changes.
	Config, Summary record.Tree
	// Metrics are the definitions in the order of their first record.
	Metrics []record.Metric
	// Telemetry is all telemetry together.
	Telemetry record.Telemetry
	// Environments are the machines by writer, in order of appearance.
	Environments []record.Environment
	// Exit is nil if the run did not come to its end.
	Exit       *record.Exit
	Preempting bool

	// Rows, Events and Records are how many there were.
	Rows, Events, Records int64
	// LastStep is the step of the last row, -1 if there was none.
	LastStep int64
	// BadItems is how many values were omitted as they were not JSON.
	BadItems int64
	// Skipped is the damage of the file, see [Reader.Skipped].
	Skipped      []Skipped
	SkippedTotal int64
}

// Replay goes through the records of a log, calls h for what there may be a
// million of, and returns what the rest amounts to. Its memory does not grow with
// the number of rows. After an error the state is that of what came before it.
func Replay(r *Reader, h *Handler) (*State, error) {
	p := replay{h: h, state: &State{LastStep: -1}}
	s := p.state
	var err error
	for rec, e := range r.All() {
		if err = e; err == nil {
			s.Records++
			err = p.record(rec)
		}
		if err != nil {
			break
		}
	}
	s.finish()
	s.Skipped, s.SkippedTotal = r.Skipped()
	if err != nil {
		return s, fmt.Errorf("replay journal: %w", err)
	}
	return s, nil
}

type replay struct {
	h     *Handler
	state *State
	row   wire.RowWriter
	line  []byte
}

func (p *replay) record(rec *wire.Entry) error {
	s := p.state
	switch b := rec.Body.(type) {
	case *record.History:
		return p.history(b)
	case *record.Stats:
		return p.event(b)
	case *record.OutputRaw:
		return call(p.h.Console, Console{Text: b.Text, Stderr: !b.Stdout, Timestamp: b.Timestamp})
	case *record.OutputLogger:
		return call(p.h.Console, Console{Text: b.Text, Logger: true})
	case *record.Files:
		for _, f := range b.Files {
			if err := call(p.h.File, f); err != nil {
				return err
			}
		}
		return nil
	case *record.Alert:
		return call(p.h.Alert, b)
	case *record.Artifact:
		return call(p.h.Artifact, b)
	case *record.Run:
		s.Take(b)
		return call(p.h.Run, b)
	default:
		s.Take(b)
	}
	return call(p.h.Other, rec)
}

// Take adds what a record says about the run. Rows, samples and the like, of which there
// may be a million, are not part of the state. It may keep rec, but copies the bytes of values.
func (s *State) Take(rec record.Record) {
	switch b := rec.(type) {
	case *record.Run:
		s.takeRun(b)
	case *record.Header:
		s.Header = b
	case *record.Config:
		s.BadItems += int64(s.Config.ApplyConfig(b))
	case *record.Summary:
		s.BadItems += int64(s.Summary.ApplySummary(b))
	case *record.Metric:
		s.takeMetric(b)
	case *record.Telemetry:
		mergeTelemetry(&s.Telemetry, b)
	case *record.Environment:
		s.takeEnvironment(b)
	case *record.Exit:
		s.Exit = b
	case *record.Preempting:
		s.Preempting = true
	}
}

func call[T any](f func(T) error, arg T) error {
	if f == nil {
		return nil
	}
	return f(arg)
}

func (p *replay) history(b *record.History) error {
	p.state.Rows++
	p.state.LastStep = b.Step
	if p.h.History == nil {
		return nil
	}
	var bad int
	p.line, bad = p.row.AppendRow(p.line[:0], b.Items)
	p.state.BadItems += int64(bad)
	return p.h.History(p.line, b.Step)
}

func (p *replay) event(b *record.Stats) error {
	if b.Type != 0 {
		return nil
	}
	p.state.Events++
	if p.h.Event == nil {
		return nil
	}
	var started time.Time
	if run := p.state.Run; run != nil {
		started = run.StartTime
	}
	var bad int
	p.line, bad = b.AppendLine(p.line[:0], started)
	p.state.BadItems += int64(bad)
	return p.h.Event(p.line)
}
