package media

import "errors"

// Reasons why a value is not logged.
var (
	// ErrZero: the value was not made by a function of package media.
	ErrZero = errors.New("it was not made by a function of package media")
	// ErrNil: an element of a list is nil.
	ErrNil = errors.New("the list has a nil element")
)
