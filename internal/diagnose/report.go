package diagnose

import (
	"context"
	"net"
	"time"

	"github.com/wandgo/wandgo/errors"
)

// Context is what the public errors tell beside the diagnosis.
type Context struct {
	Question
	BaseURL, AppURL, KeySource string
	Now                        time.Time
}

// Refuse turns a refusal and its diagnosis into the public error.
func Refuse(c Context, r *Refusal, f *Findings, v Verdict) *errors.PermissionError {
	e := &errors.PermissionError{
		Op:              c.Op,
		Entity:          c.Entity,
		Project:         c.Project,
		EntityDefaulted: c.Entity == "",
		RunID:           c.RunID,
		BaseURL:         c.BaseURL,
		AppURL:          c.AppURL,
		Viewer:          f.viewer(),
		Role:            f.role(),
		KeySource:       c.KeySource,
		Cause:           v.Cause,
		Confidence:      v.Confidence,
		Candidates:      v.Candidates,
		Evidence:        f.Evidence(c.Project),
		StatusCode:      r.StatusCode,
		Message:         r.Message,
		Code:            r.Code,
		RequestID:       r.RequestID,
		Time:            c.Now,
		Err:             r.Err,
	}
	if e.EntityDefaulted {
		e.Entity = f.Entity
	}
	e.Notes = append(e.Notes, v.Notes...)
	if r.Hint != "" {
		e.Notes = append(e.Notes, r.Hint)
	}
	e.Notes = append(e.Notes, SmellOf(c.Question)...)
	e.Suggestions = f.suggestions()
	return e
}

// viewer is the account with what the server said of its personal entity, which
// is the answer to another question. It is a copy, as requests share findings.
func (f *Findings) viewer() *errors.Viewer {
	if f.Who.Viewer == nil {
		return nil
	}
	v := *f.Who.Viewer
	switch {
	case f.Account.Disabled == Yes, f.Account.HasEntity == No:
		v.PersonalEntity = errors.PersonalEntityAbsent
	case f.Account.HasEntity == Yes:
		v.PersonalEntity = errors.PersonalEntityPresent
	}
	return &v
}

// SmellOf says of names that are legal what they look like.
func SmellOf(q Question) []string {
	var notes []string
	if looks, ok := errors.LooksLikePlaceholder(q.Entity); ok {
		notes = append(notes, "the entity "+quote(q.Entity)+" looks like "+looks)
	}
	if looks, ok := errors.LooksLikePlaceholder(q.Project); ok {
		notes = append(notes, "the project "+quote(q.Project)+" looks like "+looks)
	}
	return notes
}

// Fail turns a failure that is not a refusal into the public error.
func Fail(ctx context.Context, c Context, r *Refusal) error {
	e := &errors.RequestError{
		Op: c.Op, Entity: c.Entity, Project: c.Project, RunID: c.RunID, BaseURL: c.BaseURL,
		StatusCode: r.StatusCode, Message: r.Message, RequestID: r.RequestID, Hint: r.Hint, Err: r.Err,
	}
	switch r.Class {
	case Cancelled:
		// The context's end wins over the error it caused.
		if cause := context.Cause(ctx); !errors.Is(r.Err, cause) {
			e.Err = errors.Join(cause, r.Err)
		}
		switch {
		case r.StatusCode == 429:
			e.Cause = errors.ErrRateLimited
		case errors.Is(ctx.Err(), context.DeadlineExceeded):
			e.Cause = errors.ErrServerUnavailable
			e.Hint = "the time allowed ran out"
		}
	case Unreachable:
		e.Cause = errors.ErrServerUnavailable
		if dns, ok := errors.AsType[*net.DNSError](r.Err); ok && dns.IsNotFound && e.Hint == "" {
			e.Hint = "no host of this name was found: it may be misspelt, or known only inside another network"
		}
	case Untrusted:
		e.Cause, e.Untrusted = errors.ErrServerUnavailable, true
	case ServerError:
		e.Cause = errors.ErrServerUnavailable
	case WrongURL:
		e.Cause, e.Suggestion = errors.ErrWrongBaseURL, betterBaseURL(c.BaseURL, r)
	case Schema:
		e.Cause = errors.ErrSchemaMismatch
	case Input:
		e.Cause = errors.ErrInvalidInput
	case RunDeleted:
		e.Cause = errors.ErrRunDeleted
	case RateLimited:
		e.Cause = errors.ErrRateLimited
	default:
		e.Cause = errors.ErrUnexpectedAnswer
	}
	return e
}
