package runfiles_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/runfiles"
)

func TestRelativeTo(t *testing.T) {
	t.Parallel()
	here, err := os.Getwd()
	require.NoError(t, err)
	root := filepath.Dir(filepath.Dir(here))
	for _, tc := range []struct{ base, pattern, wantBase, want string }{
		{"", "*.pt", here, "*.pt"},
		{"", "d/*.pt", here, "d/*.pt"},
		{"", here + "/d/*.pt", here, "d/*.pt"},
		{"", "/f.txt", "/", "f.txt"},
		{root, "*.pt", root, "internal/runfiles/*.pt"},
		{"..", "d/./x", filepath.Dir(here), "runfiles/d/x"},
		{"", "..x", here, "..x"},
	} {
		base, rel, err := runfiles.RelativeTo(tc.base, tc.pattern)
		require.NoError(t, err, tc.pattern)
		assert.Equal(t, tc.wantBase, base, tc.pattern)
		assert.Equal(t, tc.want, rel, tc.pattern)
	}
	for _, tc := range [][2]string{{"", "../x"}, {"", ""}, {"d", "x"}, {"", "a/../../x"}, {"/d", "/x"}, {here, here}} {
		_, _, err := runfiles.RelativeTo(tc[0], tc[1])
		require.ErrorIs(t, err, runfiles.ErrOutside, tc)
	}
}

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

func FuzzUploadHeader(f *testing.F) {
	for _, s := range []string{"x-ms-blob-type: BlockBlob", "a", ":", "a:b:c", " : x", "Authorization: Bearer x", "a\r\n: b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		header := runfiles.UploadHeader([]string{line})
		assert.LessOrEqual(t, len(header), 1)
		for name, values := range header {
			assert.NotEmpty(t, name)
			assert.Len(t, values, 1)
		}
	})
}
