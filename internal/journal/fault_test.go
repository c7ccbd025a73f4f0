package journal

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/record/wire"
)

// fakeDisk is a file with room for so many bytes.
type fakeDisk struct {
	mu       sync.Mutex
	data     []byte
	room     int // length at which the disk is full
	syncErr  error
	syncs    int
	deleted  bool
	writes   int
	failures int
}

func (d *fakeDisk) WriteAt(b []byte, off int64) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.writes++
	n := min(len(b), max(0, d.room-int(off)))
	if need := int(off) + n; need > len(d.data) {
		d.data = append(d.data, make([]byte, need-len(d.data))...)
	}
	copy(d.data[off:], b[:n])
	if n < len(b) {
		d.failures++
		return n, syscall.ENOSPC
	}
	return n, nil
}

func (d *fakeDisk) Sync() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.syncs++
	return d.syncErr
}

func (d *fakeDisk) Close() error { return nil }

func (d *fakeDisk) Deleted() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.deleted
}

func (d *fakeDisk) set(change func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	change()
}

// steps are those of the rows in a file, and how much of it was left out.
func steps(t *testing.T, data []byte) (out []int64, skipped []Skipped) {
	t.Helper()
	r := NewReader(bytes.NewReader(data))
	for rec, err := range r.All() {
		require.NoError(t, err)
		if h, ok := rec.Body.(*record.History); ok {
			out = append(out, h.Step)
		}
	}
	skipped, _ = r.Skipped()
	return out, skipped
}

func TestFullDisk(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &fakeDisk{room: 100_123}
		w := newWriter("run.wandb", d, Options{})
		var told int
		row := fmt.Appendf(nil, `{"pad":%q}`, strings.Repeat("x", 500))
		for i := range 2000 { // 1 MB
			if err := w.AppendRow(&record.Row{Line: row, Step: int64(i)}); err != nil {
				told++
				var we *WriteError
				require.ErrorAs(t, err, &we)
				assert.Equal(t, "write", we.Op)
				require.ErrorIs(t, err, syscall.ENOSPC)
				require.NotErrorIs(t, err, ErrLost)
			}
		}
		assert.Equal(t, 1, told, "a fault is told once")
		assert.Equal(t, 1, d.failures, "a full disk is left alone for a while")
		assert.Len(t, d.data, 100_123)
		got, skipped := steps(t, d.data)
		assert.NotEmpty(t, got)
		assert.Len(t, skipped, 1, "only the end is torn")
		require.ErrorIs(t, w.Flush(), syscall.ENOSPC)

		d.set(func() { d.room = 1 << 30 })
		<-time.After(3 * time.Second) // of the bubble: the writer's goroutine tries again
		synctest.Wait()
		require.NoError(t, w.AppendRow(&record.Row{Line: row, Step: 2000}))
		require.NoError(t, w.Close())
		got, skipped = steps(t, d.data)
		assert.Empty(t, skipped)
		require.Len(t, got, 2001)
		for i, s := range got {
			require.EqualValues(t, i, s)
		}
	})
}

// TestDiskFillsAgainAndAgain has room come byte by byte, so that a write breaks
// off at every kind of place.
func TestDiskFillsAgainAndAgain(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	d := &fakeDisk{room: 3}
	w := newWriter("run.wandb", d, Options{FlushEvery: time.Hour})
	for i := range 3000 {
		_ = w.AppendRow(&record.Row{Line: []byte(`{"a":1,"b":{"c":"xxxxxxxxxxxxxxxx"}}`), Step: int64(i)})
		d.set(func() { d.room += r.IntN(90) })
		_ = w.Flush()
		if i%100 == 0 {
			got, _ := steps(t, d.data)
			for i, s := range got {
				require.EqualValues(t, i, s)
			}
		}
	}
	d.set(func() { d.room = 1 << 30 })
	require.NoError(t, w.Close())
	got, skipped := steps(t, d.data)
	assert.Empty(t, skipped)
	assert.Len(t, got, 3000)
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	d := &fakeDisk{room: 0}
	w := newWriter("run.wandb", d, Options{FlushEvery: time.Hour})
	row := fmt.Appendf(nil, `{"pad":%q}`, strings.Repeat("x", 100_000))
	var kept []int64
	lost := 0
	for i := range 400 { // 40 MB
		err := w.AppendRow(&record.Row{Line: row, Step: int64(i)})
		if errors.Is(err, ErrLost) {
			lost++
			require.ErrorIs(t, err, syscall.ENOSPC)
		} else {
			kept = append(kept, int64(i))
		}
		require.LessOrEqual(t, len(w.buf), MemoryLimit)
	}
	assert.Positive(t, lost)
	_, written := w.Sizes()
	assert.Zero(t, written)

	d.set(func() { d.room = 1 << 30 })
	require.NoError(t, w.Flush())
	require.NoError(t, w.AppendRow(&record.Row{Line: row, Step: 1000}))
	require.NoError(t, w.Close())
	got, skipped := steps(t, d.data)
	assert.Empty(t, skipped)
	assert.Equal(t, append(kept, 1000), got)
}

func TestRecordAboveTheLimit(t *testing.T) {
	t.Parallel()
	d := &fakeDisk{room: 1 << 30}
	w := newWriter("run.wandb", d, Options{})
	require.NoError(t, w.Append(&record.History{Step: 1}))
	err := w.Append(&record.OutputLogger{Text: strings.Repeat("x", MaxRecordBytes)})
	require.ErrorIs(t, err, ErrTooLarge)
	require.NoError(t, w.Append(&record.History{Step: 2}))
	require.NoError(t, w.Close())
	got, skipped := steps(t, d.data)
	assert.Empty(t, skipped)
	assert.Equal(t, []int64{1, 2}, got)
	var numbers []int64
	require.NoError(t, NewReader(bytes.NewReader(d.data)).Each(func(_ int64, payload []byte) error {
		numbers = append(numbers, wire.Num(payload))
		return nil
	}))
	assert.Equal(t, []int64{1, 3}, numbers, "a reader can see that one is missing")
}

func TestFailingSyncIsToldOnce(t *testing.T) {
	t.Parallel()
	d := &fakeDisk{room: 1 << 30, syncErr: syscall.EIO}
	w := newWriter("run.wandb", d, Options{Sync: SyncAlways, FlushEvery: time.Hour})
	err := w.Append(&record.History{Step: 0})
	require.ErrorIs(t, err, syscall.EIO)
	for i := range 5 {
		require.NoError(t, w.Append(&record.History{Step: int64(i + 1)}))
	}
	require.ErrorIs(t, w.Sync(), syscall.EIO)
	d.set(func() { d.syncErr = nil })
	require.NoError(t, w.Sync())
	d.set(func() { d.syncErr = syscall.EIO })
	require.ErrorIs(t, w.Append(&record.History{Step: 6}), syscall.EIO, "a new fault is told")
	require.ErrorIs(t, w.Close(), syscall.EIO)
	got, _ := steps(t, d.data)
	assert.Len(t, got, 7)
}

func TestWhenThingsReachTheDisk(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		sync            SyncPolicy
		written, synced bool // at once
		tickSynced      bool // after FlushEvery
		body            record.Record
	}{
		"row":           {SyncNever, false, false, false, &record.History{}},
		"row, interval": {SyncInterval, false, false, true, &record.History{}},
		"row, always":   {SyncAlways, true, true, true, &record.History{}},
		"run":           {SyncNever, true, false, false, &record.Run{ID: "a"}},
		"exit":          {SyncNever, true, false, false, &record.Exit{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d := &fakeDisk{room: 1 << 30}
				w := newWriter("run.wandb", d, Options{Sync: tt.sync})
				require.NoError(t, w.Append(tt.body))
				size, written := w.Sizes()
				assert.Equal(t, tt.written, written == size)
				d.set(func() { assert.Equal(t, tt.synced, d.syncs > 0) })
				<-time.After(1500 * time.Millisecond)
				synctest.Wait()
				size, written = w.Sizes()
				assert.Equal(t, size, written)
				d.set(func() { assert.Equal(t, tt.tickSynced, d.syncs > 0) })
				require.NoError(t, w.Close())
				assert.Positive(t, d.syncs, "Close syncs in any case")
			})
		})
	}
}

// A run that logs nothing for hours does not keep the disk busy.
func TestIntervalSyncsOnlyWhatWasWritten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &fakeDisk{room: 1 << 30}
		w := newWriter("run.wandb", d, Options{Sync: SyncInterval})
		require.NoError(t, w.Append(&record.History{}))
		<-time.After(10500 * time.Millisecond)
		synctest.Wait()
		d.set(func() { assert.Equal(t, 1, d.syncs) })
		require.NoError(t, w.Append(&record.History{Step: 1}))
		d.set(func() { d.syncErr = syscall.EIO })
		<-time.After(3 * time.Second)
		synctest.Wait()
		d.set(func() { assert.Greater(t, d.syncs, 2, "a sync that failed is tried again") })
		require.ErrorIs(t, w.Close(), syscall.EIO)
	})
}

func TestDeletedFile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &fakeDisk{room: 1 << 30}
		w := newWriter("run.wandb", d, Options{})
		require.NoError(t, w.Append(&record.History{}))
		d.set(func() { d.deleted = true })
		<-time.After(1500 * time.Millisecond)
		synctest.Wait()
		for range 3 {
			err := w.Append(&record.History{})
			require.ErrorIs(t, err, ErrDeleted)
			require.ErrorIs(t, err, ErrLost)
		}
		require.ErrorIs(t, w.Close(), ErrDeleted)
	})
}

func TestDeletedDirectoryOnARealDisk(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "run")
	require.NoError(t, os.Mkdir(dir, 0o700))
	path := filepath.Join(dir, "run.wandb")
	w, err := Create(path, Options{FlushEvery: time.Hour})
	require.NoError(t, err)
	moved := filepath.Join(filepath.Dir(dir), "moved")
	require.NoError(t, os.Rename(dir, moved))
	assert.False(t, w.file.Deleted(), "a moved file can still be written")
	require.NoError(t, os.RemoveAll(moved))
	if w.file.Deleted() { // not on every system
		_, before := w.Sizes()
		w.tick()
		info, err := os.Stat(path)
		require.NoError(t, err, "it is written anew")
		assert.Equal(t, before, info.Size())
		require.NoError(t, w.Append(&record.History{}))
		require.NoError(t, os.RemoveAll(dir))
		require.NoError(t, w.Close())
		info, err = os.Stat(path)
		require.NoError(t, err, "and again")
		assert.Greater(t, info.Size(), before)
		unlock, err := Lock(path)
		require.NoError(t, err, "a closed log is not locked")
		unlock()
	} else {
		w.Close()
	}
	_, err = os.Stat(moved)
	require.ErrorIs(t, err, fs.ErrNotExist)
}
