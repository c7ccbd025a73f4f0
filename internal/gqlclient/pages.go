package gqlclient

import (
	"fmt"
	"iter"

	"github.com/wandgo/wandgo/errors"
)

// Page is one page of a list.
type Page[T any] struct {
	Items []T
	// More says that there is another page, which starts at the cursor Next.
	More bool
	Next string
}

// Pages yields the items of a list. get requests the page at a cursor, the first one if that is nil.
// An error ends the list. A server that does not advance would be asked for ever, so that is an error
// that matches [errors.ErrUnexpectedAnswer].
func Pages[T any](get func(cursor *string) (Page[T], error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		var cursor *string
		for {
			page, err := get(cursor)
			if err != nil {
				yield(none, err)
				return
			}
			for _, item := range page.Items {
				if !yield(item, nil) {
					return
				}
			}
			if !page.More {
				return
			}
			if page.Next == "" || cursor != nil && *cursor == page.Next {
				yield(none, &errors.RequestError{
					Cause: errors.ErrUnexpectedAnswer, Err: fmt.Errorf("the page after %.80q ends where it starts", page.Next),
				})
				return
			}
			cursor = &page.Next
		}
	}
}
