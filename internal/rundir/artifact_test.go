package rundir_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/rundir"
	"github.com/wandgo/wandgo/internal/secret"
)

func TestHasArtifact_OtherFilesOrKey_IsNotOurs(t *testing.T) {
	t.Parallel()
	d, err := rundir.Create(t.TempDir(), "r1", true, time.Now())
	require.NoError(t, err)
	key, other := secret.New("notakey-1"), secret.New("notakey-2")
	artifact := func(id, path string) *record.Artifact {
		return &record.Artifact{ClientID: id, Manifest: &record.ArtifactManifest{Entries: []record.ArtifactEntry{{LocalPath: path}}}}
	}
	require.NoError(t, d.AddArtifact(key, artifact("c", "/a")))
	assert.True(t, d.HasArtifact(key, artifact("c", "/a")))
	assert.False(t, d.HasArtifact(other, artifact("c", "/a")))
	assert.False(t, d.HasArtifact(secret.Key{}, artifact("c", "/a")))
	assert.False(t, d.HasArtifact(key, artifact("c", "/etc/passwd")))
	assert.False(t, d.HasArtifact(key, artifact("d", "/a")))
	assert.False(t, d.HasArtifact(key, &record.Artifact{ClientID: "c"}))
}
