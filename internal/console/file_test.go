package console_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wandgo/wandgo/internal/console"
)

func createFile(tb testing.TB) (*console.File, string) {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "output.log")
	file, err := console.CreateFile(path)
	require.NoError(tb, err)
	return file, path
}

func read(tb testing.TB, path string) string {
	tb.Helper()
	text, err := os.ReadFile(path)
	require.NoError(tb, err)
	return string(text)
}

func TestFile_AfterClose_HasTheFinalText(t *testing.T) {
	t.Parallel()
	file, path := createFile(t)
	term := console.New(console.Options{Label: "rank0", File: file, Now: fixed})
	out, errs := term.Writer(console.Stdout), term.Writer(console.Stderr)
	write(t, out, "hello\n10%")
	write(t, errs, "\x1b[31mred\x1b[0m\n")
	write(t, out, "\r99%\n")
	term.Flush()
	assert.Equal(t, "hello\n99%\n\x1b[31mred\x1b[0m\n", read(t, path), "before Close")
	write(t, out, "\x1b[A\x1b[A1")
	require.NoError(t, term.Close())
	assert.Equal(t, "1ello\n99%\n\x1b[31mred\x1b[0m\n", read(t, path))
	assert.NoFileExists(t, path+".tmp")
}

func TestFile_WithoutFlush_FollowsTheScreen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		file, path := createFile(t)
		term := console.New(console.Options{File: file})
		out := term.Writer(console.Stdout)
		write(t, out, "one\n")
		<-time.After(time.Second)
		synctest.Wait()
		write(t, out, "two\n")
		<-time.After(100 * time.Millisecond)
		write(t, out, "three\n")
		<-time.After(2 * time.Second)
		synctest.Wait()
		assert.Equal(t, "one\ntwo\nthree\n", read(t, path), "an idle program's last lines are on disk")
		require.NoError(t, term.Close())
	})
}

// A progress bar on one stream while the other writes many lines.
func TestFile_LateChanges_AreWritten(t *testing.T) {
	t.Parallel()
	file, path := createFile(t)
	term := console.New(console.Options{File: file, Now: fixed})
	out, errs := term.Writer(console.Stdout), term.Writer(console.Stderr)
	want := []string{"done"}
	write(t, errs, "0%")
	for i := range 10_000 {
		line := fmt.Sprintf("step %d", i)
		want = append(want, line)
		write(t, out, line+"\n")
		if i%1000 == 0 {
			write(t, errs, fmt.Sprintf("\r%d%%", i/100))
			term.Flush()
		}
	}
	write(t, errs, "\rdone\n")
	require.NoError(t, term.Close())
	assert.Equal(t, strings.Join(want, "\n")+"\n", read(t, path))
}

func TestFile_RandomChanges_EqualsList(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		path := filepath.Join(dir, "output.log")
		file, err := console.CreateFile(path)
		require.NoError(t, err)
		var model []string
		check := func() {
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			want := strings.Join(model, "\n")
			if len(model) > 0 {
				want += "\n"
			}
			require.Equal(t, want, string(text))
		}
		late := false // changed a line that is older than the last 64.
		for range rapid.IntRange(0, 80).Draw(t, "operations") {
			if rapid.IntRange(0, 9).Draw(t, "sync") == 0 {
				require.NoError(t, file.Sync())
				if !late {
					check()
				}
				continue
			}
			index := rapid.IntRange(0, len(model)+20).Draw(t, "index")
			size := rapid.SampledFrom([]int{0, 1, 10, 5000, 80_000}).Draw(t, "size")
			for len(model) <= index {
				model = append(model, "")
			}
			model[index] = strings.Repeat(string(rune('a'+index%26)), size)
			file.Set(int64(index), []byte(model[index]))
			late = late || index < len(model)-64
		}
		require.NoError(t, file.Close())
		check()
	})
}

func TestFile_NewlineInALine_BecomesSpace(t *testing.T) {
	t.Parallel()
	file, path := createFile(t)
	term := console.New(console.Options{File: file})
	write(t, term.Writer(console.Stdout), "a\x1b\nb\nc") // the first newline is part of a broken escape
	require.NoError(t, term.Close())
	assert.Equal(t, "a\x1b b\nc\n", read(t, path))
}

func TestFile_WriteFails_ReturnsFirstError(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("no /dev/full here")
	}
	file, err := console.CreateFile("/dev/full")
	require.NoError(t, err)
	var got sink
	term := console.New(console.Options{File: file, Emit: got.emit, Now: fixed})
	for range 1000 {
		write(t, term.Writer(console.Stdout), strings.Repeat("x", 1000)+"\n")
	}
	err = term.Close()
	require.ErrorContains(t, err, "write the console's file: ")
	assert.Len(t, got.list(t), 1000, "the logs tab has all lines")
	assert.Equal(t, err, file.Close())
}

func TestCreateFile_MissingDirectory_ReturnsError(t *testing.T) {
	t.Parallel()
	_, err := console.CreateFile(filepath.Join(t.TempDir(), "none", "output.log"))
	require.ErrorIs(t, err, os.ErrNotExist)
	assert.ErrorContains(t, err, "create the console's file: ")
}

// Whatever a program writes, a Terminal with a File keeps to the memory of its
// two screens.
//
//nolint:paralleltest // measures the heap, which the other tests use too.
func TestFile_MuchOutput_UsesLittleMemory(t *testing.T) {
	file, _ := createFile(t)
	var bytes int
	term := console.New(console.Options{File: file, Emit: func(_ int64, line []byte) { bytes += len(line) }})
	out, errs := term.Writer(console.Stdout), term.Writer(console.Stderr)
	chunk := []byte(strings.Repeat("x", 1<<16))
	before := heap()
	for i := range 200 {
		_, _ = out.Write(chunk)
		_, _ = errs.Write(chunk)
		if i%10 == 0 {
			write(t, out, "\n")
		}
		if i%60 == 0 {
			write(t, errs, "\r")
			term.Flush()
		}
	}
	assert.Less(t, heap()-before, int64(4<<20))
	require.NoError(t, term.Close())
	assert.Positive(t, bytes)
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func TestFile_SkippedLines_AreEmptyUntilSet(t *testing.T) {
	t.Parallel()
	file, path := createFile(t)
	lines := map[int64]string{3: "three", 1: "one", 100: "hundred", 2: "two"}
	for _, i := range slices.Backward(slices.Sorted(maps.Keys(lines))) {
		file.Set(i, []byte(lines[i]))
	}
	file.Set(-1, []byte("no line"))
	require.NoError(t, file.Close())
	file.Set(5, []byte("too late"))
	assert.Equal(t, "\none\ntwo\nthree\n"+strings.Repeat("\n", 96)+"hundred\n", read(t, path))
}
