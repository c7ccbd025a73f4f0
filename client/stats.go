package client

import (
	"context"
	"strconv"
	"time"

	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/sysmetrics"
)

// MetricSource measures something beside processor, memory, disk and network for
// the System tab, such as GPUs; the module contrib/nvidia has one. A source that is
// a [Describer] too is also asked what it measures, for the run's overview.
type MetricSource = sysmetrics.Source

// Describer is what a [MetricSource] may be besides.
type Describer interface {
	// Describe returns what the devices are, under the names of
	// wandb-metadata.json: "gpu_nvidia", a list of objects with name, memoryTotal
	// (bytes, as text), cudaCores, architecture and uuid, and "cudaVersion". Other
	// names are an error, which is logged. It is called once, after Init has
	// returned or while it does, at the same time as Sample, also where system
	// metrics are switched off; not where WANDB_X_DISABLE_META or
	// WANDB_X_DISABLE_MACHINE_INFO is set, and in shared mode only of the primary
	// process. It has 10 s, and returns soon after ctx is done; Finish waits for it.
	Describe(ctx context.Context) (map[string]any, error)
}

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
		body := &record.Stats{Timestamp: at}
		for name, v := range values {
			body.Items = append(body.Items, record.Item{Key: name, Value: strconv.AppendFloat(nil, v, 'g', -1, 64)})
		}
		_ = rec.writer.Append(body)
	}
	if r.up != nil {
		_ = r.up.stream.AppendEvent(sysmetrics.AppendEvent(nil, values, at, at.Sub(r.started)))
	}
}
