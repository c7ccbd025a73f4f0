package runfiles_test

import (
	"io/fs"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/runfiles"
)

func TestCleanName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"a": "a", "a/b.txt": "a/b.txt", "..a": "..a", "media/ü 1%?#.png": "media/ü 1%?#.png"} {
		got, err := runfiles.CleanName(name)
		require.NoError(t, err, name)
		assert.Equal(t, want, got)
	}
	// What a name on Windows looks like is converted there; elsewhere a
	// backslash is a letter like any other.
	got, err := runfiles.CleanName(filepath.Join("media", "images", "a.png"))
	require.NoError(t, err)
	assert.Equal(t, "media/images/a.png", got)
}

func FuzzCleanName(f *testing.F) {
	for _, s := range []string{"a", "a/b", "../a", "/a", "a//b", "a/.", `a\..\b`, "C:a", "\x00", "\xff", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		clean, err := runfiles.CleanName(name)
		if err != nil {
			require.ErrorIs(t, err, runfiles.ErrOutside)
			return
		}
		assert.True(t, fs.ValidPath(clean))
		assert.True(t, filepath.IsLocal(filepath.FromSlash(clean)))
		again, err := runfiles.CleanName(clean)
		require.NoError(t, err)
		assert.Equal(t, clean, again)
	})
}
