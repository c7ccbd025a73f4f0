package diagnose

import "github.com/wandgo/wandgo/errors"

// viewerRefusal is the public error if the server does not say whose key it is.
// That concerns the key alone, so no team, role or project can be the reason and
// there is nothing else to ask.
func (c report) viewerRefusal(r *Failure) *errors.PermissionError {
	f := &Findings{}
	f.Who.Unauthorized = r.Class == Unauthorized
	v := Decide(r, f)
	switch r.Class {
	case Unauthorized, IdentityRefused, Intermediary, PaymentRequired, Stated:
	default:
		v = undetermined("viewer", []error{errors.ErrBadAPIKey, errors.ErrIntermediary})
	}
	return c.permissionError(r, f, v)
}

// unknownAccount is the public error if the server shows no account for the key.
func (c report) unknownAccount() *errors.PermissionError {
	e := c.refused()
	e.Cause, e.Confidence, e.StatusCode = errors.ErrBadAPIKey, errors.Certain, 200
	e.Notes = []string{"the server answered and recognises no account behind this key"}
	return e
}
