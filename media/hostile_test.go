package media_test

import (
	"fmt"
	"image"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/media"
)

func TestLog_HostileKeysAndFileNames_StayBelowTheRunsDirectory(t *testing.T) {
	t.Parallel()
	s, _, run := start(t, client.ModeOnline)
	dir := t.TempDir()
	file := filepath.Join(dir, "..  "+strings.Repeat("f", 200)+".wav")
	require.NoError(t, os.WriteFile(file, []byte("RIFF"), 0o600))
	row := make(map[string]any)
	for _, key := range []string{"../../../x", "a\x00b", strings.Repeat("k", 300), "😀/é", "CON", "NUL.txt", "/etc/passwd", "a\nb", `..\..\x`, strings.Repeat("d/", 300)} {
		table := media.NewTable("f")
		require.NoError(t, table.AddRow(media.AudioFile(file)))
		row[key] = media.HTML(key)
		row[key+"t"] = table
	}
	require.NoError(t, run.Log(row))
	root := filepath.Dir(run.Dir())
	view := finished(t, s, run)
	got := view.History()[0]
	for key := range row {
		key = strings.ToValidUTF8(key, "\ufffd")
		_, err := view.MediaFiles(got[key])
		require.NoError(t, err, "%q", key)
	}
	for _, a := range s.Artifacts() {
		assert.Equal(t, "COMMITTED", a.State, a.Collection)
		assert.Empty(t, a.Violations())
		assert.Len(t, a.Files, 2)
	}
	require.NoError(t, filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && strings.Contains(path, "media") {
			assert.True(t, strings.HasPrefix(path, filepath.Join(run.Dir(), "files", "media")), path)
		}
		return err
	}))
	others, err := os.ReadDir(filepath.Dir(root))
	require.NoError(t, err)
	assert.Len(t, others, 1, "%v", others)
}

func TestHistogram_RangeTooNarrowToDivide_CountsAllValues(t *testing.T) {
	t.Parallel()
	s, _, run := start(t, client.ModeOnline)
	tiny := math.SmallestNonzeroFloat64
	require.NoError(t, run.Log(map[string]any{
		"equal":     media.Histogram([]float64{1e17, 1e17}, 64),
		"tiny":      media.Histogram([]float64{0, tiny, 0, tiny}, 64),
		"vanishing": media.Histogram([]float64{0, 1e-310, 5e-310, 1e-309}, 10),
	}))
	row := finished(t, s, run).History()[0]
	for key, want := range map[string]float64{"equal": 2, "tiny": 4, "vanishing": 4} {
		h, ok := row[key].(map[string]any)
		require.True(t, ok, key)
		counts, ok := h["values"].([]any)
		require.True(t, ok, key)
		sum := 0.0
		for _, c := range counts {
			n, err := strconv.ParseFloat(fmt.Sprint(c), 64)
			require.NoError(t, err)
			sum += n
		}
		assert.InDelta(t, want, sum, 0, key)
		if key == "vanishing" {
			assert.Equal(t, "[1 1 0 0 0 1 0 0 0 1]", fmt.Sprint(counts))
		}
	}
}

func TestHistogramOf_CountIsNotFinite_IsAnInputError(t *testing.T) {
	t.Parallel()
	_, _, run := start(t, client.ModeOffline)
	for _, count := range []float64{math.NaN(), math.Inf(1)} {
		var input *errors.InputError
		require.ErrorAs(t, run.Log(map[string]any{"h": media.HistogramOf([]float64{count}, []float64{0, 1})}), &input)
	}
	require.NoError(t, run.Finish(t.Context()))
}

func TestImage_NilPointer_IsAnInputError(t *testing.T) {
	t.Parallel()
	_, _, run := start(t, client.ModeOffline)
	for _, img := range []image.Image{nil, (*image.RGBA)(nil), (*image.Uniform)(nil)} {
		var input *errors.InputError
		require.ErrorAs(t, run.Log(map[string]any{"i": media.Image(img)}), &input)
	}
	require.NoError(t, run.Finish(t.Context()))
}
