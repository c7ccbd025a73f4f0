package diagnose

import "github.com/wandgo/wandgo/errors"

// viewerRefusal is the public error if the server does not say whose key it is.
// That concerns the key alone, so no team, role or project can be the reason and
// there is nothing else to ask.
func (d *Diagnoser) viewerRefusal(q Question, r *Failure) *errors.PermissionError {
	f := &Findings{}
	f.Who.Unauthorized = r.Class == Unauthorized
	v := Decide(r, f)
	switch r.Class {
	case Unauthorized, IdentityRefused, Intermediary, PaymentRequired, Stated:
	default:
		v = undetermined([]error{errors.ErrBadAPIKey, errors.ErrIntermediary})
	}
	return d.permissionError(q, r, f, v)
}

// unknownAccount is the public error if the server shows no account for the key.
func (d *Diagnoser) unknownAccount(q Question) *errors.PermissionError {
	e := d.refused(q)
	e.Cause, e.Confidence, e.StatusCode = errors.ErrBadAPIKey, errors.Certain, 200
	e.Notes = []string{"the server answered and recognises no account behind this key"}
	return e
}
