package scenario

import (
	"image"
	"image/color"
	"image/png"
	"maps"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/media"
)

// Media are the names of the scenarios about media. Their official halves are in
// testdata/media.py.
func Media() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(halves)), func(name string) bool { return !strings.HasPrefix(name, "media_") })
}

// picture is an image with 1, 3 or 4 channels.
func picture(width, height, channels int) image.Image {
	gray := image.NewGray(image.Rect(0, 0, width, height))
	img := image.NewNRGBA(gray.Rect)
	alpha := uint8(255)
	if channels == 4 {
		alpha = 128
	}
	for y := range height {
		for x := range width {
			gray.SetGray(x, y, color.Gray{uint8(x * 7)})
			img.SetNRGBA(x, y, color.NRGBA{uint8(x * 7), uint8(y * 5), uint8(x ^ y), alpha})
		}
	}
	if channels == 1 {
		return gray
	}
	return img
}

// img is an image with three channels.
func img(width, height int, o ...media.ImageOptions) *media.ImageValue {
	return media.Image(picture(width, height, 3), o...)
}

func captioned(text string) media.ImageOptions { return media.ImageOptions{Caption: text} }

// stored writes a file and returns its name.
func storedFile(name, content string) string {
	must(os.WriteFile(name, []byte(content), 0o644))
	return name
}

// logs is a scenario that logs rows.
func logs(name string, rows ...func() row) func(half) {
	return func(h half) {
		r := h.init(name, client.RunOptions{})
		for _, f := range rows {
			r.log(f())
		}
		r.finish()
	}
}

var classNames = map[int]string{0: "bg", 1: "cat", 2: "dog"}

func masked(labels map[int]string) *media.ImageValue {
	pixels := &image.Gray{Pix: []uint8{0, 1, 1, 2, 0, 0}, Stride: 3, Rect: image.Rect(0, 0, 3, 2)}
	return img(3, 2, media.ImageOptions{Masks: map[string]media.Mask{"p": {Pixels: pixels, Labels: labels}}})
}

func boxed(labels map[int]string) *media.ImageValue {
	boxes := []media.Box{
		{MinX: 0.1, MaxX: 0.5, MinY: 0.2, MaxY: 0.7, Class: 1, Caption: "a <b>", Scores: map[string]float64{"acc": 0.5}},
		{MinX: 1.5, MaxX: 2.5, MinY: 0.5, MaxY: 1.5, Class: 2, Pixels: true},
	}
	return img(3, 2, media.ImageOptions{Boxes: map[string]media.BoxSet{"p": {Boxes: boxes, Labels: labels}}})
}

type images = []*media.ImageValue

var _ = register(map[string]func(half){
	"media_image": logs("media_image",
		func() row { return row{"img": img(8, 5, captioned("epoch <3> é")), "loss": 0.5} },
		func() row { return row{"img": img(8, 5)} }),
	"media_image_kinds": logs("media_image_kinds", func() row {
		return row{"gray": media.Image(picture(4, 4, 1)), "alpha": media.Image(picture(4, 4, 4)), "grouped": img(4, 4, media.ImageOptions{Grouping: 3})}
	}),
	"media_image_file": logs("media_image_file", func() row {
		f, err := os.Create("photo.png")
		must(err)
		must(png.Encode(f, picture(6, 6, 3)))
		must(f.Close())
		return row{"photo": media.ImageFile("photo.png", captioned("f"))}
	}),
	"media_image_keys": logs("media_image_keys",
		func() row { return row{"a/b/img": img(2, 2)} },
		func() row { return row{"nested": row{"deep": row{"img": img(3, 2)}}} },
		func() row { return row{"we ird:k?y*": img(4, 2), "/lead": img(5, 2), "../up": img(6, 2)} }),
	"media_image_twice": logs("media_image_twice",
		func() row { return row{"a": img(2, 2), "b": img(2, 2)} },
		func() row { return row{"a": img(2, 2)} }),
	"media_images": logs("media_images",
		func() row { return row{"all": images{img(4, 4, captioned("first")), media.Image(picture(4, 4, 1))}} },
		func() row {
			return row{"all": images{img(4, 4), img(4, 4, captioned("second"))}, "one": images{img(1, 1)}}
		}),
	"media_masks": logs("media_masks",
		func() row { return row{"pred": masked(classNames), "all": images{masked(classNames), img(3, 2)}} },
		func() row { return row{"unlabeled": masked(nil)} }),
	"media_boxes": logs("media_boxes",
		func() row { return row{"pred": boxed(classNames), "all": images{img(3, 2), boxed(classNames)}} },
		func() row { return row{"unlabeled": boxed(nil)} }),
	"media_summary": func(h half) {
		r := h.init("media_summary", client.RunOptions{})
		r.log(row{"img": img(2, 2)})
		r.log(row{"img": img(3, 2, captioned("last"))})
		must(r.SetSummary(img(4, 2), "best"))
		r.finish()
	},
	"media_open_row": func(h half) {
		r := h.init("media_open_row", client.RunOptions{})
		r.at(3, row{"a": img(2, 2)})
		r.at(3, row{"b": img(3, 2), "loss": 1})
		r.at(7, row{"a": img(4, 2)})
		r.finish()
	},
	"media_audio": logs("media_audio",
		func() row { return row{"tone": media.Audio(wave, 8000, media.AudioOptions{Caption: "c"})} },
		func() row {
			stereo := media.Audio(wave, 16000, media.AudioOptions{Caption: "stereo", Channels: 2})
			return row{"all": []*media.AudioValue{media.Audio(wave, 8000), stereo}}
		}),
	"media_audio_file": logs("media_audio_file", func() row {
		path := storedFile("a.wav", "RIFF not really")
		return row{"tone": media.AudioFile(path), "all": []*media.AudioValue{media.AudioFile(path, media.AudioOptions{Caption: "x"})}}
	}),
	"media_video_file": logs("media_video_file",
		func() row {
			path := storedFile("a.mp4", "not really a video")
			return row{"clip": media.VideoFile(path), "all": []*media.VideoValue{media.VideoFile(path, media.VideoOptions{Caption: "x"})}}
		},
		func() row { return row{"all": []*media.VideoValue{media.VideoFile("a.mp4")}} }),
	"media_html": logs("media_html",
		func() row {
			return row{"page": media.HTML("<h1>é</h1>"), "head": media.HTML("<html><head><title>x</title></head></html>")}
		},
		func() row {
			return row{"html": media.HTML("<html><body></body></html>"), "as_is": media.HTML("<b>x</b>", media.HTMLOptions{AsIs: true})}
		},
		func() row { return row{"all": []*media.HTMLValue{media.HTML("a"), media.HTML("b")}} }),
	"media_points": logs("media_points",
		func() row {
			return row{"p3": media.PointCloud([][]float64{{0, 1, 2}, {3, 4, 5.5}}), "p4": media.PointCloud([][]float64{{0, 1, 2, 3}})}
		},
		func() row {
			return row{"p6": media.PointCloud([][]float64{{0, 1, 2, 255, 0, 1}}, media.ObjectOptions{Caption: "c"})}
		}),
	"media_object_files": logs("media_object_files", func() row {
		return row{
			"o":   media.Object3DFile(storedFile("a.obj", "v 0 0 0")),
			"all": []*media.Object3DValue{media.Object3DFile(storedFile("b.glb", "glTF"))},
		}
	}),
	"media_molecules": logs("media_molecules",
		func() row {
			return row{
				"m":   media.Molecule(storedFile("a.pdb", "ATOM"), media.ObjectOptions{Caption: "c"}),
				"all": []*media.MoleculeValue{media.Molecule(storedFile("b.cif", "data_"))},
			}
		},
		func() row {
			return row{"all": []*media.MoleculeValue{media.Molecule("a.pdb", media.ObjectOptions{Caption: "x"}), media.Molecule("b.cif")}}
		}),
	"media_plotly": logs("media_plotly", func() row {
		return row{"fig": media.Plotly([]byte(`{"data":[{"x":[1,2],"y":[3,4],"type":"scatter"}],"layout":{}}`))}
	}),
	"media_bokeh": logs("media_bokeh", func() row {
		return row{"fig": media.Bokeh([]byte(bokehDocument)), "all": []*media.BokehValue{media.Bokeh([]byte(bokehDocument)), media.Bokeh([]byte(bokehDocument))}}
	}),
	"media_histogram": logs("media_histogram",
		func() row {
			values := make([]float64, 1000)
			for i := range values {
				values[i] = math.Sin(float64(i)) * float64(i)
			}
			return row{"w": media.Histogram(values, 0), "w5": media.Histogram(values, 5), "same": media.Histogram([]int{2, 2, 2}, 0)}
		},
		func() row {
			ints := make([]int, 100)
			for i := range ints {
				ints[i] = i
			}
			return row{"w": media.HistogramOf([]int{1, 2, 0}, []float64{0, 1, 2, 8}), "ints": media.Histogram(ints, 7)}
		}),
	"media_mixed_list": logs("media_mixed_list", func() row { return row{"mixed": []any{img(2, 2), media.HTML("x")}} }),
})

const bokehDocument = `{"version":"3.4.0","title":"Bokeh Application","roots":[]}`

var wave = []float64{0, 0.5, -0.5, 1, -1, 0.25}
