package diagnose

import (
	"strings"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/transport"
)

// classifyToken is for a request that was not sent because the server gave no
// access token for it. There is no account yet, so all statuses of a refusal mean
// the same.
func classifyToken(r *Failure, e *transport.TokenError) {
	r.StatusCode, r.Message, r.RequestID = e.Last.StatusCode, e.Message, e.Last.RequestID
	answer := &graphql.Error{StatusCode: r.StatusCode, Kind: graphql.KindJSONOther}
	if ge, ok := errors.AsType[*graphql.Error](gqlclient.ErrorOf("", e.Last, nil)); ok {
		answer = ge
	}
	switch r.Class = classifyResponse(r, answer); {
	case r.StatusCode >= 400 && answer.FromWandB() && e.Permanent:
		r.Class, r.Sure = IdentityRefused, e.Message == "invalid_grant" || strings.HasPrefix(e.Message, "invalid_grant:")
	case r.Class == WrongURL && r.Hint == "":
		r.Hint = "the server does not exchange identity tokens; it may be too old"
	}
}

// lastExchange is the exchange of a token that the server answered last before the
// context of err's request ended, or nil.
func lastExchange(err error) *transport.TokenError {
	broken, ok := errors.AsType[*transport.Error](err)
	if !ok || broken.LastErr == nil {
		return nil
	}
	if e, ok := errors.AsType[*transport.TokenError](broken.LastErr); ok && e.Last != nil {
		return e
	}
	return nil
}
