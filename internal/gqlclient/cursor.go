package gqlclient

import (
	"fmt"

	"github.com/wandgo/wandgo/errors"
)

// NextCursor returns where the next page of a list starts, given where the last one did and
// where it ended. A server that does not advance would be asked for ever, so that is an error
// that matches [errors.ErrUnexpectedAnswer].
func NextCursor(last *string, end string) (*string, error) {
	if end == "" || last != nil && *last == end {
		return nil, &errors.RequestError{
			Cause: errors.ErrUnexpectedAnswer, Err: fmt.Errorf("the page after %.80q ends where it starts", end),
		}
	}
	return &end, nil
}
