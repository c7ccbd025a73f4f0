// Package resume computes the state of a run on the server, from which a new process
// continues it.
package resume

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/jsonx"
	"github.com/wandgo/wandgo/internal/record"
)

// State is the state of a run.
type State struct {
	// StorageID is the server's id of the run.
	StorageID string
	// Step is the first step of the new process.
	Step int64
	// Runtime is the runtime of the earlier processes.
	Runtime time.Duration
	// Lines are the lengths of its files.
	Lines record.Lines
	// Config holds the old config's values, _wandb included, in wire form.
	Config map[string]json.RawMessage
	// Summary is the old summary, one JSON object.
	Summary json.RawMessage
	// Tags is nil and Notes is "" if the run has none.
	Tags  []string
	Notes string
}

// Exists reports whether the run was started. A run without telemetry in its config was
// only reserved, by a sweep.
func Exists(r *graphql.RunState) bool {
	if r == nil || r.WandbConfig == nil {
		return false
	}
	var config map[string]json.RawMessage
	if json.Unmarshal([]byte(*r.WandbConfig), &config) != nil {
		return false
	}
	_, started := config["t"]
	return started
}

// Read returns the state of a run that exists. It fails if data is missing or malformed,
// because continuing at a wrong offset would overwrite rows.
func Read(r *graphql.RunState) (*State, error) {
	s := &State{StorageID: r.Id, Notes: gqlclient.Value(r.Notes), Tags: r.Tags}
	for _, count := range []struct {
		name string
		from *int
		to   *int64
	}{
		{"historyLineCount", r.HistoryLineCount, &s.Lines.History},
		{"eventsLineCount", r.EventsLineCount, &s.Lines.Events},
		{"logLineCount", r.LogLineCount, &s.Lines.Console},
	} {
		if count.from == nil {
			return nil, fmt.Errorf("read state of run %s: the server did not return %s", r.Name, count.name)
		}
		*count.to = int64(*count.from)
	}
	summary, err := object(r.SummaryMetrics)
	if err != nil {
		return nil, fmt.Errorf("read summary of run %s: %w", r.Name, err)
	}
	s.Summary = json.RawMessage(*r.SummaryMetrics)
	historyTail, err := LastRow(r.HistoryTail)
	if err != nil {
		return nil, fmt.Errorf("read history of run %s: %w", r.Name, err)
	}
	eventsTail, err := LastRow(r.EventsTail)
	if err != nil {
		return nil, fmt.Errorf("read events of run %s: %w", r.Name, err)
	}
	if s.Config, err = ReadConfig(r.Config); err != nil {
		return nil, fmt.Errorf("read config of run %s: %w", r.Name, err)
	}
	s.Step = firstStep(summary, historyTail, s.Lines.History)
	s.Runtime = runtime(summary, historyTail, eventsTail)
	return s, nil
}

// firstStep returns the step after the greatest one in the summary and the last row. If
// neither has an integer, as after a program that logged fractions as _step, it returns
// the number of lines, which is after most of the logged steps.
//
// This is the rule of the official client 0.31. Versions up to 0.28 preferred the row's
// step, added one only if there were lines, and without a step started at 0 or 1, in the
// middle of the old rows.
func firstStep(summary, row map[string]json.RawMessage, lines int64) int64 {
	last := int64(-1)
	for _, m := range []map[string]json.RawMessage{summary, row} {
		if step, ok := integer(m["_step"]); ok && step < math.MaxInt64 {
			last = max(last, step)
		}
	}
	if last < 0 {
		return max(lines, 0)
	}
	return last + 1
}

// maxRuntime leaves room for the runtime of this process in a log, which counts seconds in
// 32 bits. No run takes that long.
const maxRuntime = 50 * 365 * 24 * time.Hour

// runtime returns the longest runtime that any part of the run has. It keeps the fraction,
// because the next row must not be earlier than the last. Official clients up to 0.28 cut
// the fraction off.
func runtime(summary, row, event map[string]json.RawMessage) time.Duration {
	longest, _ := number(summary["_runtime"])
	var own struct {
		Runtime json.RawMessage `json:"runtime"`
	}
	if json.Unmarshal(summary["_wandb"], &own) == nil {
		if r, has := number(own.Runtime); has {
			longest = r
		}
	}
	for _, m := range []map[string]json.RawMessage{row, event} {
		if r, has := number(m["_runtime"]); has {
			longest = max(longest, r)
		}
	}
	return time.Duration(min(longest, maxRuntime.Seconds()) * float64(time.Second))
}

// ReadConfig returns the values of a config in wire form, {"key":{"value":…}}. Entries
// without a value are skipped. As in the official client, an entry that is not an object
// is an error: the next change of the config, which replaces all of it, would drop the
// entry.
func ReadConfig(text *string) (map[string]json.RawMessage, error) {
	entries, err := object(text)
	if err != nil {
		return nil, err
	}
	config := make(map[string]json.RawMessage, len(entries))
	for key, raw := range entries {
		var entry map[string]json.RawMessage
		if json.Unmarshal(raw, &entry) != nil || entry == nil {
			return nil, fmt.Errorf("the entry %q is not of the form {\"value\":…}", key)
		}
		if value, has := entry["value"]; has {
			config[key] = value
		}
	}
	return config, nil
}

// LastRow returns the last row of a tail, which is a JSON list of rows in JSON text.
func LastRow(text *string) (map[string]json.RawMessage, error) {
	if text == nil {
		return nil, errMissing
	}
	var rows []string
	if err := json.Unmarshal([]byte(*text), &rows); err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, nil
	}
	return object(&rows[len(rows)-1])
}

var errMissing = errors.New("the server did not return it")

// object decodes a JSON object that may contain NaN and Infinity.
func object(text *string) (map[string]json.RawMessage, error) {
	if text == nil {
		return nil, errMissing
	}
	var m map[string]json.RawMessage
	if err := json.Unmarshal(jsonx.NullNonFinite([]byte(*text)), &m); err != nil {
		return nil, err
	}
	return m, nil
}

func integer(raw json.RawMessage) (int64, bool) {
	n, err := strconv.ParseInt(string(raw), 10, 64)
	return n, err == nil
}

// number returns a number that is not negative, or 0 and false.
func number(raw json.RawMessage) (float64, bool) {
	n, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || n < 0 {
		return 0, false
	}
	return n, true
}
