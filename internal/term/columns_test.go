package term

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestColumnsElsewhere(t *testing.T) {
	t.Parallel()
	for set, want := range map[string]int{"": DefaultColumns, "120": 120, "0": DefaultColumns, "-3": DefaultColumns, "wide": DefaultColumns} {
		getenv := func(name string) string {
			if name == "COLUMNS" {
				return set
			}
			return ""
		}
		assert.Equal(t, want, Columns(&bytes.Buffer{}, getenv), set)
		file, err := os.Create(filepath.Join(t.TempDir(), "file"))
		require.NoError(t, err)
		assert.Equal(t, want, Columns(file, getenv), set)
		assert.Zero(t, columnsOf(file))
		require.NoError(t, file.Close())
		assert.Zero(t, columnsOf(file))
	}
}
