package graphql

import (
	gql "github.com/Khan/genqlient/graphql"

	"github.com/wandgo/wandgo/internal/transport"
)

// ErrorOf reads the outcome of a request to another endpoint of the same
// server, such as file_stream, whose errors have the same shapes. It returns an
// [*Error] for a response that is not 2xx and for no response at all, else nil.
func ErrorOf(operation string, r *transport.Response, err error) error {
	scrubbed := func(text string) string { return text } // the transport did it
	if err != nil {
		return transportError(operation, err, scrubbed)
	}
	if r.StatusCode >= 200 && r.StatusCode < 300 {
		return nil
	}
	return decode(operation, r, &gql.Response{}, scrubbed)
}
