package rundir

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/secret"
)

func TestHasLink_OnlyOfThisRunKeyNameAndFile(t *testing.T) {
	t.Parallel()
	const text = "notakey-of-jo"
	key := secret.New(text)
	d, err := Create(t.TempDir(), "r1", true, time.Now())
	require.NoError(t, err)
	assert.False(t, d.HasLink(key, "a.bin", "/job/a.bin"))
	require.NoError(t, d.AddLinks(key, map[string]string{"a.bin": "/job/a.bin"}))
	require.NoError(t, d.AddLinks(key, map[string]string{"b.bin": "/job/b.bin"}))
	assert.True(t, d.HasLink(key, "a.bin", "/job/a.bin"))
	assert.True(t, d.HasLink(key, "b.bin", "/job/b.bin"))
	assert.False(t, d.HasLink(key, "a.bin", "/job/b.bin"), "the link was changed")
	assert.False(t, d.HasLink(key, "c.bin", "/job/a.bin"))
	assert.False(t, d.HasLink(secret.New("notakey-of-mallory"), "a.bin", "/job/a.bin"))
	assert.False(t, d.HasLink(secret.Key{}, "a.bin", "/job/a.bin"))

	other, err := Create(t.TempDir(), "r2", true, time.Now())
	require.NoError(t, err)
	note, err := os.ReadFile(d.links())
	require.NoError(t, err)
	assert.NotContains(t, string(note), text)
	require.NoError(t, os.WriteFile(other.links(), note, 0o600))
	assert.False(t, other.HasLink(key, "a.bin", "/job/a.bin"), "a note of another run")
	require.NoError(t, os.WriteFile(d.links(), []byte(`{"a.bin":""}`), 0o600))
	assert.False(t, d.HasLink(key, "a.bin", "/job/a.bin"))

	require.NoError(t, os.WriteFile(d.links(), []byte("null"), 0o600))
	require.NoError(t, d.AddLinks(key, map[string]string{"a.bin": "/job/a.bin"}))
	assert.True(t, d.HasLink(key, "a.bin", "/job/a.bin"))

	nothing, err := Create(t.TempDir(), "r3", true, time.Now())
	require.NoError(t, err)
	require.NoError(t, nothing.AddLinks(secret.Key{}, map[string]string{"a.bin": "/job/a.bin"}))
	assert.NoFileExists(t, nothing.links())
}
