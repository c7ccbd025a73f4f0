package media

import "image"

// maxStride bounds the distance of rows, so that offsets do not overflow.
const maxStride = 1 << 30

// plane is a slice of an image that holds samples of its pixels.
type plane struct {
	have, stride int
	last         int // the offset of the last byte of the last pixel
}

// checkPixels checks that an image of package image has the pixels that its bounds promise:
// its methods panic otherwise. The bounds are not empty.
func checkPixels(img image.Image) error {
	end := img.Bounds().Max
	x, y := end.X-1, end.Y-1
	for _, p := range planes(img, x, y) {
		if p.stride < 0 || p.stride > maxStride || p.last >= p.have {
			return invalid("image", "must have the pixels of its bounds %v; its slice of %d bytes is too short", img.Bounds(), p.have)
		}
	}
	if m, ok := img.(*image.Paletted); ok {
		return checkPalette(m)
	}
	return nil
}

// planes returns the slices of an image whose last pixel is given, nil for other types.
func planes(img image.Image, x, y int) []plane {
	switch m := img.(type) {
	case *image.Gray:
		return []plane{{len(m.Pix), m.Stride, m.PixOffset(x, y)}}
	case *image.Gray16:
		return []plane{{len(m.Pix), m.Stride, m.PixOffset(x, y) + 1}}
	case *image.Alpha:
		return []plane{{len(m.Pix), m.Stride, m.PixOffset(x, y)}}
	case *image.Alpha16:
		return []plane{{len(m.Pix), m.Stride, m.PixOffset(x, y) + 1}}
	case *image.Paletted:
		return []plane{{len(m.Pix), m.Stride, m.PixOffset(x, y)}}
	case *image.RGBA:
		return []plane{{len(m.Pix), m.Stride, m.PixOffset(x, y) + 3}}
	case *image.NRGBA:
		return []plane{{len(m.Pix), m.Stride, m.PixOffset(x, y) + 3}}
	case *image.CMYK:
		return []plane{{len(m.Pix), m.Stride, m.PixOffset(x, y) + 3}}
	case *image.RGBA64:
		return []plane{{len(m.Pix), m.Stride, m.PixOffset(x, y) + 7}}
	case *image.NRGBA64:
		return []plane{{len(m.Pix), m.Stride, m.PixOffset(x, y) + 7}}
	case *image.YCbCr:
		return planesOfYCbCr(m, x, y)
	case *image.NYCbCrA:
		return append(planesOfYCbCr(&m.YCbCr, x, y), plane{len(m.A), m.AStride, m.AOffset(x, y)})
	}
	return nil
}

func planesOfYCbCr(m *image.YCbCr, x, y int) []plane {
	color := m.COffset(x, y)
	return []plane{{len(m.Y), m.YStride, m.YOffset(x, y)}, {len(m.Cb), m.CStride, color}, {len(m.Cr), m.CStride, color}}
}

// checkPalette checks that each pixel has a color.
func checkPalette(m *image.Paletted) error {
	for _, c := range m.Palette {
		if c == nil {
			return invalid("image", "must not have a nil color in its palette")
		}
	}
	width := m.Rect.Dx()
	for y := m.Rect.Min.Y; y < m.Rect.Max.Y; y++ {
		row := m.PixOffset(m.Rect.Min.X, y)
		for _, color := range m.Pix[row : row+width] {
			if int(color) >= len(m.Palette) {
				return invalid("image", "must have only colors of its palette; it has color %d of %d", color, len(m.Palette))
			}
		}
	}
	return nil
}
