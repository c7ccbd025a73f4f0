package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/ptytest"
)

func TestExplainError_LongLine_FitsTheTerminal(t *testing.T) {
	t.Parallel()
	tty := ptytest.Open(t)
	a := &app{stderr: tty.File, env: environment{vars: map[string]string{"COLUMNS": "80", "NO_COLOR": "1"}}}
	a.explainError(errors.New(strings.Repeat("too many trials have failed; ", 6) + "the last"))
	text := strings.ReplaceAll(tty.Text(), "\r", "")
	assert.Contains(t, text, "\n  ")
	for line := range strings.SplitSeq(text, "\n") {
		assert.LessOrEqual(t, len(line), 80)
	}
}
