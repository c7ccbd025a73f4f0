package client

import (
	"context"

	"github.com/wandgo/wandgo/internal/sysmetrics"
)

// MetricSource measures something for the System tab beside processor, memory, disk and
// network, such as GPUs; the module contrib/nvidia has one. If it is a [Describer] too it
// also describes what it measures, for the run's overview.
type MetricSource interface {
	// Sample returns what it measures now, by name, such as "gpu.0.temp". It is called
	// from one goroutine, and returns soon after ctx is done. Values that are NaN or
	// infinite are omitted. After an error, which is logged once, it is called again
	// at the next sample.
	Sample(ctx context.Context) (map[string]float64, error)
}

// Describer is a [MetricSource] that describes what it measures.
type Describer interface {
	// Describe returns the devices under the names of wandb-metadata.json:
	// "gpu_nvidia", a list of objects with name, memoryTotal (bytes, as text),
	// cudaCores, architecture and uuid, and "cudaVersion". Other names are an error,
	// which is logged.
	//
	// It is called once, in the background, and Finish waits for it. It has 10 s and
	// returns soon after ctx is done. It is called even if system metrics are switched
	// off, but not if WANDB_X_DISABLE_META or WANDB_X_DISABLE_MACHINE_INFO is set, and
	// in shared mode only in the primary process.
	Describe(ctx context.Context) (map[string]any, error)
}

func sourcesOf(sources []MetricSource) []sysmetrics.Source {
	out := make([]sysmetrics.Source, 0, len(sources))
	for _, s := range sources {
		out = append(out, s)
	}
	return out
}
