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
	return &VideoValue{openSingle(&videoType, path, first(options).Caption, "gif", "mp4", "webm", "ogg")}
}

// GIF is a video of frames of one size, each of which is shown for delay, in steps of 10 ms. It
// repeats forever. It is encoded before GIF returns, with 256 colors.
func GIF(frames []image.Image, delay time.Duration, options ...VideoOptions) *VideoValue {
	content, size, err := encodeGIF(frames, delay)
	if err != nil {
		return &VideoValue{media.Fail(err)}
	}
	return &VideoValue{media.Hold(&single{
		of: &videoType, ext: ".gif", file: media.FileOf(content), caption: first(options).Caption,
		width: size.X, height: size.Y,
	})}
}

func encodeGIF(frames []image.Image, delay time.Duration) ([]byte, image.Point, error) {
	if len(frames) == 0 {
		return nil, image.Point{}, invalid("video", "has no frames")
	}
	if delay < 0 {
		return nil, image.Point{}, invalid("video", "must not have a negative delay; it is %s", delay)
	}
	var out gif.GIF
	var size image.Point
	for i, frame := range frames {
		if frame == nil {
			return nil, size, invalid("video", "frame %d is nil", i)
		}
		if i == 0 {
			size = frame.Bounds().Size()
			if err := checkSize(size); err != nil {
				return nil, size, err
			}
		}
		if got := frame.Bounds().Size(); got != size {
			return nil, size, invalid("video", "frame %d has %d×%d pixels, and the first %d×%d", i, got.X, got.Y, size.X, size.Y)
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
		return nil, size, fmt.Errorf("encode video: %w", err)
	}
	return b.Bytes(), size, nil
}

var videoType = singleType{
	name: "video-file", kind: "videos", list: "videos",
	members: func(list []*single, items []singleJSON) map[string]any {
		return map[string]any{"videos": items, "captions": captionsOrFalse(list)}
	},
}
