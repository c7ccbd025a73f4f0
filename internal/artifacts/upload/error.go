package upload

import "github.com/wandgo/wandgo/errors"

// unexpected is the error for a response that this client does not understand. The caller
// adds what was requested.
func unexpected(hint string) error {
	return &errors.RequestError{Cause: errors.ErrUnexpectedAnswer, StatusCode: 200, Hint: hint}
}
