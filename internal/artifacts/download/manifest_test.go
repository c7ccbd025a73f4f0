package download_test

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A process that is killed while it reads a large manifest leaves nothing behind.
func TestEntries_LargeManifest_HasNoNamedFileWhileItIsRead(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("an open file cannot be removed there")
	}
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	files := make(map[string][]byte)
	for i := range 2000 { // more than 4 MiB of names
		files[fmt.Sprintf("%s%04d", strings.Repeat(strings.Repeat("d", 200)+"/", 12), i)] = nil
	}
	read := 0
	for _, err := range newStand(t, files).version(t, "").Entries(t.Context()) {
		require.NoError(t, err)
		if read++; read == 1 {
			left, err := os.ReadDir(temp)
			require.NoError(t, err)
			assert.Empty(t, left)
		}
	}
	assert.Len(t, files, read)
}
