package term

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestStyle_OnAndOff_ColorsEachLine(t *testing.T) {
	t.Parallel()
	var off Style
	on := NewStyle(true)
	assert.False(t, off.On())
	assert.Equal(t, "text", off.Red(off.Bold("text")))
	assert.Empty(t, on.Red(""))
	assert.Equal(t, "\x1b[31mtext\x1b[0m", on.Red("text"))
	assert.Equal(t, "\x1b[1ma\x1b[0m\n\n\x1b[1mb\x1b[0m", on.Bold("a\n\nb"), "each line by itself")
	assert.Equal(t, "\x1b[2ma\x1b[31mb\x1b[0m\x1b[2mc\x1b[0m", on.Dim("a"+on.Red("b")+"c"), "a style inside another")
	assert.False(t, NewStyle(Colors(&bytes.Buffer{}, env(nil))).On())
	for _, f := range []func(string) string{on.Bold, on.Dim, on.Red, on.Green, on.Yellow, on.Cyan} {
		assert.Regexp(t, `^\x1b\[\d+mx\x1b\[0m$`, f("x"))
	}
}
