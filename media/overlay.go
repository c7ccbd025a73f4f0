package media

import (
	"cmp"
	"fmt"
	"image"
	"maps"
	"math"
	"slices"

	"github.com/wandgo/wandgo/internal/media"
)

// Mask says to which class each pixel of an image belongs.
type Mask struct {
	// Pixels has the class of each pixel as its gray value. It has the size of the image.
	Pixels *image.Gray
	// Labels are the names of the classes. If it is nil, they are class_0 and so on.
	Labels map[int]string
}

// BoxSet is a set of bounding boxes of an image.
type BoxSet struct {
	Boxes []Box
	// Labels are the names of the classes.
	Labels map[int]string
}

// Box is a bounding box.
type Box struct {
	// MinX, MaxX, MinY and MaxY are fractions of the width and height of the image, or
	// pixels if Pixels is set. A box outside of the image is an error, except for rounding
	// by up to a thousandth of the side.
	MinX, MaxX, MinY, MaxY float64
	Pixels                 bool
	Class                  int
	Caption                string
	// Scores are numbers by which the web page can filter boxes.
	Scores map[string]float64
}

// CenteredBox is a box given by its center and size.
func CenteredBox(x, y, width, height float64) Box {
	return Box{MinX: x - width/2, MaxX: x + width/2, MinY: y - height/2, MaxY: y + height/2}
}

// overlays are the masks and boxes of an image, encoded.
type overlays struct{ masks, boxes []overlay }

type overlay struct {
	name   string
	file   *media.File
	labels map[int]string
	boxes  []any    // of a set of boxes, as an artifact has them
	scores []string // their names
}

func (o *ImageOptions) overlays(size image.Point) (overlays, error) {
	var out overlays
	for _, name := range slices.Sorted(maps.Keys(o.Masks)) {
		m := o.Masks[name]
		if m.Pixels == nil {
			return out, invalid("mask", "%q has no pixels", name)
		}
		if got := m.Pixels.Rect.Size(); size != (image.Point{}) && got != size {
			return out, invalid("mask", "%q has %d×%d pixels, and the image %d×%d", name, got.X, got.Y, size.X, size.Y)
		}
		if err := cmp.Or(checkSize(m.Pixels.Rect.Size()), checkPixels(m.Pixels)); err != nil {
			return out, fmt.Errorf("mask %q: %w", name, err)
		}
		content, err := encodePNG(m.Pixels)
		if err != nil {
			return out, fmt.Errorf("encode mask %q: %w", name, err)
		}
		out.masks = append(out.masks, overlay{name: name, file: media.FileOf(content), labels: m.labels()})
	}
	for _, name := range slices.Sorted(maps.Keys(o.Boxes)) {
		b := o.Boxes[name]
		content, err := b.encode(size)
		if err != nil {
			return out, fmt.Errorf("boxes %q: %w", name, err)
		}
		out.boxes = append(out.boxes, overlay{
			name: name, file: media.FileOf(content), labels: b.labels(), boxes: b.cells(), scores: b.scores(),
		})
	}
	return out, nil
}

// position is a box's place in the file.
type position struct {
	MinX float64 `json:"minX"`
	MaxX float64 `json:"maxX"`
	MinY float64 `json:"minY"`
	MaxY float64 `json:"maxY"`
}

type boxJSON struct {
	Position position           `json:"position"`
	Class    int                `json:"class_id"`
	Caption  string             `json:"box_caption,omitempty"`
	Domain   string             `json:"domain,omitempty"`
	Scores   map[string]float64 `json:"scores,omitempty"`
}

// rounding is how far a box may extend beyond the image, as a fraction of the image's side:
// as far as numbers of half precision are rounded.
const rounding = 1e-3

// fits checks that the box is within an image. A size of 0 is not known.
func (b *Box) fits(size image.Point) bool {
	width, height := 1.0, 1.0
	if b.Pixels {
		width, height = float64(size.X), float64(size.Y)
		if size == (image.Point{}) {
			width, height = math.Inf(1), math.Inf(1)
		}
	}
	return within(b.MinX, b.MaxX, width) && within(b.MinY, b.MaxY, height)
}

// misfit is the error for a box that is not within the image.
func (b *Box) misfit(i int, size image.Point) error {
	text := fmt.Sprintf("%d spans %v to %v by %v to %v", i, b.MinX, b.MaxX, b.MinY, b.MaxY)
	switch {
	case !b.Pixels:
		return invalid("box", "%s and must be within 0 to 1, with Min before Max; set Pixels if these are pixels", text)
	case size == (image.Point{}):
		return invalid("box", "%s and must not be negative, with Min before Max", text)
	}
	return invalid("box", "%s and must be within the %d×%d pixels of the image, with Min before Max", text, size.X, size.Y)
}

func within(low, high, side float64) bool {
	slack := rounding * side
	if math.IsInf(side, 1) {
		slack = rounding
	}
	return -slack <= low && low <= high && high <= side+slack
}

func (b *BoxSet) encode(size image.Point) ([]byte, error) {
	boxes := make([]boxJSON, len(b.Boxes))
	for i, box := range b.Boxes {
		for _, f := range []float64{box.MinX, box.MaxX, box.MinY, box.MaxY} {
			if math.IsNaN(f) || math.IsInf(f, 0) {
				return nil, invalid("box", "%d has a side that is not a number", i)
			}
		}
		if !box.fits(size) {
			return nil, box.misfit(i, size)
		}
		for name, f := range box.Scores {
			if math.IsNaN(f) || math.IsInf(f, 0) {
				return nil, invalid("box", "%d has a score %q that is not a number", i, name)
			}
		}
		boxes[i] = boxJSON{
			Position: position{box.MinX, box.MaxX, box.MinY, box.MaxY},
			Class:    box.Class, Caption: box.Caption, Scores: box.Scores,
		}
		if box.Pixels {
			boxes[i].Domain = "pixel"
		}
	}
	out := map[string]any{"box_data": boxes}
	if b.Labels != nil {
		out["class_labels"] = b.Labels
	}
	return appendJSON(nil, out)
}

// labels are the names of the classes; those that occur are named class_0 and so on if
// there are none.
func (b *BoxSet) labels() map[int]string {
	if b.Labels != nil {
		return maps.Clone(b.Labels)
	}
	names := make(map[int]string)
	for _, box := range b.Boxes {
		names[box.Class] = defaultLabel(box.Class)
	}
	return names
}

func (m *Mask) labels() map[int]string {
	if m.Labels != nil {
		return maps.Clone(m.Labels)
	}
	names := make(map[int]string)
	for y := m.Pixels.Rect.Min.Y; y < m.Pixels.Rect.Max.Y; y++ {
		row := m.Pixels.Pix[m.Pixels.PixOffset(m.Pixels.Rect.Min.X, y):][:m.Pixels.Rect.Dx()]
		for _, class := range row {
			if _, known := names[int(class)]; !known {
				names[int(class)] = defaultLabel(int(class))
			}
		}
	}
	return names
}

func defaultLabel(class int) string { return fmt.Sprintf("class_%d", class) }

// save adds the files and labels, and returns what the history has of both.
func (o *overlays) save(p *media.Place) (boxes, masks map[string]any) {
	for _, m := range o.masks {
		if masks == nil {
			masks = make(map[string]any)
		}
		masks[m.name] = save(p, "mask", "images/mask", ".mask.png", m.file)
		label(p, "mask/class_labels", &m)
	}
	for _, b := range o.boxes {
		if boxes == nil {
			boxes = make(map[string]any)
		}
		boxes[b.name] = save(p, "boxes2D", "metadata/boxes2D", ".boxes2D.json", b.file)
		label(p, "bounding_box/class_labels", &b)
	}
	return boxes, masks
}

// label adds the class names to the config, where the web page looks for them.
func label(p *media.Place, section string, o *overlay) {
	key := p.Key + "_wandb_delimeter_" + o.name
	text, err := appendJSON(nil, map[string]any{"type": section, "key": key, "value": o.labels})
	if err == nil && len(o.labels) > 0 { // strings have no error
		p.Config = append(p.Config, media.Entry{Section: section, Key: key, JSON: text})
	}
}

// cells are the boxes as an artifact has them.
func (b *BoxSet) cells() []any {
	out := make([]any, len(b.Boxes))
	for i, box := range b.Boxes {
		cell := map[string]any{
			"position": map[string]any{"minX": box.MinX, "maxX": box.MaxX, "minY": box.MinY, "maxY": box.MaxY},
			"class_id": int64(box.Class),
		}
		put(cell, "box_caption", box.Caption)
		if box.Pixels {
			cell["domain"] = "pixel"
		}
		if len(box.Scores) > 0 {
			scores := make(map[string]any, len(box.Scores))
			for name, f := range box.Scores {
				scores[name] = f
			}
			cell["scores"] = scores
		}
		out[i] = cell
	}
	return out
}

// scores are the names of the scores.
func (b *BoxSet) scores() []string {
	all := make(map[string]bool)
	for _, box := range b.Boxes {
		for name := range box.Scores {
			all[name] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}
