package ptytest

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.uber.org/goleak"

	"github.com/wandgo/wandgo/internal/term"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestTerminal_OverwrittenLine_ShowsTheLast(t *testing.T) {
	t.Parallel()
	tty := Open(t)
	assert.True(t, term.IsTerminal(tty.File))
	fmt.Fprint(tty.File, "\x1b[31mone\x1b[0m\n10 %\r20 %\r    \rtwo\n")
	tty.Wait(t, "two")
	assert.Equal(t, "one\ntwo\n", tty.Text())
	assert.Equal(t, "\x1b[31mone\x1b[0m\r\n10 %\r20 %\r    \rtwo\r\n", tty.Raw())
}
