package console_test

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/console"
)

func fixed() time.Time { return at }

// write fails the test if a console writer fails, which none may.
func write(tb testing.TB, w io.Writer, text string) {
	tb.Helper()
	n, err := io.WriteString(w, text)
	require.NoError(tb, err)
	require.Equal(tb, len(text), n)
}

func TestTerminal_ChangedLine_KeepsItsTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var got sink
		term := console.New(console.Options{Emit: got.emit})
		created := time.Now().UTC().Format("2006-01-02T15:04:05.000000")
		out := term.Writer(console.Stdout)
		write(t, out, "10%")
		<-time.After(time.Minute)
		write(t, out, "\r99%\nnext")
		require.NoError(t, term.Close())
		lines := got.list(t)
		assert.Equal(t, created+" 99%", lines[0])
		assert.NotContains(t, lines[1], created)
	})
}

func TestTerminal_ChangesWithinDelay_AreSentOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var got sink
		var mu sync.Mutex
		calls := func() int { mu.Lock(); defer mu.Unlock(); return got.calls }
		term := console.New(console.Options{Delay: 10 * time.Millisecond, Now: fixed, Emit: func(i int64, line []byte) {
			mu.Lock()
			defer mu.Unlock()
			got.emit(i, line)
		}})
		out := term.Writer(console.Stderr)
		for i := range 1000 {
			write(t, out, fmt.Sprintf("\r%d/1000", i))
		}
		assert.Zero(t, calls(), "sent before its time")
		<-time.After(10 * time.Millisecond)
		synctest.Wait()
		assert.Equal(t, 1, calls(), "the unfinished line goes out once")
		assert.Equal(t, "ERROR "+atText+" 999/1000", got.lines[0])

		<-time.After(time.Hour)
		assert.Equal(t, 1, calls(), "nothing changed since")

		write(t, out, "\r1000/1000")
		<-time.After(10 * time.Millisecond)
		synctest.Wait()
		assert.Equal(t, 2, calls())
		assert.Equal(t, "ERROR "+atText+" 1000/1000", got.lines[0])

		write(t, out, "\r1000/1000")
		require.NoError(t, term.Close())
		assert.Equal(t, 2, calls(), "the same text again is no change")
	})
}

func TestFlush_UnfinishedLine_IsSent(t *testing.T) {
	t.Parallel()
	var got sink
	term := console.New(console.Options{Emit: got.emit, Now: fixed, Delay: time.Hour})
	write(t, term.Writer(console.Stdout), "step 1")
	assert.Empty(t, got.lines)
	term.Flush()
	assert.Equal(t, []string{atText + " step 1"}, got.list(t))
	require.NoError(t, term.Close())
	assert.Equal(t, 1, got.calls)
}

func TestTerminal_WriteAfterClose_IsDropped(t *testing.T) {
	t.Parallel()
	var got sink
	term := console.New(console.Options{Emit: got.emit, Now: fixed})
	out := term.Writer(console.Stdout)
	write(t, out, "a")
	require.NoError(t, term.Close())
	write(t, out, "b\n")
	term.AppendText("c")
	term.Flush()
	require.NoError(t, term.Close())
	assert.Equal(t, []string{atText + " a"}, got.list(t))
}

func TestTerminal_WithoutEmitAndFile_DoesNothing(t *testing.T) {
	t.Parallel()
	term := console.New(console.Options{})
	write(t, term.Writer(console.Stdout), strings.Repeat("a\n", 100))
	write(t, term.Writer(99), "an unknown stream is an error stream")
	assert.Equal(t, int64(101), term.Lines())
	require.NoError(t, term.Close())
}

func TestTerminal_BrokenCharacters_AreReplaced(t *testing.T) {
	t.Parallel()
	const broken = "\ufffd"
	for _, c := range []struct {
		name   string
		writes []string
		want   string
	}{
		{"split in two", []string{"na\xc3", "\xafve"}, "naïve"},
		{"split in four", []string{"\xf0", "\x9f", "\x98", "\x80!"}, "😀!"},
		{"never finished", []string{"a\xe6\xbc"}, "a" + broken + broken},
		{"interrupted", []string{"a\xe6", "b"}, "a" + broken + "b"},
		{"interrupted by another", []string{"\xe6", "\xe6\xbc\xa2"}, broken + "漢"},
		{"interrupted late", []string{"\xf0\x9f\x98", "ab"}, broken + broken + broken + "ab"},
		{"Latin-1", []string{"caf\xe9 au lait"}, "caf" + broken + " au lait"},
		{"stray bytes", []string{"\xff\x80", "x"}, broken + broken + "x"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got sink
			term := console.New(console.Options{Emit: got.emit, Now: fixed})
			for _, text := range c.writes {
				write(t, term.Writer(console.Stdout), text)
			}
			require.NoError(t, term.Close())
			assert.Equal(t, []string{atText + " " + c.want}, got.list(t))
		})
	}
}

func TestTerminal_SplitCharactersOfTwoStreams_DoNotMix(t *testing.T) {
	t.Parallel()
	var got sink
	term := console.New(console.Options{Emit: got.emit, Now: fixed})
	write(t, term.Writer(console.Stdout), "\xc3")
	write(t, term.Writer(console.Stderr), "x")
	write(t, term.Writer(console.Stdout), "\xa9")
	require.NoError(t, term.Close())
	assert.Equal(t, []string{"ERROR " + atText + " x", atText + " é"}, got.list(t))
}

func TestAppendText_Escapes_AreNotInterpreted(t *testing.T) {
	t.Parallel()
	var got sink
	term := console.New(console.Options{Emit: got.emit, Now: fixed})
	write(t, term.Writer(console.Stdout), "part")
	term.AppendText("a\nb\x1b[A\rc\n\n")
	term.AppendText(strings.Repeat("e", 5000))
	write(t, term.Writer(console.Stdout), "ial\n")
	require.NoError(t, term.Close())
	// As run.write_logs of the official client does.
	assert.Equal(t, []string{
		atText + " partial", atText + " a", atText + " b\x1b[A\rc", atText + " ", atText + " " + strings.Repeat("e", 5000),
	}, got.list(t))
}

func TestTerminal_ManyGoroutines_NumbersWithoutGaps(t *testing.T) {
	t.Parallel()
	const writers, each = 8, 200
	var got sink
	term := console.New(console.Options{Emit: got.emit, Now: fixed, Delay: time.Microsecond})
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			w := term.Writer(console.Stream(i % 2))
			for n := range each {
				_, _ = fmt.Fprintf(w, "%d: %d\n", i, n)
				if n%50 == 0 {
					term.Flush()
				}
			}
		})
	}
	wg.Wait()
	require.NoError(t, term.Close())
	lines := got.list(t)
	require.Len(t, lines, writers*each)
	var seen [writers]int
	for _, line := range lines {
		var writer, n int
		_, err := fmt.Sscanf(strings.TrimPrefix(line, "ERROR "), atText+" %d: %d", &writer, &n)
		require.NoError(t, err, line)
		assert.Equal(t, seen[writer], n, "out of order")
		seen[writer]++
	}
}

// For any bytes, the lines are numbered without gaps, are UTF-8, and are within the limit,
// however the bytes are split.
func FuzzTerminal(f *testing.F) {
	for _, c := range officialCases(f) {
		var out, errs string
		for _, w := range c.Writes {
			if w.Stream == console.Stdout {
				out += w.Text
			} else {
				errs += w.Text
			}
		}
		f.Add([]byte(out), []byte(errs), uint16(len(out)/2))
	}
	f.Add([]byte("a\xe6\xbc"), []byte("\xa2\n\x1b["), uint16(2))
	f.Fuzz(func(t *testing.T, out, errs []byte, cut uint16) {
		run := func(cut int, flush bool) []string {
			var got sink
			term := console.New(console.Options{Emit: got.emit, Now: fixed, Delay: time.Hour})
			stdout, stderr := term.Writer(console.Stdout), term.Writer(console.Stderr)
			cut = min(cut, len(out))
			// The pieces have consecutive numbers, which the two streams share.
			for _, w := range []struct {
				to   io.Writer
				text []byte
			}{{stdout, out[:cut]}, {stdout, out[cut:]}, {stderr, errs}} {
				n, err := w.to.Write(w.text)
				require.NoError(t, err)
				require.Equal(t, len(w.text), n)
				if flush {
					term.Flush()
				}
			}
			require.NoError(t, term.Close())
			lines := got.list(t)
			require.Equal(t, int64(len(lines)), term.Lines())
			return lines
		}
		lines := run(0, false)
		for _, line := range lines {
			require.True(t, utf8.ValidString(line))
			require.LessOrEqual(t, utf8.RuneCountInString(line), len("ERROR "+atText+" ")+4096)
		}
		require.Equal(t, lines, run(int(cut), false))
		require.Equal(t, lines, run(int(cut), true))
	})
}

func BenchmarkTerminal(b *testing.B) {
	const text = "epoch 12 step 3456 loss 0.123456 accuracy 0.987654 lr 0.0003 1234 samples/s"
	for name, line := range map[string][]byte{
		"line":     []byte(text + "\n"),
		"progress": []byte("\r" + text),
		"unicode":  []byte("\r 42%|████████████▌             | 42/100 [00:12<00:17,  3.31it/s]"),
	} {
		b.Run(name, func(b *testing.B) {
			var bytes int64
			term := console.New(console.Options{Emit: func(_ int64, line []byte) { bytes += int64(len(line)) }})
			out := term.Writer(console.Stdout)
			b.SetBytes(int64(len(line)))
			b.ReportAllocs()
			for b.Loop() {
				_, _ = out.Write(line)
			}
			require.NoError(b, term.Close())
		})
	}
}
