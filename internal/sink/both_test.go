package sink

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/record"
)

// offline makes a Both for a run that is stored below root.
func offline(root string, warned *[]string) *Both {
	return New(Config{
		Log: slog.New(slog.DiscardHandler), Name: "run e/p/r", Exclusive: true,
		Disk:   DiskConfig{Root: root, TempDir: filepath.Join(root, "missing"), RunID: "r", Started: time.Now()},
		Events: Events{Warning: func(text string) { *warned = append(*warned, text) }},
		Opening: func(open func([]record.Record)) {
			open([]record.Record{&record.Run{ID: "r", Project: "p"}})
		},
	})
}

func row(step int64) *record.Row { return &record.Row{Line: []byte(`{"a":1,"_step":0}`), Step: step} }

func TestBoth_NeitherDiskNorServer_DiscardsRecords(t *testing.T) {
	t.Parallel()
	var b Both
	require.NoError(t, b.Row(row(0)))
	require.NoError(t, b.Put(&record.Preempting{}))
	require.NoError(t, b.Err())
	assert.Empty(t, b.Dir())
	assert.False(t, b.Online())
}

func TestBoth_Unpersisted_EachRowIsLost(t *testing.T) {
	t.Parallel()
	var warned []string
	b := offline(t.TempDir(), &warned)
	cause := errors.New("refused")
	b.Unpersisted(cause)
	require.ErrorIs(t, b.Row(row(0)), errors.ErrRowLost)
	require.ErrorIs(t, b.Put(&record.Preempting{}), cause)
	require.ErrorIs(t, b.Flush(t.Context()), cause)
	require.ErrorIs(t, b.Err(), cause)
	assert.Empty(t, warned)
}

func TestBoth_DiskOnly_StoresRecords(t *testing.T) {
	t.Parallel()
	var warned []string
	b := offline(filepath.Join(t.TempDir(), "wandb"), &warned)
	require.NoError(t, b.OpenDisk())
	require.NoError(t, b.Row(row(0)))
	require.NoError(t, b.Put(&record.ConsoleLine{}), "for the server only")
	require.NoError(t, b.Flush(t.Context()))
	require.NoError(t, b.Err())
	before := b.disk.dir.Size()
	assert.Positive(t, before)
	whole, err := b.Finish(t.Context(), &Ending{})
	require.NoError(t, err)
	assert.True(t, whole)
	assert.Greater(t, b.disk.dir.Size(), before, "the end is in the log")
}

func TestBoth_LogDeleted_RowIsLostAndReportedOnce(t *testing.T) {
	t.Parallel()
	var warned []string
	b := offline(filepath.Join(t.TempDir(), "wandb"), &warned)
	require.NoError(t, b.OpenDisk())
	require.NoError(t, b.disk.writer.Close())
	require.NoError(t, os.RemoveAll(b.Dir()))
	for range 2 {
		require.ErrorIs(t, b.Row(row(0)), errors.ErrRowLost)
	}
	assert.Len(t, warned, 1)
}

func TestBoth_DirectoryCannotBeMade_ReturnsBothReasons(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	var warned []string
	b := offline(file, &warned)
	require.Error(t, b.OpenDisk())
	assert.Empty(t, b.Dir())
}
