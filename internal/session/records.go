package session

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/wandgo/wandgo/internal/record"
)

// opening is what a log starts with: the run as it is now. s.mu is held.
func (s *Session) opening() []record.Record {
	recs := []record.Record{s.runRecord(), s.telemetry()}
	if env := s.plan.Machine.record(); env != nil {
		recs = append(recs, env)
	}
	if s.closed { // a disk that gets its second chance in Finish
		recs = append(recs, s.summaryRecord())
	}
	return recs
}

// runRecord describes the run. s.mu is held.
func (s *Session) runRecord() *record.Run {
	p := s.plan
	rec := &record.Run{
		ID: p.ID, Entity: p.Entity, Project: p.Project,
		Config:  &record.Config{Update: configItems(s.config.Values())},
		SweepID: p.Sweep, Host: p.Host,
		StartingStep: s.rows.step, StartTime: p.Started,
		Resumed: p.Resumed, Runtime: int32(s.prior.Seconds()),
		Forked: p.Forked, Resume: p.Resume,
	}
	s.labels.Describe(rec)
	if p.State != nil {
		rec.StorageID = p.State.StorageID
	}
	if p.Machine != nil && p.Machine.Git() != (record.Git{}) {
		git := p.Machine.Git()
		rec.Git = &git
	}
	own := s.config.Own.Entries()
	if b := s.config.Own.Branch; b != nil {
		rec.BranchPoint = &record.BranchPoint{Run: b.RunID, Value: float64(b.Step), Metric: "_step"}
		own["branch_point"] = b // the official sync rewinds by that one, and forks by this one
	}
	if len(own) > 0 {
		if text, err := json.Marshal(own); err == nil {
			rec.Config.Update = append(rec.Config.Update, record.Item{Key: "_wandb", Value: text})
		}
	}
	return rec
}

// configItems are the entries of a JSON object, in order.
func configItems(values json.RawMessage) []record.Item {
	var entries map[string]json.RawMessage
	if json.Unmarshal(values, &entries) != nil {
		return nil
	}
	items := make([]record.Item, 0, len(entries))
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		items = append(items, record.Item{Key: key, Value: entries[key]})
	}
	return items
}

// telemetry is what the run uses. s.mu is held.
func (s *Session) telemetry() *record.Telemetry { return s.config.Own.Telemetry() }
