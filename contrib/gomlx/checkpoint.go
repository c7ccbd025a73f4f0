package gomlx

import (
	"fmt"
	"path/filepath"

	"github.com/gomlx/gomlx/pkg/core/tensors"
	"github.com/gomlx/gomlx/pkg/ml/context/checkpoints"
	"github.com/gomlx/gomlx/pkg/ml/train"

	"github.com/wandgo/wandgo/artifact"
	"github.com/wandgo/wandgo/client"
)

// CheckpointOptions configure [AttachCheckpoints]. The zero CheckpointOptions save after
// the last step.
type CheckpointOptions struct {
	// Every saves after each n-th step, too. Default: only after the last one.
	Every int
	// Name is the artifact's name. Default: "model-" and the run's id.
	Name string
	// Type is the artifact's type. Default: "model".
	Type string
}

// AttachCheckpoints saves checkpoints during the training and logs each as a version of
// an artifact, with the alias "step-" and the number of the step, and the step's metrics
// as metadata. It replaces the hook that calls handler.Save. A checkpoint is also saved
// when the run's context ends, which ends a loop that has [Attach]. A nil handler saves
// nothing.
//
// A version has the two files of its checkpoint. They are copied to the run's directory
// before the training continues, so the handler can delete its own (checkpoints.Config.Keep).
// The upload runs in the background; client.Run.Finish waits for it. Once downloaded into
// a directory, the version is loaded with checkpoints.Load(ctx).Dir(directory), and
// train.Loop.RunToGlobalStep continues from its step.
//
// Errors are returned by the loop: those of handler.Save and of client.Run.LogArtifact.
func AttachCheckpoints(loop *train.Loop, run *client.Run, handler *checkpoints.Handler, opts CheckpointOptions) {
	if handler == nil {
		return
	}
	if opts.Name == "" {
		opts.Name = "model-" + run.ID()
	}
	if opts.Type == "" {
		opts.Type = "model"
	}
	stopped := func([]*tensors.Tensor) bool { return run.Context().Err() != nil }
	hook := steps{every: opts.Every, also: stopped, do: func(step int, values []*tensors.Tensor) error {
		if err := handler.Save(); err != nil {
			return err
		}
		a, err := checkpointArtifact(handler, opts)
		if err != nil {
			return err
		}
		a.Metadata = rowOf(step, metricKeys("", loop.Trainer.TrainMetrics()), values)
		_, err = run.LogArtifact(a, client.ArtifactOptions{Aliases: []string{fmt.Sprintf("step-%d", step)}})
		return err
	}}
	hook.attach(loop, "wandgo: checkpoint", priorityCheckpoint)
}

// checkpointArtifact returns an artifact with the files of the latest checkpoint.
func checkpointArtifact(handler *checkpoints.Handler, opts CheckpointOptions) (*artifact.Artifact, error) {
	names, err := handler.ListCheckpoints()
	if err != nil {
		return nil, err
	}
	if len(names) == 0 { // Keep(0), or a program that removes them.
		return nil, fmt.Errorf("no checkpoint in %s", handler.Dir())
	}
	a := artifact.New(opts.Name, opts.Type)
	for _, suffix := range []string{checkpoints.JsonNameSuffix, checkpoints.BinDataSuffix} {
		if err := a.AddFile(filepath.Join(handler.Dir(), names[len(names)-1]+suffix), ""); err != nil {
			return nil, err
		}
	}
	return a, nil
}
