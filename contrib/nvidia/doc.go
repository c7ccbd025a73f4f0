// Package nvidia measures NVIDIA GPUs for the System tab of a run, by asking the
// driver's own program nvidia-smi. It needs no cgo and no other module.
//
// A [Source] has the one method that the client's system metrics want of an
// add-on:
//
//	Sample(ctx context.Context) (map[string]float64, error)
//
// The names of the values are the official client's, gpu.0.temp for example, and
// gpu.process.0.temp for a GPU that this process or one it started computes on.
// What the driver does not tell is left out: on a GPU that is divided (MIG) the
// utilization, in a container the processes. pcieLinkSpeed is left out too, as
// nvidia-smi does not know it.
package nvidia
