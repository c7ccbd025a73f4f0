package download_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/artifacts/download"
)

func TestVerify_NamesWhatDiffers(t *testing.T) {
	t.Parallel()
	s := newStand(t, some(30))
	v := s.version(t, "")
	dir, err := v.Download(t.Context(), download.Options{})
	require.NoError(t, err)
	d, err := v.Verify(t.Context(), dir)
	require.NoError(t, err)
	assert.True(t, d.Equal(), d)

	require.NoError(t, os.WriteFile(filepath.Join(dir, "d0", "f0"), []byte("x"), 0o600))
	require.NoError(t, os.Remove(filepath.Join(dir, "d1", "f1")))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "more"), nil, 0o600))
	d, err = v.Verify(t.Context(), dir)
	require.NoError(t, err)
	assert.Equal(t, &download.Differences{Changed: []string{"d0/f0"}, Missing: []string{"d1/f1"}, Extra: []string{"more"}}, d)
	assert.Equal(t, `changed: "d0/f0"; missing: "d1/f1"; not in the artifact: "more"`, d.String())
	_, err = v.Download(t.Context(), download.Options{Dir: dir})
	require.NoError(t, err)
	d, err = v.Verify(t.Context(), dir)
	require.NoError(t, err)
	assert.Equal(t, &download.Differences{Extra: []string{"more"}}, d, "downloading again repairs the directory")
	_, err = v.Verify(t.Context(), filepath.Join(dir, "none"))
	require.ErrorIs(t, err, os.ErrNotExist)
}
