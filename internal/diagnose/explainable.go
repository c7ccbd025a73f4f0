package diagnose

import (
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/filestream"
)

// Explained reports whether err is of the public types already, and complete.
func Explained(err error) bool {
	if _, ok := incomplete(err); ok {
		return false
	}
	_, refused := errors.AsType[*errors.PermissionError](err)
	_, failed := errors.AsType[*errors.RequestError](err)
	return refused || failed
}

// Explainable reports whether err is the failure of a request that has not been
// explained yet.
func Explainable(err error) bool {
	if _, ok := incomplete(err); ok {
		return true
	}
	if Explained(err) {
		return false
	}
	if errors.Is(err, ErrNoArtifact) {
		return true
	}
	_, refused := errors.AsType[*filestream.RefusedError](err)
	_, failed := errors.AsType[*graphql.Error](err)
	return refused || failed
}

// incomplete returns a failure that was found without a request, such as another type of an
// artifact, and that does not say yet what it is about.
func incomplete(err error) (*errors.RequestError, bool) {
	e, ok := errors.AsType[*errors.RequestError](err)
	return e, ok && e != nil && e.Op == ""
}

// responseError is err in the form that [Classify] reads. A file stream's
// response whose status says yes and whose body says no is read like any other
// refusal.
func responseError(err error) error {
	refused, ok := errors.AsType[*filestream.RefusedError](err)
	if !ok {
		return err
	}
	return &graphql.Error{
		Operation: "file_stream", StatusCode: refused.StatusCode, Kind: graphql.KindJSONError,
		Message: refused.Message, Body: refused.Body, Err: err,
	}
}
