package diagnose

import "github.com/wandgo/wandgo/errors"

// RefuseViewer is [Refuse] for the question whose key it is. That concerns the
// key alone, so that no team, role or project can be the reason, and there is
// nobody to ask further.
func RefuseViewer(c Context, r *Refusal) *errors.PermissionError {
	f := &Findings{}
	f.Who.Unauthorized = r.Class == Unauthorized
	v := Decide(r, f)
	switch r.Class {
	case Unauthorized, IdentityRefused, Intermediary, PaymentRequired:
	default:
		v = undetermined("viewer", []error{errors.ErrBadAPIKey, errors.ErrIntermediary})
	}
	e := Refuse(c, r, f, v)
	e.EntityDefaulted = false // no entity has a part in it
	return e
}
