package objects_test

import (
	"bytes"
	"crypto/md5"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/fakeserver/objects"
)

func TestStore_Read_KeepsEveryByte(t *testing.T) {
	t.Parallel()
	var store objects.Store
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	for name, size := range map[string]int{"empty": 0, "small": 5, "limit": objects.InMemory, "in a file": objects.InMemory + 1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := bytes.Repeat([]byte("abcdefg"), size/7+1)[:size]
			o, err := store.Read(bytes.NewReader(want), int64(size))
			require.NoError(t, err)
			got, err := o.Bytes()
			require.NoError(t, err)
			assert.True(t, bytes.Equal(want, got))
			assert.Equal(t, md5.Sum(want), o.MD5)
			assert.Equal(t, int64(size), o.Size)
			_, err = store.Read(bytes.NewReader(want), int64(size)+1)
			require.Error(t, err, "a body that is too short")
		})
	}
}

func TestStore_Close_DeletesFiles(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	var store objects.Store
	_, err := store.Read(strings.NewReader(strings.Repeat("x", objects.InMemory+1)), objects.InMemory+1)
	require.NoError(t, err)
	require.NoError(t, store.Close())
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, left)
	_, err = store.Read(strings.NewReader(strings.Repeat("x", objects.InMemory+1)), objects.InMemory+1)
	require.ErrorIs(t, err, os.ErrClosed)
}
