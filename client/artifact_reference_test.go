package client_test

import (
	"io/fs"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/artifact"
	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/wandbtest"
)

func TestAddVersion_FilesOfAnotherArtifact_AreReferredToAndRead(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("member"), quickly)
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team"})
	require.NoError(t, err)
	log := func(a *artifact.Artifact) *artifact.Version {
		up, err := run.LogArtifact(a, client.ArtifactOptions{})
		require.NoError(t, err)
		v, err := up.Wait(t.Context())
		require.NoError(t, err)
		return v
	}
	origin := log(checkpoint(t, "one"))
	one := artifact.New("one", "model")
	require.NoError(t, one.AddVersion(origin, "weights", ""))
	chain := artifact.New("chain", "model")
	require.NoError(t, chain.AddVersion(log(one), "", "all"))
	require.NoError(t, chain.AddVersion(origin, "", ""))
	last := log(chain)
	got := map[string]string{}
	for _, name := range []string{"all/weights", "weights", "dir/config.json"} {
		b, err := fs.ReadFile(last.FS(t.Context()), name)
		require.NoError(t, err)
		got[name] = string(b)
	}
	assert.Equal(t, map[string]string{"all/weights": "one", "weights": "one", "dir/config.json": `{"layers":2}`}, got)
	v, ok := s.Artifact("acme/team/chain")
	require.True(t, ok)
	assert.Empty(t, v.Violations())
	for _, f := range v.Files {
		assert.Contains(t, f.Ref, "wandb-artifact://41727469666163743a31/", "%s: to where the content is", f.Name) // "Artifact:1" in hex
	}

	missing := artifact.New("missing", "model")
	require.NoError(t, missing.AddVersion(origin, "no such file", ""))
	_, err = run.LogArtifact(missing, client.ArtifactOptions{})
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.NoError(t, run.Finish(t.Context()))
}
