package gqlclient

import (
	"errors"

	gql "github.com/Khan/genqlient/graphql"

	"github.com/wandgo/wandgo/internal/transport"
)

// DataDecoder decodes the data of responses that are too large for encoding/json, which reads them
// several times.
type DataDecoder interface {
	// DecodeData decodes the data of a response. It must return an error if data is not one JSON
	// value; it may then be called again. It must not change data.
	DecodeData(data []byte) error
}

// Reader decodes the response to an operation into resp, or turns err into a
// *graphql.Error if there was no response.
type Reader func(
	operation string, r *transport.Response, err error, resp *gql.Response, scrub func(string) string,
) error

// read is package graphql's. It is a variable because graphql imports this
// package.
var read Reader

// SetReader is for package graphql, which calls it while it is initialized.
func SetReader(r Reader) bool {
	read = r
	return true
}

// ErrorOf reads the outcome of a request to another endpoint of the same
// server, such as file_stream, whose errors have the same shapes. It returns a
// *graphql.Error if the response is not 2xx or there is none, otherwise nil.
func ErrorOf(operation string, r *transport.Response, err error) error {
	if err == nil && r.OK() {
		return nil
	}
	if failed, ok := errors.AsType[*transport.Error](err); ok && failed.Last != nil && errors.Is(err, transport.ErrForeign) {
		r, err = failed.Last, nil // the response says more than that it was not accepted
	}
	scrubbed := func(text string) string { return text } // by the transport
	return read(operation, r, err, &gql.Response{}, scrubbed)
}
