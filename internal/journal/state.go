package journal

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/record/wire"
)

// takeRun keeps the first run record, and of later ones what they set: an empty
// field leaves what was there.
func (s *State) takeRun(r *record.Run) {
	if r.Config != nil {
		s.BadItems += int64(s.Config.ApplyConfig(r.Config))
	}
	if r.Summary != nil {
		s.BadItems += int64(s.Summary.ApplySummary(r.Summary))
	}
	if r.Telemetry != nil {
		mergeTelemetry(&s.Telemetry, r.Telemetry)
	}
	if s.Run == nil {
		run := *r
		run.Config, run.Summary, run.Telemetry = nil, nil, nil
		s.Run = &run
		return
	}
	at := s.Run
	at.Group = cmp.Or(r.Group, at.Group)
	at.JobType = cmp.Or(r.JobType, at.JobType)
	at.DisplayName = cmp.Or(r.DisplayName, at.DisplayName)
	at.Notes = cmp.Or(r.Notes, at.Notes)
	at.SweepID = cmp.Or(r.SweepID, at.SweepID)
	at.Host = cmp.Or(r.Host, at.Host)
	if len(r.Tags) > 0 {
		at.Tags = r.Tags
	}
	if r.Git != nil {
		at.Git = r.Git
	}
}

// finish puts the step of the last row into the summary. Like the official client
// it does not let anything else set that.
func (s *State) finish() {
	if s.Rows > 0 && s.Summary.Get("_step") != nil {
		s.Summary.Set([]string{"_step"}, strconv.AppendInt(nil, s.LastStep, 10))
	}
}

// takeMetric merges a definition with an earlier one of the same name, unless it
// is to replace it.
func (s *State) takeMetric(m *record.Metric) {
	i := slices.IndexFunc(s.Metrics, func(o record.Metric) bool { return o.Name == m.Name && o.Glob == m.Glob })
	if i < 0 {
		s.Metrics = append(s.Metrics, *m)
		return
	}
	at := &s.Metrics[i]
	if m.Overwrite {
		*at = *m
		return
	}
	at.StepMetric = cmp.Or(m.StepMetric, at.StepMetric)
	at.StepSync = at.StepSync || m.StepSync
	at.Hidden = at.Hidden || m.Hidden
	at.Defined = at.Defined || m.Defined
	at.Expanded = at.Expanded && m.Expanded
	at.Summary |= m.Summary
	at.Goal = cmp.Or(m.Goal, at.Goal)
}

func mergeTelemetry(t, o *record.Telemetry) {
	t.ImportsInit = union(t.ImportsInit, o.ImportsInit)
	t.ImportsFinish = union(t.ImportsFinish, o.ImportsFinish)
	t.Feature = union(t.Feature, o.Feature)
	t.PythonVersion = cmp.Or(o.PythonVersion, t.PythonVersion)
	t.CLIVersion = cmp.Or(o.CLIVersion, t.CLIVersion)
	t.HuggingfaceVersion = cmp.Or(o.HuggingfaceVersion, t.HuggingfaceVersion)
	t.Env = union(t.Env, o.Env)
	if o.Label != nil {
		t.Label = o.Label
	}
	t.Deprecated = union(t.Deprecated, o.Deprecated)
	t.CoreVersion = cmp.Or(o.CoreVersion, t.CoreVersion)
	t.Platform = cmp.Or(o.Platform, t.Platform)
}

// union distinguishes nil, which means a missing message, from an empty one.
func union(a, b []int32) []int32 {
	if b == nil {
		return a
	}
	out := append(append([]int32{}, a...), b...)
	slices.Sort(out)
	return slices.Compact(out)
}

// takeEnvironment merges the parts that one writer wrote.
func (s *State) takeEnvironment(e *record.Environment) {
	i := slices.IndexFunc(s.Environments, func(o record.Environment) bool { return o.WriterID == e.WriterID })
	if i < 0 {
		s.Environments = append(s.Environments, *e)
		return
	}
	wire.MergeEnvironment(&s.Environments[i], e)
}
