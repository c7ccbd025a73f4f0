package client

import (
	"strconv"
	"time"

	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/sysmetrics"
)

// MetricSource measures something beside processor, memory, disk and network for
// the System tab, such as GPUs; the module contrib/nvidia has one.
type MetricSource = sysmetrics.Source

// startStats begins to sample system metrics, unless they are switched off.
func (r *Run) startStats(p *plan) {
	m := r.client.settings.Machine
	if p.stats < 0 || m.NoStats || m.NoInfo {
		return
	}
	interval := firstPositive(p.stats, m.StatsInterval)
	r.stats = sysmetrics.New(sysmetrics.Options{Label: r.writer.tag(), Sources: p.sources, Log: r.client.log})
	r.stats.Start(interval, r.event)
}

func (r *Run) stopStats() {
	if r.stats != nil {
		r.stats.Stop()
	}
}

// event keeps one sample, on disk and for the server. Trouble with either shows
// when a row is logged.
func (r *Run) event(values map[string]float64, at time.Time) {
	if rec := r.recorder(); rec != nil {
		body := &journal.Stats{Timestamp: at}
		for name, v := range values {
			body.Items = append(body.Items, journal.Item{Key: name, Value: strconv.AppendFloat(nil, v, 'g', -1, 64)})
		}
		_ = rec.writer.Append(journal.Record{Body: body})
	}
	if r.up != nil {
		_ = r.up.stream.AppendEvent(sysmetrics.AppendEvent(nil, values, at, at.Sub(r.started)))
	}
}
