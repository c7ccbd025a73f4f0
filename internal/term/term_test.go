package term

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func env(vars map[string]string) func(string) string {
	return func(name string) string { return vars[name] }
}

func TestIsTerminal_EachKindOfWriter_OnlyTerminals(t *testing.T) {
	t.Parallel()
	file, err := os.Create(filepath.Join(t.TempDir(), "out"))
	require.NoError(t, err)
	t.Cleanup(func() { file.Close() })
	read, write, err := os.Pipe()
	require.NoError(t, err)
	t.Cleanup(func() { read.Close(); write.Close() })
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	require.NoError(t, err)
	t.Cleanup(func() { null.Close() })
	closed, err := os.Create(filepath.Join(t.TempDir(), "closed"))
	require.NoError(t, err)
	require.NoError(t, closed.Close())

	assert.False(t, IsTerminal(&bytes.Buffer{}), "buffer")
	assert.False(t, IsTerminal(file), "file")
	assert.False(t, IsTerminal(write), "pipe")
	assert.False(t, IsTerminal(null), "null device")
	assert.False(t, IsTerminal(closed), "closed file")
	assert.False(t, IsTerminal((*os.File)(nil)), "nil file")

	pty, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Logf("no pseudo terminal: %v", err)
		return
	}
	t.Cleanup(func() { pty.Close() })
	assert.True(t, IsTerminal(pty), "pseudo terminal")
	assert.True(t, Colors(pty, env(nil)))
	assert.False(t, Colors(pty, env(map[string]string{"NO_COLOR": "1"})))
}

func TestAllowed_Environment_Decides(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, goos string
		vars       map[string]string
		want       bool
	}{
		{"plain", "linux", nil, true},
		{"NO_COLOR", "linux", map[string]string{"NO_COLOR": "1", "TERM": "xterm"}, false},
		{"an empty NO_COLOR is ignored", "linux", map[string]string{"NO_COLOR": ""}, true},
		{"a dumb terminal", "linux", map[string]string{"TERM": "dumb"}, false},
		{"an old Windows console", "windows", nil, false},
		{"Windows Terminal", "windows", map[string]string{"WT_SESSION": "1"}, true},
		{"NO_COLOR in Windows Terminal", "windows", map[string]string{"WT_SESSION": "1", "NO_COLOR": "1"}, false},
		{"a Unix shell on Windows", "windows", map[string]string{"TERM": "xterm-256color"}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, test.want, allowed(env(test.vars), test.goos))
		})
	}
}
