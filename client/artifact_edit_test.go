package client_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/artifact"
	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

func TestVersion_Changed_ServerHasIt(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	c := newClient(t, s, wandbtest.AliceKey)
	v := loggedVersion(t, c, "data", map[string]string{"a": "hello"}, "best")
	ctx := t.Context()
	text := "better"
	require.NoError(t, v.Update(ctx, artifact.Changes{Description: &text, Metadata: map[string]any{"k": "v"}, TTL: time.Hour, AddTags: []string{"one", "two"}}))
	require.NoError(t, v.Update(ctx, artifact.Changes{RemoveTags: []string{"one"}}))
	require.NoError(t, v.AddAliases(ctx, "good", "x"))
	require.NoError(t, v.RemoveAliases(ctx, "x"))
	require.ErrorIs(t, v.AddAliases(ctx, "a:b"), errors.ErrInvalidInput)
	require.ErrorIs(t, v.Update(ctx, artifact.Changes{AddTags: []string{"a/b"}}), errors.ErrInvalidInput)

	again, err := c.Artifact(ctx, v.Path())
	require.NoError(t, err)
	for _, v := range []*artifact.Version{v, again} {
		assert.Equal(t, "better", v.Description())
		assert.Equal(t, map[string]any{"k": "v"}, v.Metadata())
		assert.Equal(t, time.Hour, v.TTL())
		assert.Equal(t, []string{"two"}, v.Tags())
		assert.ElementsMatch(t, []string{"latest", "best", "good"}, v.Aliases())
	}
	require.Error(t, v.Delete(ctx, artifact.DeleteOptions{}), "it has aliases")
	require.NoError(t, v.Delete(ctx, artifact.DeleteOptions{Aliases: true}))
	_, err = c.Artifact(ctx, v.Path())
	require.ErrorIs(t, err, errors.ErrArtifactMissing)
}

func TestVersion_UpdateTTLNotInSeconds_ReturnsInputError(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	c := newClient(t, s, wandbtest.AliceKey)
	v := loggedVersion(t, c, "data", map[string]string{"a": "hello"})
	for _, ttl := range []time.Duration{1, time.Millisecond, 1500 * time.Millisecond, -time.Second} {
		require.ErrorIs(t, v.Update(t.Context(), artifact.Changes{TTL: ttl}), errors.ErrInvalidInput, ttl)
	}
	require.NoError(t, v.Update(t.Context(), artifact.Changes{TTL: artifact.TTLNever}))
}

func TestVersion_NewDraft_UploadsOnlyWhatIsNew(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	c := newClient(t, s, wandbtest.AliceKey)
	v := loggedVersion(t, c, "data", map[string]string{"a": "hello", "b": "world", "c": "!"})
	a, err := v.NewDraft(t.Context())
	require.NoError(t, err)
	require.NoError(t, a.Remove("c"))
	require.NoError(t, a.AddBytes("b", []byte("changed")))
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision", StatsInterval: -1})
	require.NoError(t, err)
	up, err := run.LogArtifact(a, client.ArtifactOptions{})
	require.NoError(t, err)
	next, err := up.Wait(t.Context())
	require.NoError(t, err)
	require.NoError(t, run.Finish(t.Context()))
	assert.Equal(t, "v1", next.Version())
	view, ok := s.Artifact(next.Path())
	require.True(t, ok)
	require.Len(t, view.Files, 2)
	assert.Empty(t, view.Violations())
	dir, err := next.Download(t.Context(), artifact.DownloadOptions{Dir: t.TempDir()})
	require.NoError(t, err)
	require.NoError(t, next.Verify(t.Context(), dir))
	require.ErrorIs(t, v.Verify(t.Context(), dir), errors.ErrDigestMismatch)
}

func TestVersion_Link_ToProjectAndRegistry(t *testing.T) {
	t.Parallel()
	world := wandbtest.World{
		Organizations: []wandbtest.Organization{{Name: "Acme Corp", Entity: "acme-org"}},
		Teams:         []wandbtest.Team{{Name: "acme", Organization: "Acme Corp", Members: []wandbtest.TeamMember{{Username: "alice"}}}},
		Users:         []wandbtest.User{{Username: "alice", Keys: []string{wandbtest.AliceKey}}},
		Projects:      []wandbtest.Project{{Entity: "acme-org", Name: "wandb-registry-model", ProtectedAliases: []string{"production"}}},
	}
	s := wandbtest.New(t, world)
	c := newClient(t, s, wandbtest.AliceKey)
	v := loggedVersion(t, c, "data", map[string]string{"a": "hello"})
	linked, err := v.Link(t.Context(), "chosen", "staging")
	require.NoError(t, err)
	assert.Equal(t, "acme/vision/chosen:v0", linked.Path())
	assert.Equal(t, v.Path(), linked.SourcePath())
	assert.True(t, linked.IsLink())
	assert.Contains(t, linked.Aliases(), "staging")

	linked, err = v.Link(t.Context(), "wandb-registry-model/nets")
	require.NoError(t, err)
	assert.Equal(t, "acme-org/wandb-registry-model/nets:v0", linked.Path())
	dir, err := linked.Download(t.Context(), artifact.DownloadOptions{Dir: t.TempDir()})
	require.NoError(t, err)
	require.NoError(t, v.Verify(t.Context(), dir))

	_, err = v.Link(t.Context(), "wandb-registry-model/nets", "production")
	require.ErrorIs(t, err, errors.ErrProtectedAlias)
	p, ok := errors.AsType[*errors.PermissionError](err)
	require.True(t, ok)
	assert.Equal(t, errors.ActionLinkArtifact, p.Action)
	assert.Equal(t, errors.Resource("acme-org/wandb-registry-model/nets"), p.Resource)

	require.NoError(t, linked.Delete(t.Context(), artifact.DeleteOptions{}))
	_, err = c.Artifact(t.Context(), linked.Path())
	require.ErrorIs(t, err, errors.ErrArtifactMissing)
	_, err = c.Artifact(t.Context(), v.Path())
	require.NoError(t, err, "only the link is gone")
	_, err = v.Link(t.Context(), "a:v1")
	require.ErrorIs(t, err, errors.ErrInvalidInput)
}

func TestVersion_ServerOf2024_SaysThatItIsTooOldAndWhatWorks(t *testing.T) {
	t.Parallel()
	world := wandbtest.Solo()
	world.Projects = append(world.Projects, wandbtest.Project{Entity: "acme", Name: "wandb-registry-model"})
	s := wandbtest.New(t, world, wandbtest.WithGeneration(wandbtest.Gen2024Jan))
	v := loggedVersion(t, newClient(t, s, wandbtest.AliceKey), "data", map[string]string{"a": "hello"})
	err := v.Update(t.Context(), artifact.Changes{AddTags: []string{"good"}})
	require.ErrorIs(t, err, errors.ErrSchemaMismatch)
	assert.Contains(t, err.Error(), "update artifact acme/vision/data:v0: the server is too old for this")
	assert.Contains(t, strings.Join(strings.Fields(errors.Explain(err)), " "), "Without tags, the other changes work.")
	text := "new"
	require.NoError(t, v.Update(t.Context(), artifact.Changes{Description: &text}))

	_, err = v.Link(t.Context(), "wandb-registry-model/nets")
	require.ErrorIs(t, err, errors.ErrSchemaMismatch)
	assert.Contains(t, err.Error(), "the server is too old for this")
	assert.Contains(t, strings.Join(strings.Fields(errors.Explain(err)), " "), "such as model-registry/NAME.")
	for _, target := range []string{"model-registry/nets", "acme/wandb-registry-model/nets"} {
		_, err = v.Link(t.Context(), target)
		require.NoError(t, err)
	}
}

func TestVersion_Deleted_ReadingItReturnsErrArtifactMissing(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	c := newClient(t, s, wandbtest.AliceKey)
	v := loggedVersion(t, c, "data", map[string]string{"a": "hello"})
	read, err := c.Artifact(t.Context(), v.Path())
	require.NoError(t, err)
	_, err = read.Download(t.Context(), artifact.DownloadOptions{Dir: t.TempDir()})
	require.NoError(t, err, "it has read the manifest")
	require.NoError(t, v.Delete(t.Context(), artifact.DeleteOptions{Aliases: true}))

	_, err = read.Download(t.Context(), artifact.DownloadOptions{Dir: t.TempDir(), SkipCache: true})
	require.ErrorIs(t, err, errors.ErrArtifactMissing)
	_, err = v.Download(t.Context(), artifact.DownloadOptions{Dir: t.TempDir()})
	require.ErrorIs(t, err, errors.ErrArtifactMissing)
	for _, err = range v.Files(t.Context()) {
		require.ErrorIs(t, err, errors.ErrArtifactMissing)
	}
	require.Error(t, err)
	_, err = v.NewDraft(t.Context())
	require.ErrorIs(t, err, errors.ErrArtifactMissing)
}

func TestAliases_FormOfAVersion_ReturnsInputError(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	c := newClient(t, s, wandbtest.AliceKey)
	v := loggedVersion(t, c, "data", map[string]string{"a": "hello"})
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision", StatsInterval: -1})
	require.NoError(t, err)
	a := artifact.New("data", "dataset")
	require.NoError(t, a.AddBytes("a", []byte("world")))
	_, logged := run.LogArtifact(a, client.ArtifactOptions{Aliases: []string{"v3"}})
	_, linked := v.Link(t.Context(), "chosen", "v3")
	for _, err := range []error{logged, linked, v.AddAliases(t.Context(), "v3")} {
		invalid, ok := errors.AsType[*errors.InputError](err)
		require.True(t, ok, err)
		assert.Equal(t, "v3", invalid.Value)
	}
	require.NoError(t, run.Finish(t.Context()))
}

func TestDelete_VersionWithAliases_ExplanationNamesTheOption(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	c := newClient(t, s, wandbtest.AliceKey)
	v := loggedVersion(t, c, "data", map[string]string{"a": "hello"}, "best")
	text := errors.Explain(v.Delete(t.Context(), artifact.DeleteOptions{}))
	assert.Contains(t, text, "artifact.DeleteOptions.Aliases")
	assert.NotContains(t, text, "Correct the value")
}

func TestUpdate_InvalidTag_ExplanationNamesNoEnvironment(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	c := newClient(t, s, wandbtest.AliceKey)
	v := loggedVersion(t, c, "data", map[string]string{"a": "hello"})
	text := errors.Explain(v.Update(t.Context(), artifact.Changes{AddTags: []string{"a/b"}}))
	assert.Contains(t, text, `Invalid artifact tag "a/b"`)
	assert.NotContains(t, text, "WANDB_TAGS")
}
