package client

import (
	"context"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/diagnose"
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
	q := diagnose.Question{Op: "tell whose key this is"}
	if err := c.checkKey(q); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, c.initTimeout)
	defer cancel()
	viewer, err := diagnose.AskViewer(ctx, c.graphql.ForProbes())
	if err != nil {
		r := diagnose.Classify(ctx, err)
		if !r.IsRefusal() {
			return nil, diagnose.Fail(ctx, c.context(q), r)
		}
		return nil, diagnose.RefuseViewer(c.context(q), r)
	}
	if viewer == nil {
		x := c.context(q)
		return nil, &errors.PermissionError{
			Op: q.Op, BaseURL: x.BaseURL, AppURL: x.AppURL, KeySource: x.KeySource,
			Cause: errors.ErrBadAPIKey, Confidence: errors.Certain, StatusCode: 200,
			Message: "the server recognises no account behind this key", Time: time.Now(),
		}
	}
	return viewer, nil
}
