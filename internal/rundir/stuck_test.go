package rundir

import (
	"encoding/json"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/slowdisk"
)

// The file system does not respond: nothing that a live run does beside its log waits for
// it, and all works again afterwards.
func TestDir_FileSystemIsStuck_OperationsFailAtOnce(t *testing.T) {
	t.Parallel()
	d, err := Create(t.TempDir(), "r1", true, noon)
	require.NoError(t, err)
	operations := map[string]func() error{
		"SaveUploaded": func() error { return d.SaveUploaded(Uploaded{}) },
		"SaveRefusal":  func() error { return d.SaveRefusal(json.RawMessage("{}")) },
		"ClearRefusal": d.ClearRefusal,
		"MarkSynced":   d.MarkSynced,
		"AddFile":      func() error { return d.AddFile("a", nil) },
		"AddLinks":     func() error { return d.AddLinks(secret.New("notakey"), map[string]string{"a": "/a"}) },
	}
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		require.ErrorIs(t, d.disk.Run(diskLimit, func() error { <-release; return nil }), slowdisk.ErrStuck)
		for name, do := range operations {
			require.ErrorIs(t, do(), slowdisk.ErrStuck, name)
		}
		assert.Zero(t, d.Size())
		close(release)
		synctest.Wait()
		for name, do := range operations {
			require.NoError(t, do(), name)
		}
	})
}
