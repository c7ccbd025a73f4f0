package client

import (
	"context"

	"github.com/wandgo/wandgo/errors"
)

// Viewer is the account behind an API key.
type Viewer = errors.Viewer

// Viewer asks the server whose key this is. It makes one request, a second one
// where the server objects to the page of teams that the first asks for, and
// blocks until it is answered or ctx ends; a failure is tried once more. A key
// that the server does not recognise gives an *errors.PermissionError that matches
// ErrBadAPIKey; no key at all, ErrNoAPIKey; a server that will not say whose key
// it is, one whose cause is mostly undetermined; other failures an
// *errors.RequestError. Whether the account has a personal entity is not asked;
// that takes [Client.Check]. It is safe for concurrent use.
func (c *Client) Viewer(ctx context.Context) (*Viewer, error) {
	ctx, cancel := context.WithTimeout(ctx, c.initTimeout)
	defer cancel()
	return c.diagnoser.Viewer(ctx)
}
