package journal

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/record"
)

// hangingDisk is a file system that does not respond until release is closed.
type hangingDisk struct {
	fakeDisk
	release  chan struct{}
	onlySync bool
}

func newHangingDisk(onlySync bool) *hangingDisk {
	return &hangingDisk{fakeDisk: fakeDisk{room: 1 << 30}, release: make(chan struct{}), onlySync: onlySync}
}

func (d *hangingDisk) hang() {
	d.mu.Lock()
	onlySync := d.onlySync
	d.mu.Unlock()
	if !onlySync {
		<-d.release
	}
}

func (d *hangingDisk) WriteAt(b []byte, off int64) (int, error) {
	d.hang()
	return d.fakeDisk.WriteAt(b, off)
}

func (d *hangingDisk) Sync() error {
	<-d.release
	return d.fakeDisk.Sync()
}

func (d *hangingDisk) Deleted() bool {
	d.hang()
	return d.fakeDisk.Deleted()
}

func (d *hangingDisk) Close() error {
	d.hang()
	return nil
}

// TestWriter_FileSystemHangs_NoCallWaitsForLong: a file system that does not respond costs
// one short wait. When it responds again, nothing is missing.
func TestWriter_FileSystemHangs_NoCallWaitsForLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newHangingDisk(false)
		begin := time.Now()
		w := newWriter("run.wandb", d, Options{})
		row := []byte(`{"pad":"` + strings.Repeat("x", 500) + `"}`)
		told := 0
		for i := range 1000 { // 500 KB
			if err := w.AppendRow(&record.Row{Line: row, Step: int64(i)}); err != nil {
				require.ErrorIs(t, err, ErrStuck)
				require.NotErrorIs(t, err, ErrLost)
				told++
			}
		}
		assert.Equal(t, 1, told)
		assert.LessOrEqual(t, time.Since(begin), 2*writeLimit)
		require.ErrorIs(t, w.Fault(), ErrStuck)

		close(d.release)
		<-time.After(3 * time.Second) // of the bubble: the writer's goroutine tries again
		synctest.Wait()
		require.NoError(t, w.Close())
		got, skipped := steps(t, d.data)
		assert.Empty(t, skipped)
		assert.Len(t, got, 1000)
	})
}

// TestAppend_DiskHangsLater_WaitsOnce: the rows from then on are in memory.
func TestAppend_DiskHangsLater_WaitsOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newHangingDisk(true)
		w := newWriter("run.wandb", d, Options{FlushEvery: time.Hour}) // nothing else is in the way of time
		row := &record.Row{Line: []byte(`{"pad":"` + strings.Repeat("x", 5000) + `"}`)}
		add := func(n int) (faults int) {
			for range n {
				if err := w.AppendRow(row); err != nil {
					require.ErrorIs(t, err, ErrStuck)
					require.NotErrorIs(t, err, ErrLost)
					faults++
				}
				row.Step++
			}
			return faults
		}
		require.Zero(t, add(100))
		require.NoError(t, w.Flush())
		d.set(func() { d.onlySync = false })
		begin := time.Now()
		assert.Equal(t, 1, add(100))
		assert.Equal(t, writeLimit, time.Since(begin))
		require.ErrorIs(t, w.Flush(), ErrStuck)
		require.ErrorIs(t, w.Close(), ErrStuck)
		assert.Equal(t, writeLimit, time.Since(begin), "at once")
		rest := restOf(t, w)
		require.Len(t, rest, 100)
		assert.EqualValues(t, 100, rest[0])
		close(d.release)
	})
}

// slowDisk takes its time for each write.
type slowDisk struct {
	fakeDisk
	delay time.Duration
}

func (d *slowDisk) WriteAt(b []byte, off int64) (int, error) {
	<-time.After(d.delay)
	return d.fakeDisk.WriteAt(b, off)
}

// TestAppend_DiskIsSlow_WaitsForIt: who logs faster than the disk writes waits for it, and
// memory is bounded.
func TestAppend_DiskIsSlow_WaitsForIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &slowDisk{fakeDisk: fakeDisk{room: 1 << 30}, delay: writeLimit - time.Millisecond}
		w := newWriter("run.wandb", d, Options{FlushEvery: time.Hour})
		line := []byte(`{"pad":"` + strings.Repeat("x", 5000) + `"}`)
		for i := range 200 { // 1 MB
			require.NoError(t, w.AppendRow(&record.Row{Line: line, Step: int64(i)}))
			size, written := w.Sizes()
			require.LessOrEqual(t, size-written, int64(3*flushBytes))
		}
		require.NoError(t, w.Close())
		got, skipped := steps(t, d.data)
		assert.Empty(t, skipped)
		require.Len(t, got, 200)
		for i, step := range got {
			require.EqualValues(t, i, step)
		}
	})
}

// TestClose_FileSystemHangs_ReturnsAndKeepsTheRest: the end of a run does not wait either.
func TestClose_FileSystemHangs_ReturnsAndKeepsTheRest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newHangingDisk(false)
		w := newWriter("run.wandb", d, Options{})
		require.ErrorIs(t, w.AppendRow(&record.Row{Line: []byte(`{"a":1}`)}), ErrStuck)
		begin := time.Now()
		require.NoError(t, w.Append(&record.Exit{Code: 1}), "the fault was returned before")
		require.ErrorIs(t, w.Close(), ErrStuck)
		assert.LessOrEqual(t, time.Since(begin), 2*writeLimit)
		assert.Len(t, restOf(t, w), 1)
		close(d.release)
	})
}

// TestClose_SyncHangs_ReturnsTheFault: the operating system has the rows by then.
func TestClose_SyncHangs_ReturnsTheFault(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newHangingDisk(true)
		w := newWriter("run.wandb", d, Options{Sync: SyncInterval})
		require.NoError(t, w.AppendRow(&record.Row{Line: []byte(`{"a":1}`)}))
		<-time.After(5 * time.Second) // the sync of the interval hangs
		begin := time.Now()
		require.ErrorIs(t, w.Close(), ErrStuck)
		assert.LessOrEqual(t, time.Since(begin), 2*syncLimit)
		assert.Empty(t, restOf(t, w))
		close(d.release)
	})
}
