package syncrun

import (
	"slices"
	"strconv"

	"github.com/wandgo/wandgo/internal/history"
	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/jsonx"
	"github.com/wandgo/wandgo/internal/metric"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/record/wire"
	"github.com/wandgo/wandgo/internal/runconfig"
	"github.com/wandgo/wandgo/internal/summary"
)

// Contents is what the first pass reads from a log.
type Contents struct {
	*journal.State
	// Alerts are the alerts in the log, Files the names of its files, each once.
	Alerts []*record.Alert
	Files  []string
	// Artifacts is how many artifacts there are in the log.
	Artifacts int64
	saved     map[string]bool // true for files that the program saved, false for the client's own
	// relabelled says that a later run record changed the labels.
	relabelled bool
	summaries  int64 // summary records
	moreAlerts int64 // beyond maxAlerts
}

// maxAlerts is how many alerts of one log are sent.
const maxAlerts = 1000

// exitCode returns the run's exit code.
func (s *Contents) exitCode() int {
	if s.Exit == nil {
		return crashed
	}
	return int(s.Exit.Code)
}

// crashed is the exit code of a run whose log has no exit record, as in the official
// client.
const crashed = 1

// shared reports whether other processes wrote the run as well.
func (s *Contents) shared() bool {
	return slices.Contains(s.Telemetry.Feature, int32(runconfig.FeatureSharedMode))
}

// unreadable reports damage that is more than a first record that a killed process did
// not complete.
func (s *Contents) unreadable() bool {
	return slices.ContainsFunc(s.Skipped, func(part journal.Skipped) bool { return part.Reason != journal.ReasonTorn })
}

// Read reads a whole log once.
func Read(l *Log) (*Contents, error) {
	s := &Contents{saved: make(map[string]bool)}
	runs := 0
	state, err := replay(l, &journal.Handler{
		Run: func(*record.Run) error {
			runs++
			s.relabelled = runs > 1
			return nil
		},
		Alert: func(a *record.Alert) error {
			if len(s.Alerts) == maxAlerts {
				s.moreAlerts++
				return nil
			}
			kept := *a
			s.Alerts = append(s.Alerts, &kept)
			return nil
		},
		Artifact: func(*record.Artifact) error {
			s.Artifacts++
			return nil
		},
		File: func(f record.File) error {
			if _, known := s.saved[f.Path]; !known {
				s.Files = append(s.Files, f.Path)
			}
			s.saved[f.Path] = f.Type == record.FileOther
			return nil
		},
		Other: func(r *wire.Entry) error {
			if _, ok := r.Body.(*record.Summary); ok {
				s.summaries++
			}
			return nil
		},
	})
	s.State = state
	if state.Run == nil && l.Run != nil {
		run := *l.Run
		state.Run = &run
	}
	if err == nil && state.Exit == nil && state.Rows > 0 {
		err = s.recover(l)
	}
	return s, err
}

func replay(l *Log, h *journal.Handler) (*journal.State, error) {
	r, err := journal.Open(l.Path)
	if err != nil {
		return &journal.State{LastStep: -1}, err
	}
	defer func() { _ = r.Close() }()
	return journal.Replay(r, h)
}

// recover updates the summary with the rows after the last summary record. A running
// process writes one a second, so that a killed process leaves rows after the last.
func (s *Contents) recover(l *Log) error {
	var sum summary.Summary
	derives := false
	for _, m := range s.Metrics {
		if ops := metric.Ops(m.Summary); m.Name != "" && ops != 0 {
			sum.Configure(ops, metric.ParseName(m.Name)...)
			derives = derives || ops.Derives()
		}
	}
	var seen int64
	var rows history.Encoder
	touched := make(map[string][]string)
	var last []byte
	_, err := replay(l, &journal.Handler{
		Other: func(r *wire.Entry) error {
			if _, ok := r.Body.(*record.Summary); ok {
				seen++
			}
			return nil
		},
		History: func(line []byte, _ int64) error {
			after := seen == s.summaries
			if !after && !derives { // minimum and mean are of all rows
				return nil
			}
			row, err := jsonx.ParseObject(line)
			if err != nil {
				return nil //nolint:nilerr // the row goes to the server as it is
			}
			sum.Update(rows.Split(row))
			if after {
				touch(touched, nil, row)
				last = append(last[:0], line...)
			}
			return nil
		},
	})
	if err != nil || last == nil {
		return err
	}
	var now record.Tree
	now.Merge(nil, sum.AppendJSON(nil))
	for _, path := range touched {
		if v := now.Get(path...); v != nil {
			s.Summary.Set(path, v)
		}
	}
	for _, key := range []string{keyStep, keyRuntime, keyTimestamp} {
		if v := member(last, key); v != nil {
			s.Summary.Set([]string{key}, v)
		}
	}
	if seconds, err := strconv.ParseFloat(string(member(last, keyRuntime)), 64); err == nil {
		s.Summary.Set([]string{"_wandb", "runtime"}, strconv.AppendInt(nil, int64(seconds), 10))
	}
	return nil
}

// touch adds the paths of a row's values to paths.
func touch(paths map[string][]string, prefix []string, row map[string]any) {
	for key, v := range row {
		path := append(slices.Clip(prefix), key)
		if below, ok := v.(map[string]any); ok {
			touch(paths, path, below)
			continue
		}
		if v != nil {
			paths[metric.JoinName(path...)] = path
		}
	}
}
