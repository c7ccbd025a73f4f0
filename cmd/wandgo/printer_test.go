package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTable_WideCharacters_ColumnsLineUp(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	p := &printer{w: &b}
	p.table([][]string{{"run", "rows"}, {"训练", "7"}, {"sunny-dew-1", "1000"}, {"🚀", "12"}}, tableLayout{right: 1, whole: 2})
	assert.NoError(t, p.err)
	assert.Equal(t, "run          rows\n训练            7\nsunny-dew-1  1000\n🚀             12\n", b.String())
}

func TestWrap_Words_BreakAtSpaces(t *testing.T) {
	t.Parallel()
	assert.Equal(t, []string{"aa bb", "cc"}, wrap("aa  bb cc", 6))
	assert.Equal(t, []string{"…… b"}, wrap("…… b", 4), "characters, not bytes")
	assert.Equal(t, []string{""}, wrap("", 4))
	assert.Equal(t, []string{"longer-than-that"}, wrap("longer-than-that", 4))
}

func TestShellWord_SpecialCharacters_AreQuoted(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "local-abc_1", shellWord("local-abc_1"))
	assert.Equal(t, `'a b'`, shellWord("a b"))
	assert.Equal(t, `'a'\''$b'`, shellWord("a'$b"))
	assert.Equal(t, `''`, shellWord(""))
}
