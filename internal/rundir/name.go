package rundir

import (
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// stampLayout is the format of the time in the name of a run's directory.
const stampLayout = "20060102_150405"

// dirName matches the name of a run's directory.
var dirName = regexp.MustCompile(`^(?:offline-)?run-(\d{8}_\d{6})-(.+)$`)

// Named reports whether the directory has the name of a run's directory, and so is
// unlikely to contain anything else.
func (d *Dir) Named() bool { return dirName.MatchString(filepath.Base(d.path)) }

// RunID returns the run's id from the name of the log or else of the directory, "" if
// neither has it.
func (d *Dir) RunID() string {
	name := strings.TrimSuffix(filepath.Base(d.log), ".wandb")
	if id, ok := strings.CutPrefix(name, "run-"); ok && id != "" {
		return id
	}
	if m := dirName.FindStringSubmatch(filepath.Base(d.path)); m != nil {
		return m[2]
	}
	return ""
}

// Started returns when the run started, from the name of the directory. It is zero if the
// name does not have it.
func (d *Dir) Started() time.Time {
	m := dirName.FindStringSubmatch(filepath.Base(d.path))
	if m == nil {
		return time.Time{}
	}
	t, _ := time.ParseInLocation(stampLayout, m[1], time.Local) // zero if it is not a date
	return t
}
