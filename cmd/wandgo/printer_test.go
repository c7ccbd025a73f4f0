package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestTable holds that columns line up whatever script the names are in.
func TestTable(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	p := &printer{w: &b}
	p.table([][]string{{"run", "rows"}, {"训练", "7"}, {"sunny-dew-1", "1000"}, {"🚀", "12"}}, columns{right: 1, whole: 2})
	assert.NoError(t, p.err)
	assert.Equal(t, "run          rows\n训练            7\nsunny-dew-1  1000\n🚀             12\n", b.String())
}
