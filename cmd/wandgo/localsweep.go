package main

import (
	"cmp"
	"fmt"
	"path/filepath"

	"github.com/wandgo/wandgo/internal/dashboard"
	"github.com/wandgo/wandgo/sweep"
)

// localSweep reads the directory of a sweep.Local for the board. Without its config, which
// older versions did not store, what the values mean and which is the best is not known.
func localSweep(dir string) (dashboard.Sweep, error) {
	results, err := sweep.Results(dir)
	if err != nil {
		return dashboard.Sweep{}, fmt.Errorf("read sweep: %w", err)
	}
	var s dashboard.Sweep
	params := map[string]bool{}
	for _, r := range results {
		s.Trials = append(s.Trials, dashboard.Trial{ID: r.RunID, State: r.State, Params: r.Params, Value: r.Value})
		for name := range r.Params {
			params[name] = true
		}
	}
	if config, err := sweep.Load(filepath.Join(dir, "trials.yaml")); err == nil {
		sweepFacts(&s, config)
		if text, err := config.YAML(); err == nil {
			s.Config = string(text)
		}
		if best := sweep.Best(results, config.Metric.Goal); best != nil && config.Metric.Name != "" {
			s.Best, s.BestValue = best.RunID, *best.Value
		}
	}
	s.Parameters = sortedKeys(params)
	return s, nil
}

// sweepFacts adds what a config says.
func sweepFacts(s *dashboard.Sweep, config *sweep.Config) {
	s.Name, s.Method, s.Metric = cmp.Or(s.Name, config.Name), string(config.Method), config.Metric.Name
	s.Goal = string(cmp.Or(config.Metric.Goal, sweep.Minimize))
	s.Parameters = sortedKeys(config.Parameters)
}
