package client

import (
	"context"

	"github.com/wandgo/wandgo/internal/sysmetrics"
)

// MetricSource measures something beside processor, memory, disk and network for
// the System tab, such as GPUs; the module contrib/nvidia has one. A source that is
// a [Describer] too is also asked what it measures, for the run's overview.
type MetricSource interface {
	// Sample returns what it measures now, by name, such as "gpu.0.temp". It is called
	// from one goroutine, and returns soon after ctx is done. Values that are NaN or
	// infinite are omitted. After an error, which is logged once, it is called again
	// at the next sample.
	Sample(ctx context.Context) (map[string]float64, error)
}

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

func sourcesOf(sources []MetricSource) []sysmetrics.Source {
	out := make([]sysmetrics.Source, 0, len(sources))
	for _, s := range sources {
		out = append(out, s)
	}
	return out
}
