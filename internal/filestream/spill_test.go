package filestream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sendFunc is a Sender made of a function.
type sendFunc func(ctx context.Context, body []byte) (*Reply, error)

func (f sendFunc) Send(ctx context.Context, body []byte) (*Reply, error) { return f(ctx, body) }

// collect is a Sender that keeps the history lines, which must come in order.
func collect(t *testing.T, lines *[]string) Sender {
	return sendFunc(func(_ context.Context, body []byte) (*Reply, error) {
		var b struct {
			Files map[string]struct {
				Offset  int
				Content []string
			}
		}
		assert.NoError(t, json.Unmarshal(body, &b))
		if f, ok := b.Files[History.String()]; ok {
			assert.Len(t, *lines, f.Offset)
			*lines = append(*lines, f.Content...)
		}
		return &Reply{}, nil
	})
}

// memory returns the bytes of rows and events in memory.
func memory(s *Stream) int64 {
	bytes, _ := s.Memory()
	return bytes
}

func line(i int) []byte { return fmt.Appendf(nil, `{"i":%d,"pad":"%s"}`, i, strings.Repeat("x", i%50)) }

func TestSpill_BeyondTheMemoryLimit_KeepsOrder(t *testing.T) {
	t.Parallel()
	var got []string
	dir := t.TempDir()
	s := New(Config{Sender: collect(t, &got), MemoryLimit: 4000, MaxRequestBytes: 1000, SpillDir: dir})
	const rows = 5000
	for i := range rows {
		require.NoError(t, s.AppendRow(line(i), nil))
		if i == 4000 {
			assert.True(t, s.history.spilled())
			s.Start() // the rest comes while it is sent
		}
		assert.LessOrEqual(t, memory(s), int64(6000))
	}
	require.NoError(t, s.Finish(t.Context(), 0))
	require.Len(t, got, rows)
	for i, l := range got {
		assert.Equal(t, string(line(i)), l)
	}
	assert.Empty(t, left(t, dir))
	assert.Zero(t, memory(s))
	assert.Equal(t, int64(rows), s.Stats().History.Acked)
}

// left lists what is in a directory.
func left(t *testing.T, dir string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	return names
}

func TestSpill_NotNeeded_CreatesNoFile(t *testing.T) {
	t.Parallel()
	var got []string
	s := New(Config{Sender: collect(t, &got), SpillDir: filepath.Join(t.TempDir(), "missing")})
	for i := range 1000 {
		require.NoError(t, s.AppendRow(line(i), nil))
	}
	require.NoError(t, s.Finish(t.Context(), 0))
	assert.Len(t, got, 1000)
}

func TestSpill_DirectoryMissing_ReturnsSpillError(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var got []string
		dir := filepath.Join(t.TempDir(), "missing")
		s := New(Config{Sender: collect(t, &got), MemoryLimit: 1000, FallbackLimit: 1000, SpillDir: dir})
		var kept, lost int
		for i := range 200 {
			err := s.AppendRow(line(i), nil)
			if err == nil {
				kept++
				continue
			}
			lost++
			var spillErr *SpillError
			require.ErrorAs(t, err, &spillErr)
			assert.Equal(t, "create", spillErr.Op)
			assert.Equal(t, dir, spillErr.Dir)
			require.ErrorIs(t, err, os.ErrNotExist)
		}
		require.Positive(t, lost)
		assert.LessOrEqual(t, memory(s), int64(1500))

		// It is tried again once a second, and recovers.
		require.NoError(t, os.Mkdir(dir, 0o700))
		require.Error(t, s.AppendRow(line(0), nil))
		advance(spillRetry)
		require.NoError(t, s.AppendRow(line(0), nil))
		kept++
		// So does it when the network took what was in memory.
		require.NoError(t, s.Finish(t.Context(), 0))
		assert.Len(t, got, kept)
	})
}

func TestSpill_DirectoryMissing_UsesFallbackLimit(t *testing.T) {
	t.Parallel()
	var got []string
	s := New(Config{Sender: collect(t, &got), MemoryLimit: 1000, FallbackLimit: 1 << 20, SpillDir: filepath.Join(t.TempDir(), "missing")})
	const rows = 2000
	for i := range rows {
		require.NoError(t, s.AppendRow(line(i), nil))
	}
	assert.Greater(t, memory(s), int64(10_000))
	assert.False(t, s.history.spilled())
	require.NoError(t, s.Finish(t.Context(), 0))
	require.Len(t, got, rows)
	for i, l := range got {
		assert.Equal(t, string(line(i)), l)
	}
}

func TestSpill_MemoryIsFreeAgain_AcceptsLines(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var got []string
		s := New(Config{Sender: collect(t, &got), MemoryLimit: 1000, FallbackLimit: 1000, SpillDir: filepath.Join(t.TempDir(), "missing")})
		kept := 0
		for i := range 200 {
			if s.AppendRow(line(i), nil) == nil {
				kept++
			}
		}
		require.Less(t, kept, 200)
		s.Start()
		synctest.Wait()
		assert.Len(t, got, kept)
		require.NoError(t, s.AppendRow(line(0), nil))
		require.NoError(t, s.Finish(t.Context(), 0))
		assert.Len(t, got, kept+1)
	})
}

func TestSpill_FileUnreadable_EndsTheStream(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		damage func(*testing.T, *spillFile)
	}{
		{"cut short", func(t *testing.T, f *spillFile) { require.NoError(t, f.file.Truncate(f.w/2)) }},
		{"empty", func(t *testing.T, f *spillFile) { require.NoError(t, f.file.Truncate(0)) }},
		{"closed", func(t *testing.T, f *spillFile) { require.NoError(t, f.file.Close()) }},
		{"garbage header", func(t *testing.T, f *spillFile) {
			_, err := f.file.WriteAt([]byte("\xff\xff\xff\xff\xff\xff\xff\xff"), f.r)
			require.NoError(t, err)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			fatal := make(chan error, 1)
			s := New(Config{Sender: collect(t, &got), MemoryLimit: 1000, MaxRequestBytes: 500, SpillDir: t.TempDir(), OnFatal: func(err error) { fatal <- err }})
			defer s.Close()
			for i := range 1000 {
				require.NoError(t, s.AppendRow(line(i), nil))
			}
			tt.damage(t, s.history.spill)
			s.Start()
			err := <-fatal
			var spillErr *SpillError
			require.ErrorAs(t, err, &spillErr)
			assert.Equal(t, "read", spillErr.Op)
			require.ErrorAs(t, s.HandOver(func([]byte) error { return nil }), &spillErr)
		})
	}
}

func TestSpillFile_WriteFails_KeepsEarlierChunks(t *testing.T) {
	t.Parallel()
	f, err := createSpill(t.TempDir())
	require.NoError(t, err)
	defer f.close()
	require.NoError(t, f.write(&chunk{buf: []byte(`"a",`), lines: 1}))
	good := f.file.File
	f.file.File, err = os.Open(os.DevNull) // for reading only
	require.NoError(t, err)
	var spillErr *SpillError
	require.ErrorAs(t, f.write(&chunk{buf: []byte(`"b",`), lines: 1}), &spillErr)
	require.NoError(t, f.file.File.Close())
	f.file.File = good
	require.NoError(t, f.write(&chunk{buf: []byte(`"c","d",`), lines: 2}))
	for _, want := range []chunk{{buf: []byte(`"a",`), lines: 1}, {buf: []byte(`"c","d",`), lines: 2}} {
		var c chunk
		next, err := f.read(&c, f.r, f.w)
		require.NoError(t, err)
		f.consumed(next)
		assert.Equal(t, want, c)
	}
	assert.Zero(t, f.pending())
	info, err := f.file.Stat()
	require.NoError(t, err)
	assert.Zero(t, info.Size(), "an empty file gives its space back")
	var c chunk
	_, err = f.read(&c, f.r, f.w)
	require.Error(t, err)
}

func TestClose_Spilled_RemovesTheFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := New(Config{MemoryLimit: 100, SpillDir: dir, Sender: sendFunc(func(context.Context, []byte) (*Reply, error) { return nil, errors.New("no") })})
	for i := range 100 {
		require.NoError(t, s.AppendRow(line(i), nil))
	}
	require.True(t, s.history.spilled())
	s.Close()
	assert.Empty(t, left(t, dir))
	assert.Zero(t, memory(s))
}

// Except for its part of a chunk.
func TestAppend_Row_DoesNotAllocate(t *testing.T) { //nolint:paralleltest // it counts allocations
	s := New(Config{Sender: sendFunc(func(context.Context, []byte) (*Reply, error) { return nil, nil })})
	defer s.Close()
	row := line(49)
	build := func() []byte { return nil }
	allocs := testing.AllocsPerRun(5000, func() {
		if s.AppendRow(row, nil) != nil || s.SetSummary(build) != nil {
			t.Fail()
		}
	})
	assert.Zero(t, allocs)
	runtime.KeepAlive(s)
}

// advance lets time pass on the clock of a synctest bubble.
func advance(d time.Duration) { time.Sleep(d) } //nolint:forbidigo // no real time passes
