package media_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/media"
)

func TestLog_HostileKeysAndFileNames_StayBelowTheRunsDirectory(t *testing.T) {
	t.Parallel()
	s, _, run := start(t, client.ModeOnline)
	dir := t.TempDir()
	file := filepath.Join(dir, "..  "+strings.Repeat("f", 200)+".wav")
	require.NoError(t, os.WriteFile(file, []byte("RIFF"), 0o600))
	row := make(map[string]any)
	for _, key := range []string{"../../../x", "a\x00b", strings.Repeat("k", 300), "😀/é", "CON", "NUL.txt", "/etc/passwd", "a\nb", `..\..\x`, strings.Repeat("d/", 300)} {
		table := media.NewTable("f")
		require.NoError(t, table.AddRow(media.AudioFile(file)))
		row[key] = media.HTML(key)
		row[key+"t"] = table
	}
	require.NoError(t, run.Log(row))
	root := filepath.Dir(run.Dir())
	view := finished(t, s, run)
	got := view.History()[0]
	for key := range row {
		key = strings.ToValidUTF8(key, "\ufffd")
		_, err := view.MediaFiles(got[key])
		require.NoError(t, err, "%q", key)
	}
	for _, a := range s.Artifacts() {
		assert.Equal(t, "COMMITTED", a.State, a.Collection)
		assert.Empty(t, a.Violations())
		assert.Len(t, a.Files, 2)
	}
	require.NoError(t, filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && strings.Contains(path, "media") {
			assert.True(t, strings.HasPrefix(path, filepath.Join(run.Dir(), "files", "media")), path)
		}
		return err
	}))
	others, err := os.ReadDir(filepath.Dir(root))
	require.NoError(t, err)
	assert.Len(t, others, 1, "%v", others)
}
