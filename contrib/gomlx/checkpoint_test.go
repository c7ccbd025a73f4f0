package gomlx_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/gomlx/gomlx/backends/simplego"
	"github.com/gomlx/gomlx/pkg/core/tensors"
	mlcontext "github.com/gomlx/gomlx/pkg/ml/context"
	"github.com/gomlx/gomlx/pkg/ml/context/checkpoints"
	"github.com/gomlx/gomlx/pkg/ml/train"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/artifact"
	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/contrib/gomlx"
)

func TestAttachCheckpoints_DownloadedVersion_Loads(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil, client.RunOptions{})
	handler, err := checkpoints.Build(b.loop.Trainer.Context()).Dir(t.TempDir()).Keep(1).Done()
	require.NoError(t, err)
	gomlx.AttachCheckpoints(b.loop, b.run, handler, gomlx.CheckpointOptions{Every: 2, Name: "line", Type: "weights"})
	_, err = b.loop.RunSteps(b.ds, 4)
	require.NoError(t, err)
	weights := b.loop.Trainer.Context().GetVariableByScopeAndName("/model/dense", "weights").MustValue().Value()
	b.finish(t)

	versions := b.srv.Artifacts()
	require.Len(t, versions, 2)
	assert.Equal(t, []string{"step-2"}, versions[0].Aliases)
	assert.Equal(t, []string{"latest", "step-4"}, versions[1].Aliases)
	assert.Equal(t, "weights", versions[1].Type)
	assert.Equal(t, "run1", versions[1].Run.ID)
	var metadata map[string]float64
	require.NoError(t, json.Unmarshal([]byte(versions[1].Metadata), &metadata))
	assert.InDelta(t, 4, metadata[gomlx.Step], 0)
	assert.Greater(t, metadata["batch_loss_regularization"], 0.0)

	version, err := b.client.Artifact(t.Context(), "acme/lines/line:step-4")
	require.NoError(t, err)
	dir, err := version.Download(t.Context(), artifact.DownloadOptions{Dir: t.TempDir(), SkipCache: true})
	require.NoError(t, err)
	loaded := mlcontext.New()
	_, err = checkpoints.Load(loaded).Dir(dir).Immediate().Done()
	require.NoError(t, err)
	assert.Equal(t, weights, loaded.GetVariableByScopeAndName("/model/dense", "weights").MustValue().Value())
}

func TestAttachCheckpoints_NextProcess_ContinuesFromItsStep(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil, client.RunOptions{})
	dir := t.TempDir()
	handler, err := checkpoints.Build(b.loop.Trainer.Context()).Dir(dir).Done()
	require.NoError(t, err)
	gomlx.AttachCheckpoints(b.loop, b.run, handler, gomlx.CheckpointOptions{})
	_, err = b.loop.RunSteps(b.ds, 3)
	require.NoError(t, err)

	backend, err := simplego.New("")
	require.NoError(t, err)
	t.Cleanup(backend.Finalize)
	points, err := line(backend, "line", 64)
	require.NoError(t, err)
	ctx := mlcontext.New()
	handler, err = checkpoints.Build(ctx).Dir(dir).Done()
	require.NoError(t, err)
	loop := loopOf(backend, ctx)
	gomlx.Attach(loop, b.run, gomlx.Options{})
	gomlx.AttachCheckpoints(loop, b.run, handler, gomlx.CheckpointOptions{})
	_, err = loop.RunToGlobalStep(points.Infinite(true), 5)
	require.NoError(t, err)

	assert.Equal(t, []float64{4, 5}, stepsOf(b.finish(t)))
	versions := b.srv.Artifacts()
	require.Len(t, versions, 2)
	assert.Equal(t, []string{"step-3"}, versions[0].Aliases)
	assert.Equal(t, []string{"latest", "step-5"}, versions[1].Aliases)
}

func TestAttachCheckpoints_RunStopped_SavesOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil, client.RunOptions{})
	handler, err := checkpoints.Build(b.loop.Trainer.Context()).Dir(t.TempDir()).Done()
	require.NoError(t, err)
	gomlx.Attach(b.loop, b.run, gomlx.Options{})
	gomlx.AttachCheckpoints(b.loop, b.run, handler, gomlx.CheckpointOptions{})
	b.loop.OnStep("stop", 0, func(*train.Loop, []*tensors.Tensor) error {
		require.NoError(t, b.srv.StopRun("acme", "lines", "run1"))
		<-b.run.Context().Done()
		return nil
	})
	_, err = b.loop.RunSteps(b.ds, 100)
	require.ErrorIs(t, err, client.ErrStopped)
	b.finish(t)
	require.Len(t, b.srv.Artifacts(), 1)
	assert.Equal(t, "model-run1", b.srv.Artifacts()[0].Collection)
	assert.Contains(t, b.srv.Artifacts()[0].Aliases, "step-1")
}

func TestAttachCheckpoints_NilHandler_SavesNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil, client.RunOptions{})
	gomlx.AttachCheckpoints(b.loop, b.run, nil, gomlx.CheckpointOptions{})
	_, err := b.loop.RunSteps(b.ds, 1)
	require.NoError(t, err)
	b.finish(t)
	assert.Empty(t, b.srv.Artifacts())
}

func TestAttachCheckpoints_CannotSave_EndsTheLoop(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil, client.RunOptions{})
	handler, err := checkpoints.Build(b.loop.Trainer.Context()).Dir(t.TempDir()).Done()
	require.NoError(t, err)
	require.NoError(t, os.RemoveAll(handler.Dir()))
	gomlx.AttachCheckpoints(b.loop, b.run, handler, gomlx.CheckpointOptions{})
	_, err = b.loop.RunSteps(b.ds, 1)
	require.ErrorContains(t, err, "checkpoint")
}
