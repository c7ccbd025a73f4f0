package media

import (
	"bytes"
	"cmp"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	_ "image/gif" // the formats that ImageFile measures
	"image/jpeg"
	"image/png"
	"reflect"
	"sync"

	"github.com/wandgo/wandgo/internal/media"
	"github.com/wandgo/wandgo/internal/smallfile"
)

// Limits of images.
const (
	// MaxImages is how many images of a list are stored.
	MaxImages = 108
	// MaxSide is the greatest width and height, in pixels.
	MaxSide = 65500
)

// ImageFormat is how an image is encoded.
type ImageFormat string

// The formats of images.
const (
	PNG  ImageFormat = "png" // without loss; the default
	JPEG ImageFormat = "jpg"
)

// ImageOptions are what an image has beside its pixels. The zero value is fine.
type ImageOptions struct {
	// Caption is shown below the image.
	Caption string
	// Format is how [Image] encodes. Images of a file stay as they are.
	Format ImageFormat
	// Quality of a JPEG, from 1 to 100. Other values are an error. Default: 75.
	Quality int
	// Grouping is how many images form a group in the web page; 0 means no groups.
	Grouping int
	// Masks are laid over the image, by name.
	Masks map[string]Mask
	// Boxes are drawn over the image, by name.
	Boxes map[string]BoxSet
}

// ImageValue is an image for a row. [Image] and [ImageFile] make it.
type ImageValue struct{ holder }

// Image is an image of which every pixel is stored, with 8 bits per color. It is encoded
// before Image returns: img and the options can be changed afterwards. A PNG is made for
// speed rather than size; one of 256×256 pixels takes about a millisecond. The value holds
// the encoded bytes.
func Image(img image.Image, options ...ImageOptions) *ImageValue {
	return &ImageValue{media.Hold(encodeImage(img, first(options)))}
}

// ImageFile is an image in a file, which is stored as it is: png, jpg, jpeg, gif or bmp. It
// is copied while the value is logged. Width and height are read from the file, those of a
// bmp are not.
func ImageFile(path string, options ...ImageOptions) *ImageValue {
	return &ImageValue{media.Hold(openImage(path, first(options)))}
}

func first[T any](options []T) T {
	if len(options) > 0 {
		return options[0]
	}
	var zero T
	return zero
}

// picture is an image that is encoded, or in a file.
type picture struct {
	path          string
	file          *media.File // nil until it is prepared, if it is in a file
	ext           string
	format        string
	width, height int
	caption       string
	grouping      int
	overlays      overlays
}

func encodeImage(img image.Image, o ImageOptions) (*picture, error) {
	if p := reflect.ValueOf(img); img == nil || p.Kind() == reflect.Pointer && p.IsNil() {
		return nil, invalid("image", "must not be nil")
	}
	size := img.Bounds().Size()
	if err := checkSize(size); err != nil {
		return nil, err
	}
	if err := checkPixels(img); err != nil {
		return nil, err
	}
	if o.Quality < 0 || o.Quality > 100 {
		return nil, invalid("image quality", "must be from 1 to 100; it is %d", o.Quality)
	}
	over, err := o.overlays(size)
	if err != nil {
		return nil, err
	}
	v := &picture{width: size.X, height: size.Y, caption: o.Caption, grouping: o.Grouping, overlays: over}
	var content []byte
	switch o.Format {
	case "", PNG:
		v.format = "png"
		content, err = encodePNG(img)
	case JPEG, "jpeg":
		v.format = string(o.Format)
		var b bytes.Buffer
		err = jpeg.Encode(&b, img, &jpeg.Options{Quality: cmp.Or(o.Quality, jpeg.DefaultQuality)})
		content = b.Bytes()
	default:
		return nil, invalid("image format", "must be png or jpg")
	}
	if err != nil {
		return nil, fmt.Errorf("encode image: %w", err)
	}
	v.ext, v.file = "."+v.format, media.FileOf(content)
	return v, nil
}

func checkSize(size image.Point) error {
	if size.X <= 0 || size.Y <= 0 || size.X > MaxSide || size.Y > MaxSide {
		return invalid("image", "must have from 1 to %d pixels on a side; it has %d×%d", MaxSide, size.X, size.Y)
	}
	return nil
}

// encodePNG encodes with 8 bits per color, as the official client does.
func encodePNG(img image.Image) ([]byte, error) {
	switch m := img.(type) {
	case *image.Gray, *image.RGBA, *image.NRGBA, *image.Paletted:
	case *image.Gray16:
		img = copyTo(image.NewGray(m.Rect), m)
	default:
		to := image.NewNRGBA(img.Bounds())
		if opaque, ok := img.(interface{ Opaque() bool }); ok && opaque.Opaque() {
			img = copyTo(image.NewRGBA(img.Bounds()), img)
		} else {
			img = convert(to, img)
		}
	}
	var b bytes.Buffer
	err := (&png.Encoder{CompressionLevel: png.BestSpeed, BufferPool: &pngBuffers}).Encode(&b, img)
	return b.Bytes(), err
}

func copyTo(to draw.Image, from image.Image) image.Image {
	draw.Draw(to, to.Bounds(), from, from.Bounds().Min, draw.Src)
	return to
}

// convert keeps the colors of transparent pixels.
func convert(to *image.NRGBA, from image.Image) image.Image {
	b := from.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c, _ := color.NRGBAModel.Convert(from.At(x, y)).(color.NRGBA)
			to.SetNRGBA(x, y, c)
		}
	}
	return to
}

// pngBuffers keeps the encoders' buffers.
var pngBuffers bufferPool

type bufferPool struct{ pool sync.Pool }

func (p *bufferPool) Get() *png.EncoderBuffer {
	b, _ := p.pool.Get().(*png.EncoderBuffer)
	return b
}

func (p *bufferPool) Put(b *png.EncoderBuffer) { p.pool.Put(b) }

func openImage(path string, o ImageOptions) (*picture, error) {
	ext, err := extension(path, "png", "jpg", "jpeg", "gif", "bmp")
	if err != nil {
		return nil, err
	}
	f, err := smallfile.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	v := &picture{path: path, ext: "." + ext, format: ext, caption: o.Caption, grouping: o.Grouping}
	var size image.Point
	if ext != "bmp" {
		cfg, _, err := image.DecodeConfig(f)
		if err != nil {
			return nil, invalid("image file", "%s is not an image: %v", path, err)
		}
		size = image.Pt(cfg.Width, cfg.Height)
		if err := checkSize(size); err != nil {
			return nil, err
		}
	}
	v.width, v.height = size.X, size.Y
	v.overlays, err = o.overlays(size)
	return v, err
}

// Prepare implements [media.Value].
func (v *picture) Prepare(s *media.Stage) (media.Prepared, error) {
	if v.file != nil {
		return v, nil
	}
	prepared := *v
	var err error
	prepared.file, err = s.Copy(v.path)
	return &prepared, err
}

// imageJSON is an image in the history.
type imageJSON struct {
	file
	Format   string         `json:"format"`
	Width    int            `json:"width,omitempty"`
	Height   int            `json:"height,omitempty"`
	Grouping int            `json:"grouping,omitempty"`
	Boxes    map[string]any `json:"boxes,omitempty"`
	Masks    map[string]any `json:"masks,omitempty"`
}

// AppendJSON implements [media.Prepared].
func (v *picture) AppendJSON(dst []byte, p *media.Place) ([]byte, error) {
	out := imageJSON{
		file: save(p, "image-file", "images", v.ext, v.file), Format: v.format,
		Width: v.width, Height: v.height, Grouping: v.grouping,
	}
	out.Caption = v.caption
	out.Boxes, out.Masks = v.overlays.save(p)
	return appendJSON(dst, out)
}

// Kind implements [media.Lister].
func (*picture) Kind() string { return "images" }

// AppendList implements [media.Lister].
func (v *picture) AppendList(dst []byte, all []media.Prepared, p *media.Place) ([]byte, error) {
	if len(all) > MaxImages {
		p.Warn(fmt.Sprintf("only the first %d images of a list are stored; one under %q has %d", MaxImages, p.Key, len(all)))
		all = all[:MaxImages]
	}
	list := make([]*picture, len(all))
	names := make([]string, len(all))
	boxes, masks := make([]map[string]any, len(all)), make([]map[string]any, len(all))
	var anyBoxes, anyMasks, differ bool
	for i, one := range all {
		list[i], _ = one.(*picture) // their kind is the same
		names[i] = save(p, "", "images", list[i].ext, list[i].file).Path
		boxes[i], masks[i] = list[i].overlays.save(p)
		anyBoxes, anyMasks = anyBoxes || boxes[i] != nil, anyMasks || masks[i] != nil
		differ = differ || list[i].width != v.width || list[i].height != v.height
	}
	if differ {
		p.Warn(fmt.Sprintf("images of a list have different sizes; the web page shows them as large as the first (key %q)", p.Key))
	}
	out := map[string]any{"width": v.width, "height": v.height, "format": v.format, "count": len(all), "filenames": names}
	if texts := captions(list, func(v *picture) string { return v.caption }); texts != nil {
		out["captions"] = texts
	}
	if anyBoxes {
		out["all_boxes"] = boxes
	}
	if anyMasks {
		out["all_masks"] = masks
	}
	return appendTyped(dst, "images/separated", out)
}
