package display

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/wandgo/wandgo/internal/term"
)

// Progress is the progress of the final upload of a run.
type Progress struct {
	Rows, OfRows   int64 // uploaded and logged
	Files, OfFiles int   // uploaded and saved
	// Bytes of the files are sent. OfBytes is 0 while the size of a file is unknown.
	Bytes, OfBytes int64
}

// Progress shows the progress of the final upload, until End. It does not wait for the
// terminal: a slow one skips lines.
func (d *Display) Progress(p Progress) {
	if d == nil || d.screen.plain {
		return
	}
	s := d.screen
	s.mu.Lock()
	defer s.mu.Unlock()
	d.progress = p
	if !slices.Contains(s.uploads, d) {
		s.uploads = append(s.uploads, d)
	}
	s.showProgress()
}

// finish replaces the progress of a run by text.
func (d *Display) finish(text string) {
	s := d.screen
	s.mu.Lock()
	defer s.mu.Unlock()
	s.uploads = slices.DeleteFunc(s.uploads, func(other *Display) bool { return other == d })
	s.showProgress()
	s.add(text)
}

// showProgress updates the status line with the progress of all uploads. s.mu is held.
func (s *Screen) showProgress() {
	switch len(s.uploads) {
	case 0:
		s.status = ""
	case 1:
		d := s.uploads[0]
		what := ": uploading " + d.progress.String()
		s.status = term.Cut(d.name, max(minName, columns-len(mark)-1-term.Width(what))) + what
	default:
		var sum Progress
		known := true
		for _, d := range s.uploads {
			p := d.progress
			sum.Rows, sum.OfRows = sum.Rows+p.Rows, sum.OfRows+p.OfRows
			sum.Files, sum.OfFiles = sum.Files+p.Files, sum.OfFiles+p.OfFiles
			sum.Bytes, sum.OfBytes = sum.Bytes+p.Bytes, sum.OfBytes+p.OfBytes
			known = known && (p.OfBytes > 0 || p.OfFiles == 0)
		}
		if !known {
			sum.OfBytes = 0
		}
		s.status = fmt.Sprintf("uploading %d runs: %v", len(s.uploads), sum)
	}
	s.status = term.Cut(s.status, columns-len(mark)-1)
	if s.status != s.shown {
		s.wake()
	}
}

// minName is how many columns of a run's name are always shown.
const minName = 8

// String returns the progress in numbers.
func (p Progress) String() string {
	text := fmt.Sprintf("%d of %d rows", p.Rows, p.OfRows)
	if p.OfFiles == 0 {
		return text
	}
	text += fmt.Sprintf(", %d of %d files", p.Files, p.OfFiles)
	switch {
	case p.OfBytes > 0:
		text += fmt.Sprintf(" (%s)", size(p.Bytes, p.OfBytes))
	case p.Bytes > 0:
		text += fmt.Sprintf(" (%s sent)", size(p.Bytes, 0))
	}
	return text
}

// size writes a number of bytes, and of how many if that is known, in the unit of the
// larger number.
func size(n, of int64) string {
	units := []string{"B", "kB", "MB", "GB", "TB"}
	scale, unit := 1.0, 0
	for ; float64(max(n, of)) >= 1000*scale && unit < len(units)-1; unit++ {
		scale *= 1000
	}
	format := func(n int64) string {
		if unit == 0 {
			return strconv.FormatInt(n, 10)
		}
		return fmt.Sprintf("%.1f", float64(n)/scale)
	}
	if of > 0 {
		return format(n) + " of " + format(of) + " " + units[unit]
	}
	return format(n) + " " + units[unit]
}
