package rundir

import (
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// stampLayout is the time in the name of a run's directory.
const stampLayout = "20060102_150405"

// dirName is such a name.
var dirName = regexp.MustCompile(`^(?:offline-)?run-(\d{8}_\d{6})-(.+)$`)

// Named reports whether the directory has the name of a run's, so that nothing else
// is likely to be in it.
func (d *Dir) Named() bool { return dirName.MatchString(filepath.Base(d.path)) }

// RunID returns the run's id as the name of the log tells it, else that of the
// directory; "" if neither does.
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

// Begun returns when the run began, as the name of the directory tells it; the zero
// time if it does not.
func (d *Dir) Begun() time.Time {
	m := dirName.FindStringSubmatch(filepath.Base(d.path))
	if m == nil {
		return time.Time{}
	}
	t, _ := time.ParseInLocation(stampLayout, m[1], time.Local) // the zero time for no date
	return t
}
