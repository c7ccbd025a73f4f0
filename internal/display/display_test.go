package display

import (
	"bytes"
	"flag"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wandgo/wandgo/internal/history"
	"github.com/wandgo/wandgo/internal/term"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, got, 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), string(got))
}

// play shows runs on a screen and returns everything that was written.
func play(style term.Style, show func(s *Screen)) []byte {
	var b bytes.Buffer
	s := newScreen(&b, style)
	show(s)
	settle(s)
	return b.Bytes()
}

// row is Row for a row as callers log it.
func (d *Display) row(row map[string]any) { d.Row(new(history.Encoder).Split(row)) }

// settle waits until everything is written.
func settle(s *Screen) {
	for {
		s.mu.Lock()
		idle := s.idle
		s.mu.Unlock()
		if idle == nil {
			return
		}
		<-idle
	}
}

// whole is a run from its start to its end.
func whole(end End) func(s *Screen) {
	return func(s *Screen) {
		d := s.Run("sunny-dew-1\x1b[31m")
		d.Start("https://forge.coreweave.com/wandb/acme/vision/runs/abc", false)
		for i := range 1000 {
			d.row(map[string]any{
				"loss": 1 / float64(i+1), "acc": float32(i) / 1000, "epoch": i / 100, "flat": 1.5,
				"nan": math.NaN(), "text": "x", "val": map[string]any{"loss": -float64(i + 1)}, "_hidden": 1.0,
				"a-metric-whose-name-is-longer-than-the-column": int64(i),
			})
		}
		if end.Dir != "" {
			d.Offline(end.Dir, "permission denied")
		}
		for _, p := range []Progress{
			{Rows: 10, OfRows: 1000},
			{Rows: 999, OfRows: 1000, Files: 1, OfFiles: 12, Bytes: 512, OfBytes: 51_200},
			{Rows: 1000, OfRows: 1000},
		} {
			d.Progress(p)
			settle(s)
		}
		d.End(end)
	}
}

func TestDisplay_WholeRuns_Golden(t *testing.T) {
	t.Parallel()
	const url = "https://forge.coreweave.com/wandb/acme/vision/runs/abc"
	plain := term.NewStyle(false)
	for _, tt := range []struct {
		name  string
		style term.Style
		show  func(s *Screen)
	}{
		{"online", plain, whole(End{URL: url})},
		{"color", term.NewStyle(true), whole(End{URL: url, Code: 255})},
		{"offline", plain, whole(End{Dir: "/data/wandb/offline-run-1"})},
		{"lost", plain, whole(End{URL: url, Dir: "/data/wandb/run-1", Err: io.ErrUnexpectedEOF})},
		{"failed", plain, whole(End{URL: url, Code: 1, Err: io.ErrUnexpectedEOF})},
		{"midway", plain, func(s *Screen) {
			d := s.Run("sunny-dew-1")
			d.Start(url, true)
			d.row(map[string]any{"loss": 1})
			d.Lost("/data/wandb/run-1", "user \"jo\" is not\na member")
			d.Stopped()
			d.End(End{Dir: "/data/wandb/run-1", Code: 255})
			d = s.Run("misty-bird-2")
			d.Lost("", "permission denied")
		}},
		{"nowhere", plain, func(s *Screen) {
			s.Run("sunny-dew-1").Nowhere("permission denied; mkdir /data/wandb: read-only file system")
		}},
		{"wide", plain, func(s *Screen) {
			d := s.Run("训练-🚀")
			d.Start("", false)
			d.row(map[string]any{"损失": 0.5, "loss": 0.25, "精度/验证集上的平均精度与召回率的调和平均数": 1, "e\u0301tat": 1, "🚀": 2, "a\u202eb": 3})
			d.End(End{URL: url})
		}},
		{"media", plain, func(s *Screen) {
			d := s.Run("sunny-dew-1")
			d.Start("", false)
			for range 3 {
				d.row(map[string]any{
					"loss": 0.5, "val": map[string]any{"pred": history.Encoded(`{"_type":"image-file","path":"media/images/p.png","width":256,"height":128,"caption":"epoch 3\u001b[31m"}`)},
					"hist": history.Encoded(`{"_type":"histogram","values":[1,2],"bins":[0,1,2]}`), "words": []string{"a"}, "text": `{"_type":"x"}`,
				})
			}
			d.row(map[string]any{"eval": history.Encoded(`{"_type":"table-file","nrows":10,"ncols":4}`)})
			d.row(map[string]any{"cm_table": history.Encoded(`{"_type":"table-file","nrows":4,"ncols":3}`)})
			d.Chart("cm", []byte(`{"panel_config":{"panelDefId":"wandb/confusion_matrix/v1","userQuery":{"queryFields":[{"fields":[{"args":[{"name":"tableKey","value":"cm_table"}]}]}]}}}`))
			d.End(End{URL: url})
		}},
		{"many", plain, func(s *Screen) {
			a, b := s.Run("sunny-dew-1"), s.Run("misty-bird-2")
			for i, d := range []*Display{a, b} {
				d.Start(url, false)
				d.row(map[string]any{"loss": i})
				d.Progress(Progress{Rows: int64(i), OfRows: 3, Files: 0, OfFiles: i, Bytes: 1e6, OfBytes: 5e6})
				settle(s)
			}
			a.End(End{URL: url})
			b.End(End{URL: url})
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			golden(t, tt.name, play(tt.style, tt.show))
		})
	}
}

func TestScreen_Silent_ShowsNothing(t *testing.T) {
	t.Parallel()
	assert.Nil(t, NewScreen(nil, nil))
	assert.Nil(t, NewScreen(io.Discard, nil))
	var s *Screen
	assert.False(t, s.Terminal())
	s.Waiting("s", time.Hour)()
	d := s.Run("n")
	require.Nil(t, d)
	d.Start("u", true)
	d.row(map[string]any{"a": 1.0})
	d.Offline("d", "r")
	d.Nowhere("r")
	d.Lost("d", "r")
	d.Warn("w")
	d.Stopped()
	d.Progress(Progress{Rows: 1, OfRows: 2})
	d.End(End{URL: "u"})
}

// The log file of a batch job has one line for each event.
func TestScreen_LogFile_HasOneLineForEachEvent(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	s := NewScreen(&b, nil)
	assert.False(t, s.Terminal())
	const url = "https://forge.coreweave.com/wandb/acme/vision/runs/abc"
	dir := "/data/my runs/wandb/run-1"
	for _, event := range []func(d *Display){
		func(d *Display) { d.Start(url, false) },
		func(d *Display) { d.Start(url, true) },
		func(d *Display) { d.Offline(dir, "user \"jo\" is not\na member of team \"acme\"\x1b[31m") },
		func(d *Display) { d.Offline(dir, "") },
		func(d *Display) { d.Nowhere("no space left on device") },
		func(d *Display) { d.Lost(dir, "your role was changed") },
		func(d *Display) { d.Lost("", "your role was changed") },
		func(d *Display) { d.Warn("another process writes this run") },
		func(d *Display) { d.Stopped() },
		func(d *Display) { d.Progress(Progress{Rows: 1, OfRows: 2}) },
		func(d *Display) { d.End(End{URL: url}) },
		func(d *Display) { d.End(End{URL: url, Code: 1}) },
		func(d *Display) { d.End(End{Dir: dir}) },
		func(d *Display) { d.End(End{URL: url, Dir: dir, Code: 255, Err: io.ErrUnexpectedEOF}) },
		func(d *Display) { d.End(End{URL: url, Err: io.ErrUnexpectedEOF}) },
	} {
		d := s.Run("sunny-dew-1")
		d.row(map[string]any{"loss": 1.5})
		event(d)
		settle(s)
	}
	golden(t, "logfile", b.Bytes())
}

// count is a number type of its own.
type count int

// Everything that the summary shows as a number has a trend.
func TestRow_EachKindOfNumber_HasATrend(t *testing.T) {
	t.Parallel()
	half := 0.5
	cyclic := map[string]any{"x": 1}
	cyclic["self"] = cyclic
	d := newScreen(io.Discard, term.Style{}).Run("r")
	d.row(map[string]any{
		"float64": 1.0, "float32": float32(0.5), "int": 1, "int8": int8(1), "int16": int16(1), "int32": int32(1), "int64": int64(1),
		"uint": uint(1), "uint8": uint8(1), "uint16": uint16(1), "uint32": uint32(1), "uint64": uint64(1),
		"duration": 1500 * time.Millisecond, "pointer": &half, "own": count(7),
		"struct": struct {
			Loss float64 `json:"loss"`
			In   struct{ Deep int }
		}{Loss: 0.25},
		"map":   map[string]any{"a": map[string]any{"b": map[string]any{"c": 3}}},
		"other": map[string]float64{"a": 1}, "cyclic": cyclic,
		"text": "1", "bool": true, "nil": nil, "list": []float64{1}, "when": time.Now(), "nobody": (*float64)(nil), "func": func() {},
		"_own": 1,
	})
	got := make(map[string]float64)
	for name, t := range d.trends {
		got[name] = t.last
	}
	assert.Equal(t, map[string]float64{
		"float64": 1, "float32": 0.5, "int": 1, "int8": 1, "int16": 1, "int32": 1, "int64": 1,
		"uint": 1, "uint8": 1, "uint16": 1, "uint32": 1, "uint64": 1,
		"duration": 1.5, "pointer": 0.5, "own": 7, "struct.loss": 0.25, "struct.In.Deep": 0,
		"map.a.b.c": 3, "other.a": 1, "cyclic.x": 1,
	}, got)
}

func TestRow_OtherKeysBetween_TrendsContinue(t *testing.T) {
	t.Parallel()
	d := newScreen(io.Discard, term.Style{}).Run("r")
	for i := range 10 {
		d.row(map[string]any{"loss": i, "lr": i, "note": "x"})
		if i%3 == 0 {
			d.row(map[string]any{"loss": -i, "val": map[string]any{"loss": i}, "lr": "none"})
		}
	}
	assert.EqualValues(t, 14, d.rows)
	for name, want := range map[string]struct {
		seen int
		last float64
	}{"loss": {14, -9}, "lr": {10, 9}, "val.loss": {4, 9}} {
		require.Contains(t, d.trends, name)
		assert.Equal(t, want.seen, d.trends[name].seen, name)
		assert.InDelta(t, want.last, d.trends[name].last, 0, name)
	}
}

func TestTrend_ManyValues_KeepsTheShape(t *testing.T) {
	t.Parallel()
	var tr trend
	for i := range 100_000 {
		tr.add(float64(i))
	}
	assert.LessOrEqual(t, len(tr.points), maxPoints)
	assert.InDelta(t, 99_999, tr.last, 0)
	line := []rune(tr.sparkline(14))
	assert.Len(t, line, 14)
	assert.True(t, slices.IsSorted(line), "a rising line rises: %s", string(line))
	assert.Greater(t, line[13], line[0])
	assert.Empty(t, (&trend{}).sparkline(10))
}

func TestTable_ManyMetrics_AreLimited(t *testing.T) {
	t.Parallel()
	d := newScreen(io.Discard, term.Style{}).Run("r")
	row := make(map[string]any)
	for i := range 1000 {
		row[string(rune('a'+i%26))+string(rune('a'+i/26))] = float64(i)
	}
	d.row(row)
	assert.Len(t, d.trends, maxTrends)
	assert.Contains(t, d.table(), "and 180 more")
}
