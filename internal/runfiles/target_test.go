package runfiles_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/wandgo/wandgo/internal/runfiles"
)

func FuzzUploadHeader(f *testing.F) {
	for _, s := range []string{"x-ms-blob-type: BlockBlob", "a", ":", "a:b:c", " : x", "Authorization: Bearer x", "a\r\n: b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		header := runfiles.UploadHeader([]string{line})
		assert.LessOrEqual(t, len(header), 1)
		for name, values := range header {
			assert.NotEmpty(t, name)
			assert.Len(t, values, 1)
		}
	})
}
