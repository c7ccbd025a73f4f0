package display

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/term"
)

func TestWaiting_SilentServer_ShowsOneLine(t *testing.T) {
	t.Parallel()
	const line = "wandgo: no response from http://wandb.example yet; retrying for up to 1m25s\n"
	for _, tt := range []struct {
		name           string
		runs           int
		timeout, takes time.Duration
		shows          string
	}{
		{"response at once", 1, 90 * time.Second, time.Second, ""},
		{"response just after the line", 1, 90 * time.Second, waitingAfter, line},
		{"no response", 1, 90 * time.Second, 90 * time.Second, line},
		{"no response to many", 64, 90 * time.Second, 90 * time.Second, line},
		{"short timeout", 1, 3 * time.Second, 3 * time.Second, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var b bytes.Buffer
				s := newScreen(&b, term.NewStyle(false))
				for range 2 { // a second wait shows it again
					var ends []func()
					for range tt.runs {
						ends = append(ends, s.Waiting("http://wandb.example\n", tt.timeout))
					}
					<-time.After(tt.takes)
					synctest.Wait()
					for _, end := range ends {
						end()
					}
				}
				settle(s)
				assert.Equal(t, strings.Repeat(tt.shows, 2), b.String())
			})
		})
	}
}

// held is a terminal that accepts nothing until free is closed, as after Ctrl-S.
type held struct {
	io.Writer
	free chan struct{}
}

func (h *held) Write(p []byte) (int, error) {
	<-h.free
	return h.Writer.Write(p)
}

// Callers that log never wait for a terminal, and the start of a run only briefly.
func TestScreen_StoppedTerminal_DelaysOnlyTheStart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var b bytes.Buffer
		h := &held{&b, make(chan struct{})}
		s := newScreen(h, term.NewStyle(false))
		d := s.Run("r")
		began := time.Now()
		d.Start("u", false)
		assert.Equal(t, maxWait, time.Since(began))

		began = time.Now()
		d.Stopped()
		d.Lost("dir", "reason")
		for i := range 3 * maxQueue {
			d.row(map[string]any{"loss": i})
			d.Progress(Progress{Rows: int64(i), OfRows: 3 * maxQueue})
			d.Stopped()
		}
		assert.Zero(t, time.Since(began), "no call waited")
		assert.LessOrEqual(t, len(s.queue), maxQueue)

		close(h.free)
		settle(s)
		assert.True(t, strings.HasPrefix(b.String(), "wandgo: run r\nwandgo: u\n"), "in order")
		assert.Equal(t, 1, strings.Count(b.String(), "uploading"), "only the latest progress is shown")
		assert.Contains(t, b.String(), "uploading 2999 of 3000 rows")
	})
}

func TestScreen_ManyRunsAtOnce_LinesStayWhole(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	s := newScreen(&b, term.NewStyle(false))
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			d := s.Run(fmt.Sprint("run-", i))
			d.Start("u", false)
			for j := range 100 {
				d.row(map[string]any{"loss": j})
				d.Progress(Progress{Rows: int64(j), OfRows: 100})
			}
			d.End(End{URL: "u"})
		})
	}
	all.Wait()
	settle(s)
	ends := 0
	for line := range strings.SplitSeq(strings.TrimSuffix(b.String(), "\n"), "\n") {
		line = line[strings.LastIndex(line, "\r")+1:] // what is visible
		require.Regexp(t, `^wandgo: (run run-\d+( finished)?|u|  loss .*0 → 99|100 rows uploaded: u)$`, line)
		if strings.HasSuffix(line, "finished") {
			ends++
		}
	}
	assert.Equal(t, 20, ends)
}

func TestProgress_Numbers_FitOneLine(t *testing.T) {
	t.Parallel()
	const long = "a-run-with-a-name-that-is-a-good-deal-longer-than-anybody-wants-to-read-it"
	for _, tt := range []struct {
		name string
		run  string
		p    Progress
		want string
	}{
		{"rows", "r", Progress{Rows: 1, OfRows: 2}, "run r: uploading 1 of 2 rows"},
		{"a large file", "r", Progress{Rows: 2, OfRows: 2, OfFiles: 1, Bytes: 3_160_000_000, OfBytes: 50e9}, "run r: uploading 2 of 2 rows, 0 of 1 files (3.2 of 50.0 GB)"},
		{"a small one", "r", Progress{OfFiles: 1, Bytes: 3, OfBytes: 999}, "run r: uploading 0 of 0 rows, 0 of 1 files (3 of 999 B)"},
		{"unknown sizes", "r", Progress{OfFiles: 100, Bytes: 1500}, "run r: uploading 0 of 0 rows, 0 of 100 files (1.5 kB sent)"},
		{"a long name", long, Progress{Rows: 1, OfRows: 2}, "run a-run-with-a-name-that-is-a-good-deal-longe…: uploading 1 of 2 rows"},
		{
			"huge numbers", long,
			Progress{Rows: 1e18, OfRows: 1e18, OfFiles: 1e9, Bytes: 1, OfBytes: 1e18},
			"run a-run-w…: uploading 1000000000000000000 of 1000000000000000000 row…",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newScreen(io.Discard, term.NewStyle(false))
			s.Run(tt.run).Progress(tt.p)
			settle(s)
			assert.Equal(t, tt.want, s.shown)
			assert.Less(t, len(mark)+1+term.Width(s.shown), 80)
		})
	}
}

// Only what is copied, a path or a command, may be wider than the terminal.
func TestLong_DoesNotFit_WordsStandOnALineOfTheirOwn(t *testing.T) {
	t.Parallel()
	s := &Screen{}
	dir := "/data/" + strings.Repeat("d", 60)
	assert.Equal(t, "wandgo: to upload it: wandgo sync /data\n", s.long("to upload it:", "wandgo sync /data"))
	assert.Equal(t, "wandgo: to upload it:\nwandgo:   wandgo sync "+dir+"\n", s.long("to upload it:", "wandgo sync "+dir))
	assert.Equal(t, 3, visible("\x1b[1mabc\x1b[0m"), "styles have no width")
}
