package client

import (
	"context"

	"github.com/wandgo/wandgo/errors"
)

// Viewer is the account behind an API key.
type Viewer = errors.Viewer

// Viewer returns the account behind the key. It does not fill
// Viewer.PersonalEntity; [Client.Check] does.
//
// It sends one request, and up to two more if the server does not understand the first.
// A failed request is retried once. Viewer blocks until there is a
// response, ctx ends, or for at most Options.InitTimeout. It is safe for concurrent
// use.
//
// The errors are:
//
//   - an *errors.PermissionError that matches ErrNoAPIKey if there is no key
//   - an *errors.PermissionError that matches ErrBadAPIKey if the server does not
//     recognise the key
//   - an *errors.PermissionError, mostly of undetermined cause, if the server does
//     not disclose the account
//   - an *errors.RequestError for other failures
func (c *Client) Viewer(ctx context.Context) (*Viewer, error) {
	ctx, cancel := context.WithTimeout(ctx, c.env.Timeout)
	defer cancel()
	return c.env.Diagnoser.Viewer(ctx)
}
