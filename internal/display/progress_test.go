package display

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/wandgo/wandgo/internal/term"
)

// advance lets time pass in a bubble.
func advance(d time.Duration) { time.Sleep(d) } //nolint:forbidigo // no real time passes

// show shows a progress for some time, as Finish does.
func show(d *Display, p Progress, lasts time.Duration) {
	for range lasts / (200 * time.Millisecond) {
		d.Progress(p)
		advance(200 * time.Millisecond)
	}
}

func TestProgress_SilentServer_SaysThatItWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var b bytes.Buffer
		s := newScreen(&b, term.NewStyle(false))
		d := s.Run("r")
		show(d, Progress{Rows: 1, OfRows: 30}, waitingAfter)
		settle(s)
		assert.Contains(t, b.String(), "run r: uploading 1 of 30 rows")
		assert.NotContains(t, b.String(), "waiting")
		show(d, Progress{Rows: 1, OfRows: 30}, 8*time.Second)
		settle(s)
		assert.Contains(t, b.String(), "run r: waiting for the server (5s), uploaded 1 of 30 rows")
		assert.Contains(t, b.String(), "run r: waiting for the server (12s), uploaded 1 of 30 rows")

		b.Reset()
		show(d, Progress{Rows: 2, OfRows: 30}, time.Second)
		settle(s)
		assert.Contains(t, b.String(), "run r: uploading 2 of 30 rows")
		assert.NotContains(t, b.String(), "waiting", "the server has answered")
	})
}

func TestProgress_SeveralRuns_WaitOnlyIfAllDo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var b bytes.Buffer
		s := newScreen(&b, term.NewStyle(false))
		one, two := s.Run("one"), s.Run("two")
		for i := range int64(20) {
			one.Progress(Progress{OfRows: 30})
			two.Progress(Progress{Rows: i, OfRows: 30})
			advance(time.Second)
		}
		settle(s)
		assert.Contains(t, b.String(), "uploading 2 runs: 19 of 60 rows")
		assert.NotContains(t, b.String(), "waiting for the server (", "one of them progresses")
		advance(6 * time.Second)
		one.Progress(Progress{OfRows: 30})
		two.Progress(Progress{Rows: 19, OfRows: 30})
		settle(s)
		assert.Contains(t, b.String(), "waiting for the server (7s), uploaded 2 runs: 19 of 60 rows")
	})
}

func TestProgress_LogFile_SaysOnceThatItWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var b bytes.Buffer
		s := NewScreen(&b, nil)
		d := s.Run("r")
		show(d, Progress{Rows: 1, OfRows: 30}, time.Minute)
		d.End(End{URL: "u"})
		settle(s)
		assert.Equal(t, "wandgo: run r: waiting for the server, which has 1 of 30 rows\nwandgo: run r finished: 0 rows uploaded: u\n", b.String())
	})
}

func TestInterrupted_SeveralRuns_ShowTheSignalOnce(t *testing.T) {
	t.Parallel()
	const line = "wandgo: received SIGTERM, stopping; another one after a second ends the program\n"
	for name, newScreen := range map[string]func(b *bytes.Buffer) *Screen{
		"terminal": func(b *bytes.Buffer) *Screen { return newScreen(b, term.NewStyle(false)) },
		"log file": func(b *bytes.Buffer) *Screen { return NewScreen(b, nil) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var b bytes.Buffer
				s := newScreen(&b)
				for range 64 {
					s.Interrupted("SIGTERM")
				}
				settle(s)
				assert.Equal(t, line, b.String())
				advance(2 * sameSignal)
				s.Interrupted("SIGTERM")
				settle(s)
				assert.Equal(t, line+line, b.String(), "another signal")
			})
		})
	}
	var silent *Screen
	silent.Interrupted("SIGTERM")
}

func TestProgress_FilesAndArtifacts_ShareTheBytes(t *testing.T) {
	t.Parallel()
	for want, p := range map[string]Progress{
		"3 of 3 rows": {Rows: 3, OfRows: 3},
		"3 of 3 rows, 1 of 2 files (1.0 of 4.0 MB)":              {Rows: 3, OfRows: 3, Files: 1, OfFiles: 2, Bytes: 1e6, OfBytes: 4e6},
		"0 of 0 rows, 1 of 2 artifacts (1.0 of 4.0 GB)":          {Artifacts: 1, OfArtifacts: 2, Bytes: 1e9, OfBytes: 4e9},
		"0 of 0 rows, 2 of 2 files, 0 of 1 artifacts (5 B sent)": {Files: 2, OfFiles: 2, OfArtifacts: 1, Bytes: 5},
	} {
		assert.Equal(t, want, p.String())
	}
}

func TestEnd_ArtifactsAndNoRows_CountsArtifacts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var b bytes.Buffer
		s := NewScreen(&b, nil)
		d := s.Run("r")
		d.Artifact()
		d.End(End{URL: "u"})
		settle(s)
		assert.Equal(t, "wandgo: run r finished: 1 artifact uploaded: u\n", b.String())
	})
}
