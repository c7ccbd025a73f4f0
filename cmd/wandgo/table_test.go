package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTable_WideCharacters_ColumnsLineUp(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	p := &printer{w: &b}
	p.table([]column{{title: "run"}, {title: "rows", right: true}}, [][]string{{"训练", "7"}, {"sunny-dew-1", "1000"}, {"🚀", "12"}})
	assert.NoError(t, p.err)
	assert.Equal(t, "run          rows\n训练            7\nsunny-dew-1  1000\n🚀             12\n", b.String())
}

func TestTable_NarrowTerminal_DropsOptionalColumns(t *testing.T) {
	t.Parallel()
	columns := []column{{title: "state"}, {title: "name", optional: 2}, {title: "size", optional: 1}, {title: "directory", whole: true}}
	rows := [][]string{{"finished", "sunny-dew-1", "20.8 kB", "wandb/" + strings.Repeat("x", maxCell)}}
	for width, want := range map[int]string{0: "state name size directory", 70: "state name size directory", 64: "state name directory", 50: "state directory", 20: "state directory"} {
		var b bytes.Buffer
		p := &printer{w: &b, width: width}
		p.table(columns, rows)
		titles, _, _ := strings.Cut(b.String(), "\n")
		assert.Equal(t, want, flat(titles), "%d columns", width)
		assert.Contains(t, b.String(), rows[0][3])
	}
}

func TestCutMiddle_LongText_KeepsBothEnds(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "abc…xyz", cutMiddle("abcdefghijklmnopqrstuvwxyz", 7))
	assert.Equal(t, "abc", cutMiddle("abc", 7))
}
