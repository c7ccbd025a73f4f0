package diagnose

import (
	"strings"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/settings"
)

// CheckKey returns an *errors.PermissionError if requests cannot be made, without
// making one: there is no API key, the key cannot be one, or the identity token's
// file holds none.
func (d *Diagnoser) CheckKey(q Question) error {
	e := d.refused(q)
	e.Confidence = errors.Certain
	s := d.config.Settings
	switch {
	case d.config.Identity != nil:
		if err := d.config.Identity.Ready(); err != nil {
			e.Cause, e.Notes = errors.ErrNoAPIKey, []string{err.Error()}
		}
	case s.Key.Empty():
		e.Cause, e.Notes = errors.ErrNoAPIKey, s.KeyLookups
	default:
		var flaws []string
		for _, flaw := range settings.CheckKey(s.Key) {
			if flaw.Fatal {
				flaws = append(flaws, flaw.Text)
			} else {
				e.Notes = append(e.Notes, "the key "+flaw.Text)
			}
		}
		if len(flaws) > 0 {
			e.Cause, e.Err = errors.ErrBadAPIKey, errors.New("the API key "+strings.Join(flaws, "; it also "))
		}
	}
	if e.Cause == nil {
		return nil
	}
	return e
}
