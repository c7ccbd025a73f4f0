package client

import (
	"io"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/wandgo/wandgo/internal/settings"
)

// TestWhereOneLooks holds that a person is told without asking for it, on the standard
// error output, and is not told who asked for silence.
func TestWhereOneLooks(t *testing.T) {
	t.Parallel()
	none := func(string) string { return "" }
	for _, tt := range []struct {
		name     string
		opts     Options
		settings settings.Settings
		want     io.Writer
	}{
		{"by default", Options{}, settings.Settings{}, os.Stderr},
		{"as the program says", Options{Output: os.Stdout}, settings.Settings{}, os.Stdout},
		{"silenced by the program", Options{Output: io.Discard}, settings.Settings{}, io.Discard},
		{"WANDB_SILENT", Options{}, settings.Settings{Silent: true}, nil},
		{"WANDB_QUIET", Options{Output: os.Stdout}, settings.Settings{Quiet: true}, nil},
		{"another environment", Options{Getenv: none}, settings.Settings{}, nil},
		{"another environment, and an output", Options{Getenv: none, Output: os.Stdout}, settings.Settings{}, os.Stdout},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, tt.opts.terminal(&tt.settings))
		})
	}
}
