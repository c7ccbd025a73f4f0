package runfiles_test

import (
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
