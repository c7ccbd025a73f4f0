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
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

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

// show plays a run on a screen.
func show(style term.Style, end error, dir string) []byte {
	var b bytes.Buffer
	d := newDisplay(&b, style)
	d.Start("sunny-dew-1\x1b[31m", "https://wandb.ai/acme/vision/runs/abc", false)
	for i := range 1000 {
		d.Row(map[string]any{
			"loss": 1 / float64(i+1), "acc": float32(i) / 1000, "epoch": i / 100, "flat": 1.5,
			"nan": math.NaN(), "text": "x", "val": map[string]any{"loss": -float64(i)}, "_hidden": 1.0,
			"a-metric-whose-name-is-longer-than-the-column": int64(i),
		})
	}
	if dir != "" {
		d.Offline(dir, "permission denied")
	}
	d.Progress(10, 1000, 0, 0)
	d.Progress(999, 1000, 1, 12)
	d.Progress(1000, 1000, 0, 0)
	d.End("https://wandb.ai/acme/vision/runs/abc", dir, end)
	return b.Bytes()
}

func TestDisplay(t *testing.T) {
	t.Parallel()
	golden(t, "online", show(term.NewStyle(false), nil, ""))
	golden(t, "colour", show(term.NewStyle(true), nil, ""))
	golden(t, "offline", show(term.NewStyle(false), nil, "/data/wandb/offline-run-1"))
	golden(t, "lost", show(term.NewStyle(false), io.ErrUnexpectedEOF, "/data/wandb/run-1"))
	golden(t, "failed", show(term.NewStyle(false), io.ErrUnexpectedEOF, ""))

	var nowhere bytes.Buffer
	newDisplay(&nowhere, term.NewStyle(false)).Nowhere("permission denied; mkdir /data/wandb: read-only file system")
	golden(t, "nowhere", nowhere.Bytes())
}

func TestWaiting(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name            string
		patience, takes time.Duration
		says            string
	}{
		{"an answer at once", 90 * time.Second, time.Second, ""},
		{"an answer as it is told", 90 * time.Second, waitingAfter, "wandgo: no answer from http://wandb.example  yet; it has another 1m25s\n"},
		{"no answer", 90 * time.Second, 90 * time.Second, "wandgo: no answer from http://wandb.example  yet; it has another 1m25s\n"},
		{"little patience", 3 * time.Second, 3 * time.Second, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var b bytes.Buffer
				end := newDisplay(&b, term.NewStyle(false)).Waiting("http://wandb.example\n", tt.patience)
				<-time.After(tt.takes)
				synctest.Wait()
				end()
				assert.Equal(t, tt.says, b.String())
			})
		})
	}
}

// TestSilent holds that nothing is shown where there is no terminal.
func TestSilent(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	d := New(&b, func(string) string { return "" })
	require.Nil(t, d)
	d.Waiting("s", time.Hour)()
	d.Start("n", "u", true)
	d.Row(map[string]any{"a": 1.0})
	d.Offline("d", "r")
	d.Stopped()
	d.Progress(1, 2, 3, 4)
	d.End("u", "", nil)
	assert.Zero(t, b.Len())
	assert.Nil(t, New(nil, nil))
}

func TestTrend(t *testing.T) {
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

func TestManyMetrics(t *testing.T) {
	t.Parallel()
	d := newDisplay(io.Discard, term.Style{})
	row := make(map[string]any)
	for i := range 1000 {
		row[string(rune('a'+i%26))+string(rune('a'+i/26))] = float64(i)
	}
	d.Row(row)
	assert.Len(t, d.trends, maxTrends)
	assert.Contains(t, d.table(), "and 180 more")
}
