// Package nvidia measures NVIDIA GPUs for the System tab of a run, by asking the
// driver's own program nvidia-smi. It needs no cgo and no other module.
//
// A [Source] has the method that the client's system metrics want of an add-on,
// and the one by which the client learns what is measured, for the run's overview:
//
//	Sample(ctx context.Context) (map[string]float64, error)
//	Describe(ctx context.Context) (map[string]any, error)
//
// so that a program needs no more than
//
//	client.RunOptions{MetricSources: []client.MetricSource{new(nvidia.Source)}}
//
// The names of the values are the official client's, gpu.0.temp for example, and
// gpu.process.0.temp for a GPU that this process or one it started computes on.
// What the driver does not tell is left out: on a GPU that is divided (MIG) the
// utilization, in a container the processes. pcieLinkSpeed is left out too, as
// nvidia-smi does not know it.
package nvidia
