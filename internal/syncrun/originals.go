package syncrun

import (
	"path/filepath"

	"github.com/wandgo/wandgo/internal/record"
)

// Beginning is what a log and its copies have in common, whatever their directories are
// called and however much of the log each has. The zero Beginning is unknown.
type Beginning struct {
	// Started is in microseconds since 1970. Step and Runtime are those of the first row.
	Started       int64
	Step, Runtime float64
}

// Originals tells the logs of a run from copies of them.
type Originals struct {
	names  map[string]int
	begun  map[Beginning]int
	number int
}

// Add adds a log. It returns the log's number, from 0 on, or that of the log that it is a
// copy of. Where the beginning is not known, a copy has the name of the original's
// directory.
func (o *Originals) Add(dir string, b Beginning) (number int, copied bool) {
	if o.names == nil {
		o.names, o.begun = map[string]int{}, map[Beginning]int{}
	}
	name, known := filepath.Base(dir), b != Beginning{}
	if known {
		number, copied = o.begun[b]
	} else {
		number, copied = o.names[name]
	}
	if copied {
		return number, true
	}
	number = o.number
	o.number++
	o.names[name] = number
	if known {
		o.begun[b] = number
	}
	return number, false
}

// Continues reports whether a process of a run that earlier processes logged asked the
// server where to continue. Otherwise its steps and its runtime count from 0 again. The
// log of the official client does not say; if it was online, it asked.
func Continues(offline, ours bool, run *record.Run) bool {
	return !offline && (run != nil && run.Resumed || !ours)
}
