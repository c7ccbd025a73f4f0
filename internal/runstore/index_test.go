package runstore

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// indexed opens a store with small sections and a cache, and reads it.
func indexed(t *testing.T, root, cache string) *Store {
	t.Helper()
	s := Open([]string{root}, Options{Cache: cache})
	t.Cleanup(s.Close)
	s.crew.section = 64 << 10
	s.Refresh(t.Context())
	return s
}

func TestIndex_LongLog_IsReadFromItTheSecondTime(t *testing.T) {
	t.Parallel()
	root, cache := t.TempDir(), filepath.Join(t.TempDir(), "cache")
	l := start(t, root, "r1")
	for i := range 3000 {
		more := ""
		if i%100 == 0 {
			more = `,"word":` + text(1000)
		}
		l.row(more)
	}
	l.add(newOutput("hello\n"))
	l.flush()
	r := only(t, indexed(t, root, cache))
	require.NotNil(t, r.index)
	first := r.Info()
	xs, ys := points(t, r, History, KeyStep, "loss")

	again := only(t, indexed(t, root, cache))
	assert.Equal(t, fmt.Sprint(first.Metrics), fmt.Sprint(again.Info().Metrics), "NaN equals NaN")
	assert.Equal(t, first.Values, again.Info().Values)
	assert.Equal(t, first.ConsoleLines, again.Info().ConsoleLines)
	assert.Zero(t, again.parts[0].bytes(), "columns are read when they are needed")
	gotX, gotY := points(t, again, History, KeyStep, "loss")
	assert.Equal(t, xs, gotX)
	assert.Equal(t, ys, gotY)
	values, more, err := again.Values(t.Context(), "word", 2950, 3)
	require.NoError(t, err)
	assert.True(t, more)
	require.Len(t, values, 3)
	assert.Equal(t, 2900, values[0].Row)
	assert.EqualValues(t, 2900, values[0].Step)

	for range 10 { // the log grows beyond its index
		l.row("")
	}
	l.finish(0)
	again.store.Refresh(t.Context())
	assert.Equal(t, 3010, again.Info().Rows)
	_, ys = points(t, again, History, KeyStep, "loss")
	assert.Len(t, ys, 3010)

	// The index is gone, or is of another log: the log is read.
	require.NoError(t, again.index.Close())
	again.parts[0].drop()
	_, gotY = points(t, again, History, KeyStep, "loss")
	assert.Equal(t, ys, gotY)
	entries, err := os.ReadDir(cache)
	require.NoError(t, err)
	require.Len(t, entries, 1)
	path := filepath.Join(cache, entries[0].Name())
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	text[len(text)-trailerSize-10] ^= 1
	require.NoError(t, os.WriteFile(path, text, 0o600))
	r = only(t, indexed(t, root, cache))
	assert.Equal(t, 3010, r.Info().Rows)
	log, err := os.ReadFile(l.dir.Journal())
	require.NoError(t, err)
	log[30] ^= 1
	require.NoError(t, os.WriteFile(l.dir.Journal(), log, 0o600))
	assert.EqualValues(t, 1, only(t, indexed(t, root, cache)).Info().DamageTotal, "the index does not fit any more")
}

func TestIndex_CacheCannotBeWritten_LogIsReadAllTheSame(t *testing.T) {
	t.Parallel()
	root, blocked := t.TempDir(), filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(blocked, nil, 0o600))
	l := start(t, root, "r1")
	for range 3000 {
		l.row("")
	}
	l.finish(0)
	i := only(t, indexed(t, root, filepath.Join(blocked, "cache"))).Info()
	assert.Equal(t, 3000, i.Rows)
	assert.NoError(t, i.Err)
}

func TestReadColumn_LogChangedMeanwhile_ReturnsAnError(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	l := start(t, root, "r1")
	for range 10 {
		l.row("")
	}
	path := l.finish(0)
	r := only(t, open(t, Options{}, root))
	r.parts[0].drop()
	other := start(t, t.TempDir(), "r2")
	other.row("")
	log, err := os.ReadFile(other.finish(0))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, log, 0o600))
	for _, err := range r.Chunks(History, KeyStep, "loss", 0) {
		require.ErrorIs(t, err, ErrChanged)
	}
	require.NoError(t, os.Remove(path))
	for _, err := range r.Chunks(History, KeyStep, "loss", 0) {
		require.ErrorIs(t, err, os.ErrNotExist)
	}
}

func FuzzIndex(f *testing.F) {
	log := longLog(f, 300)
	path := filepath.Join(f.TempDir(), "x.index")
	p := whole(f, log)
	require.NoError(f, writeIndex(path, bytes.NewReader(log), []*part{p}, func(*part) error { return nil }))
	text, err := os.ReadFile(path)
	require.NoError(f, err)
	dir, err := openDirectory(bytes.NewReader(text), int64(len(text)))
	require.NoError(f, err)
	f.Add(dir.b)
	f.Add([]byte{0, 0, 2})
	f.Fuzz(func(t *testing.T, dir []byte) {
		d := &directory{b: dir, arrays: 1 << 16, in: bytes.NewReader(make([]byte, 1<<16))}
		_, _, parts := d.contents()
		if d.bad {
			return
		}
		for _, p := range parts {
			for _, tab := range p.tables() {
				for i := range tab.columns {
					c := &tab.columns[i]
					if c.read(p.index, tab.rows) == nil {
						require.LessOrEqual(t, len(c.values), tab.rows)
					}
				}
			}
		}
	})
}
