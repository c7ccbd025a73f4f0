// Package nvidia reports NVIDIA GPUs as system metrics of a run. It runs the driver's
// program nvidia-smi and needs neither cgo nor other modules.
//
// A [Source] implements client.MetricSource, and describes the GPUs for the run's
// overview:
//
//	Sample(ctx context.Context) (map[string]float64, error)
//	Describe(ctx context.Context) (map[string]any, error)
//
// A program adds it to the run's options:
//
//	client.RunOptions{MetricSources: []client.MetricSource{new(nvidia.Source)}}
//
// The metrics have the official client's names: gpu.0.temp, and gpu.process.0.temp for
// a GPU that this process or one of its children uses. Values that the driver does not
// report are left out:
//
//   - the utilization of a partitioned GPU (MIG),
//   - the processes of a container,
//   - pcieLinkSpeed, which nvidia-smi does not have.
//
// How to use this module from a clone of the repository: contrib/README.md.
package nvidia
