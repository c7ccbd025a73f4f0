package session

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/sysmetrics"
)

// startStats starts to sample system metrics, unless they are switched off.
func (s *Session) startStats() {
	m, interval := s.env.Settings.Machine, s.plan.StatsInterval
	if interval < 0 || m.NoStats || m.NoInfo {
		return
	}
	if interval == 0 {
		interval = m.StatsInterval
	}
	s.stats = sysmetrics.Start(sysmetrics.Options{Label: s.plan.Writer.tag(), Sources: s.plan.Sources, Log: s.env.Log}, interval, s.sample)
}

func (s *Session) stopStats() {
	if s.stats != nil {
		s.stats.Stop()
	}
}

// sample stores one sample of system metrics.
func (s *Session) sample(values map[string]float64, at time.Time) {
	rec := &record.Stats{Timestamp: at}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if v := values[name]; !math.IsNaN(v) && !math.IsInf(v, 0) {
			rec.Items = append(rec.Items, record.Item{Key: name, Value: strconv.AppendFloat(nil, v, 'g', -1, 64)})
		}
	}
	_ = s.sink.Put(rec) // the sink reports trouble
}
