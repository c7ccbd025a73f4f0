package media

import (
	"bytes"
	"fmt"
	"image"
	"image/color/palette"
	"image/draw"
	"image/gif"
	"time"

	"github.com/wandgo/wandgo/internal/media"
)

// VideoOptions are what a video has beside its frames. The zero value is fine.
type VideoOptions struct {
	// Caption is shown below the video.
	Caption string
}

// VideoValue is a video for a row. [VideoFile] and [GIF] make it.
type VideoValue struct{ holder }

// VideoFile is a video in a file, which is stored as it is: gif, mp4, webm or ogg. It is
// copied while the value is logged.
func VideoFile(path string, options ...VideoOptions) *VideoValue {
	return &VideoValue{media.Hold(openSingle(&videoType, path, first(options).Caption, "gif", "mp4", "webm", "ogg"))}
}

// GIF is a video of frames of one size, each of which is shown for delay, in steps of 10 ms. It
// repeats forever. It is encoded before GIF returns, with 256 colors.
func GIF(frames []image.Image, delay time.Duration, options ...VideoOptions) *VideoValue {
	return &VideoValue{media.Hold(encodeGIF(frames, delay, first(options).Caption))}
}

func encodeGIF(frames []image.Image, delay time.Duration, caption string) (*single, error) {
	if len(frames) == 0 {
		return nil, invalid("video", "has no frames")
	}
	if delay < 0 {
		return nil, invalid("video", "must not have a negative delay; it is %s", delay)
	}
	var out gif.GIF
	var size image.Point
	for i, frame := range frames {
		if frame == nil {
			return nil, invalid("video", "frame %d is nil", i)
		}
		if i == 0 {
			size = frame.Bounds().Size()
			if err := checkSize(size); err != nil {
				return nil, err
			}
		}
		if got := frame.Bounds().Size(); got != size {
			return nil, invalid("video", "frame %d has %d×%d pixels, and the first %d×%d", i, got.X, got.Y, size.X, size.Y)
		}
		paletted, ok := frame.(*image.Paletted)
		if !ok || frame.Bounds().Min != (image.Point{}) {
			paletted = image.NewPaletted(image.Rectangle{Max: size}, palette.Plan9)
			draw.FloydSteinberg.Draw(paletted, paletted.Rect, frame, frame.Bounds().Min)
		}
		out.Image = append(out.Image, paletted)
		out.Delay = append(out.Delay, int(delay/(10*time.Millisecond)))
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, &out); err != nil {
		return nil, fmt.Errorf("encode video: %w", err)
	}
	return &single{
		of: &videoType, ext: ".gif", file: media.FileOf(b.Bytes()), caption: caption, width: size.X, height: size.Y,
	}, nil
}

var videoType = singleType{
	name: "video-file", kind: "videos", list: "videos",
	members: func(list []*single, items []singleJSON) map[string]any {
		return map[string]any{"videos": items, "captions": captionsOrFalse(list)}
	},
}
