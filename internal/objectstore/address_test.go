package objectstore_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/wandgo/wandgo/internal/objectstore"
)

func TestHost_NoAddress_IsStillASentence(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://bucket.test/x?signature=s3cret": "bucket.test", "": "of the server", "://": "of the server",
	} {
		assert.Equal(t, want, objectstore.Address{URL: address}.Host(), address)
	}
}

func FuzzHeader(f *testing.F) {
	for _, s := range []string{"x-ms-blob-type: BlockBlob", "a", ":", "a:b:c", " : x", "Authorization: Bearer x", "a\r\n: b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		header := objectstore.Header([]string{line})
		assert.LessOrEqual(t, len(header), 1)
		for name, values := range header {
			assert.NotEmpty(t, name)
			assert.Len(t, values, 1)
		}
	})
}
