package media_test

import (
	"image"
	"image/color"
	"image/png"
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

// samePixels compares images pixel by pixel.
func samePixels(t *testing.T, want, got image.Image) {
	t.Helper()
	require.Equal(t, want.Bounds().Size(), got.Bounds().Size())
	w, g := want.Bounds().Min, got.Bounds().Min
	for y := range want.Bounds().Dy() {
		for x := range want.Bounds().Dx() {
			a := color.NRGBAModel.Convert(want.At(w.X+x, w.Y+y))
			b := color.NRGBAModel.Convert(got.At(g.X+x, g.Y+y))
			require.Equal(t, a, b, "pixel %d,%d", x, y)
		}
	}
}

func TestImage_Logged_ServerHasPixelsHistoryAndSummary(t *testing.T) {
	t.Parallel()
	s, _, run := start(t, client.ModeOnline)
	img := gradient(8, 4)
	want := gradient(8, 4)
	v := media.Image(img, media.ImageOptions{Caption: "epoch <3>"})
	clear(img.Pix) // the caller may reuse the image
	require.NoError(t, run.Log(map[string]any{"loss": 0.5, "val/pred": v}))
	require.NoError(t, run.Log(map[string]any{"nested": map[string]any{"deep": map[string]any{"img": v}}}))
	require.NoError(t, run.SetSummary(v, "best"))

	view := finished(t, s, run)
	rows := view.History()
	got, ok := rows[0]["val/pred"].(map[string]any)
	require.True(t, ok, rows[0])
	path, _ := got["path"].(string)
	assert.True(t, strings.HasPrefix(path, "media/images/val/pred_0_"), path)
	delete(got, "path")
	sum, _ := got["sha256"].(string)
	delete(got, "sha256")
	size, _ := got["size"].(float64)
	delete(got, "size")
	assert.Equal(t, map[string]any{"_type": "image-file", "caption": "epoch <3>", "format": "png", "width": 8.0, "height": 4.0}, got)
	assert.Len(t, sum, 64)
	assert.InDelta(t, len(view.Files[path]), size, 0)
	assert.Contains(t, view.Uploaded, path)

	images, err := view.Images(view.Summary["val/pred"])
	require.NoError(t, err)
	samePixels(t, want, images[0])
	nested, _ := rows[1]["nested"].(map[string]any)
	deep, _ := nested["deep"].(map[string]any)
	below, _ := deep["img"].(map[string]any)
	assert.Contains(t, below["path"], "media/images/img_1_", "only the last part of a nested key")
	best, _ := view.Summary["best"].(map[string]any)
	assert.Contains(t, best["path"], "media/images/best_summary_")
	_, err = view.Images(best)
	require.NoError(t, err)
}

func TestImage_Offline_SyncedWithItsFiles(t *testing.T) {
	t.Parallel()
	s, c, run := start(t, client.ModeOffline)
	box := media.CenteredBox(0.25, 0.25, 0.5, 0.5)
	box.Class = 1
	boxes := map[string]media.BoxSet{"p": {Boxes: []media.Box{box}, Labels: map[int]string{1: "dog"}}}
	require.NoError(t, run.Log(map[string]any{"pred": media.Image(gradient(4, 4), media.ImageOptions{Boxes: boxes})}))
	require.NoError(t, run.Finish(t.Context()))
	_, err := c.Sync(t.Context(), []string{run.Dir()}, client.SyncOptions{})
	require.NoError(t, err)
	view, ok := s.Run("acme", "vision", "r1")
	require.True(t, ok)
	images, err := view.Images(view.History()[0]["pred"])
	require.NoError(t, err)
	samePixels(t, gradient(4, 4), images[0])
	own, _ := view.Config["_wandb"].(map[string]any)
	labels, _ := own["bounding_box/class_labels"].(map[string]any)
	assert.Equal(t, map[string]any{
		"type": "bounding_box/class_labels", "key": "pred_wandb_delimeter_p", "value": map[string]any{"1": "dog"},
	}, labels["pred_wandb_delimeter_p"])
}

func TestImageFile_ChangedAfterLog_CopyIsUploaded(t *testing.T) {
	t.Parallel()
	s, _, run := start(t, client.ModeOnline)
	path := filepath.Join(t.TempDir(), "a.PNG")
	f, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, png.Encode(f, gradient(5, 5)))
	require.NoError(t, f.Close())
	require.NoError(t, run.Log(map[string]any{"photo": media.ImageFile(path)}))
	require.NoError(t, os.WriteFile(path, []byte("changed"), 0o600))
	view := finished(t, s, run)
	left, err := filepath.Glob(filepath.Join(run.Dir(), "*.tmp"))
	require.NoError(t, err)
	assert.Empty(t, left)
	images, err := view.Images(view.History()[0]["photo"])
	require.NoError(t, err)
	samePixels(t, gradient(5, 5), images[0])
}

func TestImage_InRowThatIsOpen_HasTheStepOfTheRow(t *testing.T) {
	t.Parallel()
	s, _, run := start(t, client.ModeOnline)
	require.NoError(t, run.LogAt(3, map[string]any{"a": media.Image(gradient(1, 1))}))
	require.NoError(t, run.LogPartial(map[string]any{"b": media.Image(gradient(2, 1))}))
	require.NoError(t, run.Log(map[string]any{"c": media.Image(gradient(3, 1))}))
	view := finished(t, s, run)
	rows := view.History()
	require.Len(t, rows, 1)
	for _, key := range []string{"a", "b", "c"} {
		v, _ := rows[0][key].(map[string]any)
		assert.Contains(t, v["path"], "media/images/"+key+"_3_")
	}
	assert.InDelta(t, 3, rows[0]["_step"], 0)
}

func TestImage_CannotBeMade_OnlyItsKeyIsLeftOut(t *testing.T) {
	t.Parallel()
	text := filepath.Join(t.TempDir(), "a.png")
	require.NoError(t, os.WriteFile(text, []byte("text"), 0o600))
	narrow := map[string]media.Mask{"m": {Pixels: image.NewGray(image.Rect(0, 0, 1, 2))}}
	short := map[string]media.Mask{"m": {Pixels: &image.Gray{Pix: make([]uint8, 3), Stride: 2, Rect: image.Rect(0, 0, 2, 2)}}}
	boxed := func(b media.Box) *media.ImageValue {
		return media.Image(gradient(2, 2), media.ImageOptions{Boxes: map[string]media.BoxSet{"p": {Boxes: []media.Box{b}}}})
	}
	tests := []struct {
		name  string
		value any
		want  string
	}{
		{"nil image", media.Image(nil), "must not be nil"},
		{"empty image", media.Image(image.NewGray(image.Rectangle{})), "must have from 1 to 65500 pixels on a side; it has 0×0"},
		{"quality beyond 100", media.Image(gradient(1, 1), media.ImageOptions{Format: media.JPEG, Quality: 500}), "must be from 1 to 100; it is 500"},
		{"negative delay", media.GIF([]image.Image{gradient(1, 1)}, -time.Second), "must not have a negative delay; it is -1s"},
		{"nil pointer", (*media.ImageValue)(nil), "a nil *media.ImageValue cannot be logged"},
		{"by value", *media.Image(gradient(1, 1)), "use the pointer that"},
		{"unknown format", media.Image(gradient(1, 1), media.ImageOptions{Format: "tiff"}), "must be png or jpg"},
		{
			"mask of another size", media.Image(gradient(2, 2), media.ImageOptions{Masks: narrow}),
			`"m" has 1×2 pixels, and the image 2×2`,
		},
		{"box of pixels without Pixels", boxed(media.Box{MinX: 10, MaxX: 50, MaxY: 1}), "must be within 0 to 1"},
		{"box beyond the image", boxed(media.Box{MaxX: 3, MaxY: 1, Pixels: true}), "must be within the 2×2 pixels of the image"},
		{"box before the image", boxed(media.Box{MinX: -0.5, MaxX: 0.5, MaxY: 1}), "must be within 0 to 1"},
		{"box with its sides swapped", boxed(media.Box{MinX: 0.5, MaxX: 0.2, MaxY: 1}), "Min before Max"},
		{"mask without its pixels", media.Image(gradient(2, 2), media.ImageOptions{Masks: short}), "too short"},
		{"zero value", &media.ImageValue{}, "not made by a function of package media"},
		{"missing file", media.ImageFile(filepath.Join(t.TempDir(), "b.png")), "no such file"},
		{"not an image", media.ImageFile(text), "is not an image"},
		{"other extension", media.ImageFile("a.txt"), "must have one of the extensions bmp, gif, jpeg, jpg, png"},
		{"directory", media.ImageFile(t.TempDir() + "/x.png/.."), "extension"},
		{"raw image", gradient(1, 1), "media.Image"},
		{"nil in a list", []*media.ImageValue{nil}, "nil element"},
		{"one of a list", []*media.ImageValue{media.Image(gradient(1, 1)), media.Image(nil)}, "must not be nil"},
	}
	s, _, run := start(t, client.ModeOnline)
	for _, tt := range tests {
		err := run.Log(map[string]any{"bad": tt.value, "loss": 1})
		require.ErrorIs(t, err, errors.ErrInvalidInput, tt.name)
		require.ErrorContains(t, err, `"bad"`, tt.name)
		require.ErrorContains(t, err, tt.want, tt.name)
	}
	rows := finished(t, s, run).History()
	require.Len(t, rows, len(tests))
	for _, row := range rows {
		assert.Contains(t, row, "loss")
		assert.NotContains(t, row, "bad")
	}
}

func TestImage_PixelsTooShortForBounds_ReturnsInputError(t *testing.T) {
	t.Parallel()
	r := image.Rect(1, 1, 5, 4)
	pix := func(n int) []uint8 { return make([]uint8, n) }
	palette := color.Palette{color.Black, color.White}
	images := map[string]image.Image{
		"gray":            &image.Gray{Pix: pix(11), Stride: 4, Rect: r},
		"no pixels":       &image.Gray{Stride: 4, Rect: r},
		"gray16":          &image.Gray16{Pix: pix(23), Stride: 8, Rect: r},
		"alpha":           &image.Alpha{Pix: pix(11), Stride: 4, Rect: r},
		"alpha16":         &image.Alpha16{Pix: pix(23), Stride: 8, Rect: r},
		"rgba":            &image.RGBA{Pix: pix(47), Stride: 16, Rect: r},
		"nrgba":           &image.NRGBA{Pix: pix(47), Stride: 16, Rect: r},
		"cmyk":            &image.CMYK{Pix: pix(47), Stride: 16, Rect: r},
		"rgba64":          &image.RGBA64{Pix: pix(95), Stride: 32, Rect: r},
		"nrgba64":         &image.NRGBA64{Pix: pix(95), Stride: 32, Rect: r},
		"negative stride": &image.RGBA{Pix: pix(48), Stride: -16, Rect: r},
		"huge stride":     &image.RGBA{Pix: pix(48), Stride: math.MaxInt, Rect: r},
		"paletted":        &image.Paletted{Pix: pix(11), Stride: 4, Rect: r, Palette: palette},
		"not in palette":  &image.Paletted{Pix: append(pix(11), 2), Stride: 4, Rect: r, Palette: palette},
		"nil in palette":  &image.Paletted{Pix: pix(12), Stride: 4, Rect: r, Palette: color.Palette{nil}},
		"no luma":         &image.YCbCr{Y: pix(11), Cb: pix(12), Cr: pix(12), YStride: 4, CStride: 4, Rect: r},
		"no chroma":       &image.YCbCr{Y: pix(12), Cb: pix(12), Cr: pix(11), YStride: 4, CStride: 4, Rect: r},
		"no alpha":        &image.NYCbCrA{YCbCr: *image.NewYCbCr(r, image.YCbCrSubsampleRatio420), A: pix(11), AStride: 4},
	}
	_, _, run := start(t, client.ModeOffline)
	for name, img := range images {
		for _, format := range []media.ImageFormat{media.PNG, media.JPEG} {
			err := run.Log(map[string]any{"bad": media.Image(img, media.ImageOptions{Format: format})})
			require.ErrorIs(t, err, errors.ErrInvalidInput, name)
			require.ErrorContains(t, err, `"bad"`, name)
		}
	}
	whole := image.NewYCbCr(r, image.YCbCrSubsampleRatio420)
	part, _ := image.NewRGBA(image.Rect(0, 0, 9, 9)).SubImage(image.Rect(3, 8, 5, 9)).(*image.RGBA)
	for _, img := range []image.Image{whole, part, &image.Paletted{Pix: pix(12), Stride: 4, Rect: r, Palette: palette}} {
		require.NoError(t, run.Log(map[string]any{"good": media.Image(img)}))
	}
	require.NoError(t, run.Finish(t.Context()))
}
