package media_test

import (
	"image"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/media"
)

// withoutFiles removes what differs from file to file, and returns how many files there are.
func withoutFiles(v any) int {
	n := 0
	switch v := v.(type) {
	case map[string]any:
		if _, ok := v["sha256"]; ok {
			n++
		}
		delete(v, "sha256")
		delete(v, "size")
		for key, below := range v {
			if path, ok := below.(string); ok && key == "path" {
				v[key] = shape(path)
			}
			n += withoutFiles(below)
		}
	case []any:
		for i, below := range v {
			if path, ok := below.(string); ok {
				v[i] = shape(path)
			}
			n += withoutFiles(below)
		}
	}
	return n
}

// shape is a name without its hash.
func shape(path string) string {
	at := strings.LastIndexByte(path, '_')
	if at < 0 || len(path) < at+21 {
		return path
	}
	return path[:at+1] + "#" + path[at+21:]
}

func TestValues_Logged_HistoryIsThatOfTheOfficialClient(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := func(name string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte("content of "+name), 0o600))
		return path
	}
	small := func(caption string) *media.ImageValue {
		return media.Image(gradient(2, 1), media.ImageOptions{Caption: caption})
	}
	masks := map[string]media.Mask{"m": {Pixels: image.NewGray(image.Rect(0, 0, 2, 1))}}
	type object = map[string]any
	type list = []any
	frames := []image.Image{gradient(3, 2), gradient(3, 2)}
	cloud := [][]float64{{0, 1, 2}}
	tests := []struct {
		name        string
		value, want any
	}{
		{"images", []*media.ImageValue{small("a"), small("")}, object{
			"_type": "images/separated", "width": 2.0, "height": 1.0, "format": "png", "count": 2.0,
			"filenames": list{"media/images/v_0_#.png", "media/images/v_0_#.png"}, "captions": list{"a", nil},
		}},
		{"images in a list of any", []any{small("")}, object{
			"_type": "images/separated", "width": 2.0, "height": 1.0, "format": "png", "count": 1.0, "filenames": list{"media/images/v_0_#.png"},
		}},
		{"images with a mask", []*media.ImageValue{media.Image(gradient(2, 1), media.ImageOptions{Masks: masks}), small("b")}, object{
			"_type": "images/separated", "width": 2.0, "height": 1.0, "format": "png", "count": 2.0,
			"filenames": list{"media/images/v_0_#.png", "media/images/v_0_#.png"},
			"all_masks": list{object{"m": object{"_type": "mask", "path": "media/images/mask/v_0_#.mask.png"}}, nil},
		}},
		{"mixed list", []any{small(""), media.HTML("x"), 1}, list{
			object{"_type": "image-file", "path": "media/images/v_0_#.png", "format": "png", "width": 2.0, "height": 1.0},
			object{"_type": "html-file", "path": "media/html/v_0_#.html"},
			1.0,
		}},
		{"audio", media.Audio([]float32{0, 0.5}, 8000, media.AudioOptions{Caption: "c"}), object{"_type": "audio-file", "path": "media/audio/v_0_#.wav", "caption": "c"}},
		{"audios", []*media.AudioValue{media.Audio([]float64{0, 0.5}, 8000), media.AudioFile(path("x.mp3"), media.AudioOptions{Caption: "c"})}, object{
			"_type": "audio", "count": 2.0, "sampleRates": list{8000.0, nil}, "durations": list{0.00025, nil}, "captions": list{"", "c"},
			"audio": list{object{"_type": "audio-file", "path": "media/audio/v_0_#.wav"}, object{"_type": "audio-file", "path": "media/audio/v_0_#.mp3", "caption": "c"}},
		}},
		{"video", media.VideoFile(path("x.MP4")), object{"_type": "video-file", "path": "media/videos/v_0_#.mp4"}},
		{"gif", media.GIF(frames, 100*time.Millisecond), object{"_type": "video-file", "path": "media/videos/v_0_#.gif", "width": 3.0, "height": 2.0}},
		{"videos", []*media.VideoValue{media.VideoFile(path("x.webm"))}, object{
			"_type": "videos", "count": 1.0, "captions": false, "videos": list{object{"_type": "video-file", "path": "media/videos/v_0_#.webm"}},
		}},
		{"htmls", []*media.HTMLValue{media.HTML("<b>x</b>")}, object{
			"_type": "html", "count": 1.0, "html": list{object{"_type": "html-file", "path": "media/html/v_0_#.html"}},
		}},
		{"points", media.PointCloud(cloud, media.ObjectOptions{Caption: "c"}), object{"_type": "object3D-file", "path": "media/object3D/v_0_#.pts.json", "caption": "c"}},
		{"objects", []*media.Object3DValue{media.Object3DFile(path("x.glb")), media.Scene{Points: cloud}.Value()}, object{
			"_type": "object3D", "count": 2.0, "filenames": list{"v_0_#.glb", "v_0_#.pts.json"},
			"objects": list{object{"_type": "object3D-file", "path": "media/object3D/v_0_#.glb"}, object{"_type": "object3D-file", "path": "media/object3D/v_0_#.pts.json"}},
		}},
		{"molecules", []*media.MoleculeValue{media.Molecule(path("x.pdb"), media.ObjectOptions{Caption: "m"})}, object{
			"_type": "molecule", "count": 1.0, "filenames": list{"media/molecule/v_0_#.pdb"}, "captions": list{"m"},
		}},
		{"bokeh", media.Bokeh([]byte(`{"roots":[]}`)), object{"_type": "bokeh-file", "path": "media/bokeh/v_0_#.bokeh.json"}},
		{"plotly", media.Plotly([]byte(`{"data":[],"layout":{}}`)), object{"_type": "plotly-file", "path": "media/plotly/v_0_#.plotly.json"}},
		{"histogram", media.Histogram([]int{0, 1, 1, 4}, 4), object{"_type": "histogram", "values": list{1.0, 2.0, 0.0, 1.0}, "bins": list{0.0, 1.0, 2.0, 3.0, 4.0}}},
		{"histogram of counts", media.HistogramOf([]float64{1, 0.5}, []float64{0, 1, 8}), object{"_type": "histogram", "values": list{1.0, 0.5}, "bins": list{0.0, 1.0, 8.0}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, _, run := start(t, client.ModeOnline)
			require.NoError(t, run.Log(map[string]any{"v": tt.value}))
			view := finished(t, s, run)
			got := view.History()[0]["v"]
			if _, list := got.([]any); !list {
				_, err := view.MediaFiles(got)
				require.NoError(t, err)
			}
			assert.Equal(t, got, view.Summary["v"])
			withoutFiles(got)
			assert.Equal(t, tt.want, got)
		})
	}
}

func TestValues_CannotBeMade_ErrorSaysWhy(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		value any
		want  string
	}{
		{"audio without rate", media.Audio([]float64{0}, 0), "sample rate"},
		{"audio of two channels", media.Audio([]float64{0}, 1, media.AudioOptions{Channels: 2}), "multiple of the channels"},
		{"audio with NaN", media.Audio([]float64{math.NaN()}, 1), "must not be NaN"},
		{"audio of another type", media.AudioFile("x.exe"), "extensions"},
		{"video without frames", media.GIF(nil, 0), "no frames"},
		{"video with a nil frame", media.GIF([]image.Image{nil}, 0), "frame 0 is nil"},
		{"video with a frame of another size", media.GIF([]image.Image{gradient(1, 1), gradient(2, 1)}, 0), "frame 1 has 2×1 pixels, and the first 1×1"},
		{"page that is missing", media.HTMLFile(filepath.Join(t.TempDir(), "x.html")), "no such file"},
		{"points of two numbers", media.PointCloud([][]float64{{1, 2}}), "3, 4 or 6"},
		{"points of several lengths", media.PointCloud([][]float64{{1, 2, 3}, {1, 2, 3, 4}}), "point 1 has 4 numbers, and the first 3"},
		{"infinite point", media.PointCloud([][]float64{{1, 2, math.Inf(1)}}), "+Inf"},
		{"figure that is a list", media.Plotly([]byte(`[]`)), "JSON object"},
		{"document that is a list", media.Bokeh([]byte(`[]`)), "JSON object"},
		{"document without roots", media.Bokeh([]byte(`{}`)), `"roots"`},
		{"figure without data", media.Plotly([]byte(`{}`)), `list "data"`},
		{"histogram with NaN", media.Histogram([]float64{1, math.NaN()}, 0), "must have finite values, and has NaN"},
		{"histogram with infinity", media.Histogram([]float32{1, float32(math.Inf(-1))}, 0), "finite"},
		{"histogram with 513 bins", media.Histogram([]int{1}, 513), "from 1 to 512 bins"},
		{"counts without edges", media.HistogramOf([]int{1}, nil), "one more edge"},
		{"edges that shrink", media.HistogramOf([]int{1}, []float64{1, 0}), "edge 1 is 0"},
	}
	_, _, run := start(t, client.ModeOffline)
	for _, tt := range tests {
		err := run.Log(map[string]any{"bad": tt.value})
		require.ErrorIs(t, err, errors.ErrInvalidInput, tt.name)
		require.ErrorContains(t, err, `"bad"`, tt.name)
		require.ErrorContains(t, err, tt.want, tt.name)
	}
	require.NoError(t, run.Finish(t.Context()))
}

func TestImages_MoreThanTheLimit_FirstAreStoredWithOneWarning(t *testing.T) {
	t.Parallel()
	s, _, run := start(t, client.ModeOnline)
	many := make([]*media.ImageValue, media.MaxImages+2)
	for i := range many {
		many[i] = media.Image(gradient(1+i%2, 1))
	}
	require.NoError(t, run.Log(map[string]any{"all": many}))
	view := finished(t, s, run)
	all, _ := view.History()[0]["all"].(map[string]any)
	assert.InDelta(t, media.MaxImages, all["count"], 0)
	names, _ := all["filenames"].([]any)
	assert.Len(t, names, media.MaxImages)
	stored := 0
	for name := range view.Files {
		if strings.HasPrefix(name, "media/") {
			stored++
		}
	}
	assert.Equal(t, 2, stored, "equal images are one file")
}
