package display

import "github.com/wandgo/wandgo/errors"

// remedy says how the unsent data gets to the server: by the command that uploads it, unless
// that command would fail the same way.
func (d *Display) remedy(e End) string {
	if onlyTypeClash(e.Err) {
		return "log the artifact under another name, or with the type that the existing one has"
	}
	return d.uploadAll(e)
}

// onlyTypeClash reports whether all failures in err are artifacts that have another type on
// the server. The type is part of the log, so an upload of the log cannot succeed.
func onlyTypeClash(err error) bool {
	switch e := err.(type) { //nolint:errorlint // this is the walk over the tree
	case *errors.RequestError:
		return errors.Is(e, errors.ErrTypeClash)
	case interface{ Unwrap() error }:
		return onlyTypeClash(e.Unwrap())
	case interface{ Unwrap() []error }:
		all := e.Unwrap()
		for _, err := range all {
			if !onlyTypeClash(err) {
				return false
			}
		}
		return len(all) > 0
	}
	return false
}
