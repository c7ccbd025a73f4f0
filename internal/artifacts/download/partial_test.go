package download

import (
	"os"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestOpenTarget_ManyAtOnce_EachKeepsItsFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var all sync.WaitGroup
	for range 12 {
		all.Go(func() {
			for range 15 {
				target, err := openTarget(dir)
				if !assert.NoError(t, err) {
					return
				}
				f, _, err := target.create()
				if assert.NoError(t, err) {
					assert.NoError(t, f.Close())
				}
				target.close(true)
			}
		})
	}
	all.Wait()
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, left)
}
