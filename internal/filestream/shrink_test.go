package filestream

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/wandgo/wandgo/internal/jsonx"
)

// Chunks are cut between lines.
func TestSplit_LinesWithEscapes_KeepsEachLineAndTheLimit(t *testing.T) {
	t.Parallel()
	c := &chunk{}
	for i := range 50 {
		c.buf = append(jsonx.AppendQuoted(c.buf, []byte(fmt.Sprintf(`{"%d":"\\\" %s"}`, i, strings.Repeat(`",`, i)))), ',')
		c.lines++
	}
	c.buf[len(c.buf)-1] = ']' // as in a request
	want := string(c.buf)
	for _, limit := range []int{1, 50, 300, 1 << 20} {
		var got strings.Builder
		lines := int64(0)
		for _, part := range c.split(limit) {
			assert.True(t, len(part.buf) <= limit || part.lines == 1)
			got.Write(part.buf)
			lines += part.lines
		}
		assert.Equal(t, want, got.String())
		assert.EqualValues(t, 50, lines)
	}
}
