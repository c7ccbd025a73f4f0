//go:build unix

package environment

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/record"
)

// A read from the pipe would wait for a writer that never comes.
func TestFindGit_PipeInPlaceOfFile_ReadsTheRest(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"HEAD", "commondir", "packed-refs", "refs/heads/main"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			files(t, dir, map[string]string{
				".git/HEAD":   "ref: refs/heads/main\n",
				".git/config": "[remote \"origin\"]\n\turl = https://example.com/a.git\n",
			})
			pipe := filepath.Join(dir, ".git", filepath.FromSlash(name))
			require.NoError(t, os.MkdirAll(filepath.Dir(pipe), 0o755))
			_ = os.Remove(pipe)
			require.NoError(t, syscall.Mkfifo(pipe, 0o600))
			_, git := findGit(dir, "origin")
			assert.Equal(t, record.Git{RemoteURL: "https://example.com/a.git"}, git)
		})
	}
}
