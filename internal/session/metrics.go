package session

import (
	"github.com/wandgo/wandgo/internal/metric"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/runconfig"
)

// DefineMetric defines a metric.
func (s *Session) DefineMetric(d metric.Definition) error {
	return s.change("define metric of %s", func() error {
		if err := s.metrics.Define(d); err != nil {
			return err
		}
		own := &s.config.Own
		own.Use(runconfig.FeatureMetric)
		own.UseIf(runconfig.FeatureSummaryOps, len(d.Summary) > 0)
		own.UseIf(runconfig.FeatureGoal, d.Goal != metric.NoGoal)
		own.UseIf(runconfig.FeatureHidden, d.Hidden)
		s.applyMetrics()
		return nil
	})
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
