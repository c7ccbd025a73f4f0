package session

import (
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/metric"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/runconfig"
)

// DefineMetric defines a metric.
func (s *Session) DefineMetric(d metric.Definition) error {
	const action = "define metric of %s"
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return s.failed(action, errors.ErrRunFinished)
	}
	if err := s.metrics.Define(d); err != nil {
		return s.failed(action, err)
	}
	own := &s.config.Own
	own.Use(runconfig.FeatureMetric)
	for _, f := range []struct {
		feature runconfig.Feature
		used    bool
	}{
		{runconfig.FeatureSummaryOps, len(d.Summary) > 0},
		{runconfig.FeatureGoal, d.Goal != metric.NoGoal},
		{runconfig.FeatureHidden, d.Hidden},
	} {
		if f.used {
			own.Use(f.feature)
		}
	}
	s.applyMetrics()
	return nil
}

// applyMetrics applies what was defined, or made from globs, since the last call. s.mu
// is held.
func (s *Session) applyMetrics() {
	definitions := s.metrics.Take()
	if len(definitions) == 0 {
		return
	}
	s.config.Own.Metrics = record.MetricsJSON(s.metrics.Records(), true)
	for _, d := range definitions {
		if d.Path != nil {
			s.summary.Configure(d.Ops, d.Path...)
		}
		_ = s.sink.Put(d.Metric) // the sink reports trouble
	}
}
