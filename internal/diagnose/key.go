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
	cause, reason, notes := d.keyFlaw()
	if cause == nil {
		return nil
	}
	e := d.report(q).refused()
	e.Cause, e.Confidence, e.Notes, e.Err = cause, errors.Certain, notes, reason
	return e
}

func (d *Diagnoser) keyFlaw() (cause, reason error, notes []string) {
	s := d.config.Settings
	switch {
	case d.config.Identity != nil:
		if err := d.config.Identity.Ready(); err != nil {
			return errors.ErrNoAPIKey, nil, []string{err.Error()}
		}
		return nil, nil, nil
	case s.Key.Empty():
		return errors.ErrNoAPIKey, nil, s.KeyLookups
	}
	var flaws []string
	for _, flaw := range settings.CheckKey(s.Key) {
		if flaw.Fatal {
			flaws = append(flaws, flaw.Text)
		} else {
			notes = append(notes, "the key "+flaw.Text)
		}
	}
	if len(flaws) == 0 {
		return nil, nil, nil
	}
	return errors.ErrBadAPIKey, errors.New("the API key " + strings.Join(flaws, "; it also ")), notes
}
