package syncrun

import (
	"fmt"
	"math"
	"slices"

	"github.com/wandgo/wandgo/errors"
)

// rowsBefore reports whether rows of the same process have to be uploaded first. skipped is the
// reason if the log with them was skipped, err its error if it failed. A process whose disk
// gets full continues its log in another directory. If rows of the first log were added
// behind those of the second, the process's rows would no longer be in order.
func (j *job) rowsBefore() (skipped string, err error) {
	for _, before := range j.group[:slices.Index(j.group, j)] {
		if !before.result.waits() {
			continue
		}
		same, err := sameProcess(before.log, j.log)
		switch {
		case err != nil:
			return "", err
		case same && before.result.Err == nil:
			return before.result.Reason, nil
		case same:
			return "", fmt.Errorf("upload rows that follow those in another log: %w", before.result.Err)
		}
	}
	return "", nil
}

// waits reports whether another sync may upload what this one could not.
func (r *Result) waits() bool {
	if r.Unsent == 0 {
		return false
	}
	for _, final := range []error{ErrConflict, ErrUnreadable, errCannotTell} {
		if errors.Is(r.Err, final) {
			return false
		}
	}
	return true
}

// sameProcess reports whether one process wrote both logs: its runtime is zero at one time.
func sameProcess(a, b *Log) (bool, error) {
	var zero [2]float64
	for i, l := range []*Log{a, b} {
		t, err := scan(l, new(serverState), 0, 0)
		if err != nil {
			return false, err
		}
		zero[i] = t.begin
	}
	return zero[0] != 0 && math.Abs(zero[0]-zero[1]) < sameSample, nil
}
