package display

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/wandgo/wandgo/internal/term"
)

// Progress is the progress of the final upload of a run.
type Progress struct {
	Rows, OfRows   int64 // uploaded and logged
	Files, OfFiles int   // uploaded and saved
	// Artifacts are those on the server, of those that were logged.
	Artifacts, OfArtifacts int
	// Bytes of files and artifacts are sent. OfBytes is 0 while the size of a file is unknown.
	Bytes, OfBytes int64
}

// Progress shows the progress of the final upload, until End. It is called again and
// again: if nothing changes for a while, it says that the run waits for the server. It
// does not wait for the terminal: a slow one skips lines.
func (d *Display) Progress(p Progress) {
	if d == nil {
		return
	}
	s := d.screen
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if p != d.progress || d.changed.IsZero() {
		d.progress, d.changed = p, now
	}
	d.waiting = 0
	if still := now.Sub(d.changed); still >= waitingAfter {
		d.waiting = still.Truncate(time.Second)
	}
	if s.plain {
		if d.waiting > 0 && !d.waited {
			d.waited = true
			s.add(s.line(d.label() + "waiting for the server, which has " + p.String()))
		}
		return
	}
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
		what := ": " + uploading(d.waiting) + d.progress.String()
		s.status = "run " + term.Cut(d.name, max(minName, columns-len(mark)-len(" run ")-term.Width(what))) + what
	default:
		var sum Progress
		known := true
		waiting := s.uploads[0].waiting // the least of all
		for _, d := range s.uploads {
			p := d.progress
			sum.Rows, sum.OfRows = sum.Rows+p.Rows, sum.OfRows+p.OfRows
			sum.Files, sum.OfFiles = sum.Files+p.Files, sum.OfFiles+p.OfFiles
			sum.Artifacts, sum.OfArtifacts = sum.Artifacts+p.Artifacts, sum.OfArtifacts+p.OfArtifacts
			sum.Bytes, sum.OfBytes = sum.Bytes+p.Bytes, sum.OfBytes+p.OfBytes
			waiting = min(waiting, d.waiting)
			known = known && (p.OfBytes > 0 || p.OfFiles+p.OfArtifacts == 0)
		}
		if !known {
			sum.OfBytes = 0
		}
		s.status = fmt.Sprintf("%s%d runs: %v", uploading(waiting), len(s.uploads), sum)
	}
	s.status = term.Cut(s.status, columns-len(mark)-1)
	if s.status != s.shown {
		s.wake()
	}
}

// uploading is what is being done, for how long in vain.
func uploading(waiting time.Duration) string {
	if waiting == 0 {
		return "uploading "
	}
	return fmt.Sprintf("waiting for the server (%v), uploaded ", waiting)
}

// minName is how many columns of a run's name are always shown.
const minName = 8

// String returns the progress in numbers.
func (p Progress) String() string {
	text := fmt.Sprintf("%d of %d rows", p.Rows, p.OfRows)
	if p.OfFiles > 0 {
		text += fmt.Sprintf(", %d of %d files", p.Files, p.OfFiles)
	}
	if p.OfArtifacts > 0 {
		text += fmt.Sprintf(", %d of %d artifacts", p.Artifacts, p.OfArtifacts)
	}
	if p.OfFiles+p.OfArtifacts == 0 {
		return text
	}
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
