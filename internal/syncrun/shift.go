package syncrun

import (
	"encoding/json"

	"github.com/wandgo/wandgo/internal/rundir"
	"github.com/wandgo/wandgo/internal/smallfile"
)

// syncState is the file beside a log with the step at which the log starts on the server.
// The official client uses the same file.
type syncState struct {
	StartingStep int64 `json:"starting_step"`
}

// loadShift returns how far the steps are moved, nil if that is not known for this target.
func (j *job) loadShift(note *rundir.Uploaded) *int64 {
	_, noted := j.log.Dir.LoadUploaded()
	if noted && note == nil {
		return nil
	}
	if !noted && j.log.Dir.Named() && !j.log.Dir.Offline() {
		return nil // the official client also writes the file for online runs, whose steps are the server's
	}
	text, err := smallfile.Read(j.log.Path + ".syncstate")
	var s syncState
	if err != nil || json.Unmarshal(text, &s) != nil {
		return nil
	}
	return &s.StartingStep
}

func (u *upload) saveShift() {
	text, err := json.Marshal(syncState{u.resume.shift})
	if err == nil {
		err = smallfile.Write(u.log.Path+".syncstate", text)
	}
	if err != nil {
		u.unwritable(err)
	}
}
