package client_test

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/artifact"
	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// loggedVersion logs an artifact of a new run, and waits for it.
func loggedVersion(t *testing.T, c *client.Client, name string, files map[string]string, aliases ...string) *artifact.Version {
	t.Helper()
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision", StatsInterval: -1})
	require.NoError(t, err)
	a := artifact.New(name, "dataset")
	a.Metadata, a.Description = map[string]any{"n": 3.0}, "three files"
	for file, text := range files {
		require.NoError(t, a.AddBytes(file, []byte(text)))
	}
	up, err := run.LogArtifact(a, client.ArtifactOptions{Aliases: aliases})
	require.NoError(t, err)
	v, err := up.Wait(t.Context())
	require.NoError(t, err)
	require.NoError(t, run.Finish(t.Context()))
	return v
}

func TestArtifact_LoggedUsedAndDownloaded(t *testing.T) {
	t.Parallel()
	for name, generation := range map[string]wandbtest.Generation{"new": wandbtest.Gen2026, "of 2024": wandbtest.Gen2024Jan} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, wandbtest.Solo(), wandbtest.WithGeneration(generation))
			c := newClient(t, s, wandbtest.AliceKey)
			files := map[string]string{"a.txt": "hello", "dir/b.txt": "world", "dir/empty": ""}
			v := loggedVersion(t, c, "data", files, "best")
			assert.Equal(t, "v0", v.Version())
			assert.Equal(t, "dataset", v.Type())

			run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision", StatsInterval: -1})
			require.NoError(t, err)
			used, err := run.UseArtifact(t.Context(), "data:best")
			require.NoError(t, err)
			assert.Equal(t, v.ID(), used.ID())
			assert.Equal(t, v.Path(), used.Path())
			assert.Equal(t, v.Digest(), used.Digest())
			assert.Equal(t, map[string]any{"n": 3.0}, used.Metadata())
			assert.Equal(t, "three files", used.Description())
			assert.ElementsMatch(t, []string{"best", "latest"}, used.Aliases())
			assert.EqualValues(t, 3, used.FileCount())

			dir, err := used.Download(t.Context(), artifact.DownloadOptions{Dir: t.TempDir()})
			require.NoError(t, err)
			require.NoError(t, used.Verify(t.Context(), dir))
			for file, text := range files {
				b, err := os.ReadFile(filepath.Join(dir, file))
				require.NoError(t, err)
				assert.Equal(t, text, string(b))
			}
			b, err := fs.ReadFile(used.FS(t.Context()), "dir/b.txt")
			require.NoError(t, err)
			assert.Equal(t, "world", string(b))
			r, err := used.Open(t.Context(), "a.txt")
			require.NoError(t, err)
			b, err = io.ReadAll(r)
			require.NoError(t, err)
			require.NoError(t, r.Close())
			assert.Equal(t, "hello", string(b))

			view, ok := s.Artifact(v.Path())
			require.True(t, ok)
			require.Len(t, view.UsedBy, 1)
			assert.Equal(t, run.ID(), view.UsedBy[0].ID)
			assert.Empty(t, view.Violations())
			require.NoError(t, run.Finish(t.Context()))
			_, err = run.UseArtifact(t.Context(), "data")
			require.ErrorIs(t, err, errors.ErrRunFinished)
		})
	}
}

func TestArtifact_Missing_IsExplainedWithNamesThatResembleIt(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	c := newClient(t, s, wandbtest.AliceKey)
	v := loggedVersion(t, c, "penguins", map[string]string{"a": "b"})
	for path, suggestion := range map[string]string{"pinguins": "penguins", "penguins:v7": "penguins:v0"} {
		_, err := c.Artifact(t.Context(), v.Entity()+"/vision/"+path)
		require.ErrorIs(t, err, errors.ErrArtifactMissing, path)
		p, ok := errors.AsType[*errors.PermissionError](err)
		require.True(t, ok)
		assert.Equal(t, errors.ActionUseArtifact, p.Action)
		assert.Contains(t, p.Suggestions, suggestion)
	}
	_, err := c.Artifact(t.Context(), "a/b/c/d")
	require.ErrorIs(t, err, errors.ErrInvalidInput)
}

func TestUseArtifact_NotOnline_IsRefused(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	c := newClient(t, s, wandbtest.AliceKey)
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision", StatsInterval: -1, Mode: client.ModeOffline})
	require.NoError(t, err)
	_, err = run.UseArtifact(t.Context(), "data")
	require.ErrorIs(t, err, client.ErrOffline)
	require.NoError(t, run.Finish(t.Context()))
}
