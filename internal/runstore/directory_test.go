package runstore

import (
	"bytes"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWriteIndex_PartIsReadMeanwhile_DoesNotAssignToIt(t *testing.T) {
	t.Parallel()
	log := longLog(t, 300)
	p := whole(t, log)
	var reader sync.WaitGroup
	reader.Go(func() { // the race detector reports a write to what this reads
		assert.Positive(t, p.rows.rows)
		for _, c := range p.rows.columns {
			for _, at := range c.at {
				assert.Less(t, int(at.row), p.rows.rows, c.name)
			}
		}
	})
	require.NoError(t, writeIndex(filepath.Join(t.TempDir(), "x.index"), bytes.NewReader(log), []*part{p}, func(*part) error { return nil }))
	reader.Wait()
}
