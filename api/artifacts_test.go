package api_test

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/api"
	"github.com/wandgo/wandgo/artifact"
	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// withArtifacts makes a run r that logs n data sets, and a run s that uses the first two.
func withArtifacts(t *testing.T, n int, opts ...wandbtest.Option) (*wandbtest.Server, *api.API) {
	t.Helper()
	srv, c, a := serve(t, opts...)
	ctx := t.Context()
	run, err := c.Init(ctx, client.RunOptions{Entity: "acme", Project: "vision", ID: "r"})
	require.NoError(t, err)
	uploads := make([]*client.Upload, n)
	for i := range uploads {
		draft := artifact.New(fmt.Sprintf("data-%03d", i), "dataset")
		require.NoError(t, draft.AddBytes("n.txt", fmt.Append(nil, i)))
		uploads[i], err = run.LogArtifact(draft, client.ArtifactOptions{Aliases: []string{"best"}})
		require.NoError(t, err)
	}
	for _, u := range uploads {
		_, err := u.Wait(ctx)
		require.NoError(t, err)
	}
	require.NoError(t, run.Finish(context.WithoutCancel(ctx)))
	other, err := c.Init(ctx, client.RunOptions{Entity: "acme", Project: "vision", ID: "s"})
	require.NoError(t, err)
	for i := range min(n, 2) {
		_, err := other.UseArtifact(ctx, fmt.Sprintf("data-%03d:best", i))
		require.NoError(t, err)
	}
	require.NoError(t, other.Finish(context.WithoutCancel(ctx)))
	return srv, a
}

func paths(t *testing.T, versions iter.Seq2[*artifact.Version, error]) []string {
	t.Helper()
	list := []string{}
	for v, err := range versions {
		require.NoError(t, err)
		list = append(list, v.Path())
	}
	slices.Sort(list) // the server's order is unknown
	return list
}

func TestRunArtifacts_EachGeneration_ListsLoggedAndUsed(t *testing.T) {
	t.Parallel()
	for _, gen := range []wandbtest.Generation{wandbtest.Gen2024Jan, wandbtest.Gen2024Oct, wandbtest.Gen2026} {
		t.Run(gen.String(), func(t *testing.T) {
			t.Parallel()
			_, a := withArtifacts(t, 3, wandbtest.WithGeneration(gen))
			r, err := a.Run(t.Context(), "acme/vision/r")
			require.NoError(t, err)
			s, err := a.Run(t.Context(), "acme/vision/s")
			require.NoError(t, err)
			assert.Equal(t, []string{"acme/vision/data-000:v0", "acme/vision/data-001:v0", "acme/vision/data-002:v0"}, paths(t, r.Artifacts(t.Context())))
			assert.Empty(t, paths(t, r.UsedArtifacts(t.Context())))
			assert.Empty(t, paths(t, s.Artifacts(t.Context())))
			assert.Equal(t, []string{"acme/vision/data-000:v0", "acme/vision/data-001:v0"}, paths(t, s.UsedArtifacts(t.Context())))
			for v, err := range s.UsedArtifacts(t.Context()) {
				require.NoError(t, err)
				assert.ElementsMatch(t, []string{"best", "latest"}, v.Aliases())
				content, err := v.Open(t.Context(), "n.txt")
				require.NoError(t, err)
				require.NoError(t, content.Close())
			}
		})
	}
}

func TestRunArtifacts_MoreThanAPage_AreAllListed(t *testing.T) {
	t.Parallel()
	_, a := withArtifacts(t, 2*api.DefaultPageSize+1)
	r, err := a.Run(t.Context(), "acme/vision/r")
	require.NoError(t, err)
	assert.Len(t, paths(t, r.Artifacts(t.Context())), 2*api.DefaultPageSize+1)
}

func TestRunArtifacts_Refused_SaysWhyAndAfterHowMany(t *testing.T) {
	t.Parallel()
	srv, a := withArtifacts(t, api.DefaultPageSize+1)
	r, err := a.Run(t.Context(), "acme/vision/r")
	require.NoError(t, err)
	n := 0
	for _, err = range r.Artifacts(t.Context()) {
		if err == nil {
			n++
			if n == 1 {
				require.NoError(t, srv.RevokeKey(wandbtest.AliceKey))
			}
		}
	}
	require.ErrorIs(t, err, errors.ErrBadAPIKey)
	require.ErrorContains(t, err, fmt.Sprintf("after %d artifacts", api.DefaultPageSize))
	assert.Equal(t, api.DefaultPageSize, n)
}

func TestRunArtifacts_RunIsDeleted_IsMissing(t *testing.T) {
	t.Parallel()
	_, a := withArtifacts(t, 0)
	r, err := a.Run(t.Context(), "acme/vision/r")
	require.NoError(t, err)
	require.NoError(t, r.Delete(t.Context(), false))
	for _, err = range r.UsedArtifacts(t.Context()) {
		require.ErrorIs(t, err, errors.ErrRunMissing)
	}
	require.Error(t, err)
}
