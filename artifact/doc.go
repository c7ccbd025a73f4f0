// Package artifact has the artifacts of Weights & Biases: named, versioned sets of files,
// such as the checkpoints of a model or a data set.
//
// A program creates an artifact with [New], adds files to it, and logs it with
// client.Run.LogArtifact. The server stores each file once: logging the same content again
// creates no new version.
package artifact
