package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/wandgo/wandgo/internal/ptytest"
)

// TestRun_OnATerminal_PrintsEverythingOnce checks that either the client or the harness
// prints a fact, never both.
func TestRun_OnATerminal_PrintsEverythingOnce(t *testing.T) {
	t.Parallel()
	once := []string{"/acme/wandgo-harness/runs/", "epoch       60"}
	for _, tt := range []struct {
		name  string
		env   map[string]string
		shown bool
	}{
		{"a terminal", map[string]string{"NO_COLOR": "1"}, true},
		{"silent", map[string]string{"WANDB_SILENT": "true"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tty := ptytest.Open(t)
			getenv := func(name string) string { return tt.env[name] }
			assert.Equal(t, exitOK, run(t.Context(), []string{"-scenario", "ok", "-dir", t.TempDir()}, getenv, tty.File))
			text := tty.Text()
			start, end, found := strings.Cut(text, "epoch       20")
			assert.True(t, found)
			assert.Equal(t, 1, strings.Count(start, once[0]), text)
			assert.Equal(t, 1, strings.Count(end, once[0]), text)
			assert.Equal(t, 1, strings.Count(end, once[1]), text)
			assert.Equal(t, tt.shown, strings.Contains(end, "wandgo: 60 rows uploaded: http://"))
			assert.Equal(t, tt.shown, strings.Contains(end, "wandgo:   val/loss        █▄▃"))
			assert.Equal(t, !tt.shown, strings.Contains(end, "uploaded   http://"))
			assert.NotContains(t, tty.Raw(), "\x1b[")
		})
	}
}
