package settings

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wandgo/wandgo/errors"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Keys of the three forms. They open nothing.
var (
	hexKey   = "deadbeefe5f60718293a4b5c6d7e8f9011223344"
	otherKey = "deadbeef6b5a49382716f5e4d3c2b1a000998877"
	thirdKey = "deadbeef1e0f9a8b7c6d5e4f3a2b1c0d9e8f7a6b"
	modern   = "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"
)

// world is a home and a working directory on disk.
type world struct {
	home, work string
	vars       map[string]string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	dir := t.TempDir()
	w := &world{home: filepath.Join(dir, "home"), work: filepath.Join(dir, "work"), vars: map[string]string{}}
	require.NoError(t, os.MkdirAll(w.home, 0o700))
	require.NoError(t, os.MkdirAll(w.work, 0o700))
	return w
}

func (w *world) env() Env {
	return Env{LookupEnv: MapEnv(w.vars), Home: w.home, WorkDir: w.work}
}

// write writes a file; the name begins with ~ or is relative to the working directory.
func (w *world) write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(w.work, name)
	if rest, ok := strings.CutPrefix(name, "~/"); ok {
		path = filepath.Join(w.home, rest)
	}
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func (w *world) resolve(t *testing.T, x Explicit) *Settings {
	t.Helper()
	s, err := Resolve(w.env(), x)
	require.NoError(t, err)
	return s
}

const (
	globalFile = "~/.config/wandb/settings"
	localFile  = "wandb/settings"
)

func requireInputError(t *testing.T, err error, field string) *errors.InputError {
	t.Helper()
	require.ErrorIs(t, err, errors.ErrInvalidInput)
	in, ok := errors.AsType[*errors.InputError](err)
	require.True(t, ok, "%T is no InputError", err)
	require.Equal(t, field, in.Field)
	require.NotEmpty(t, in.Rule)
	return in
}
