package graphql

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	gql "github.com/Khan/genqlient/graphql"

	"github.com/wandgo/wandgo/internal/transport"
)

// HTTPError is genqlient's error for a response with an HTTP error status. It
// is in the chain of every [*Error] that such a response caused.
type HTTPError = gql.HTTPError

// Client makes GraphQL requests to one server with one key. Make it with [New].
// It is safe for concurrent use.
type Client struct {
	transport *transport.Transport
	policy    *transport.Policy // nil: by operation
	header    http.Header       // beside the transport's own
}

var _ gql.Client = (*Client)(nil)

// New makes a Client. It makes no request; it fails on a base URL or a header
// that cannot be sent.
func New(o Options) (*Client, error) {
	t, err := transport.New(o.transport())
	if err != nil {
		return nil, fmt.Errorf("make GraphQL client: %w", err)
	}
	return NewWithTransport(t), nil
}

// NewWithTransport makes a Client on a transport that others use too; it is how
// package client shares one with the file stream.
func NewWithTransport(t *transport.Transport) *Client { return &Client{transport: t} }

// Close closes idle connections. Requests in flight finish. It may be called
// more than once; a client given in [Options] keeps its connections.
func (c *Client) Close() error { return c.transport.Close() }

// BaseURL returns the server's address without a trailing slash.
func (c *Client) BaseURL() string { return c.transport.BaseURL() }

// ForProbes returns a Client on the same connections for questions that
// somebody waits for: one quick second attempt instead of twenty.
func (c *Client) ForProbes() *Client { return c.WithPolicy(transport.ProbePolicy()) }

// WithPolicy returns a Client on the same connections that uses one retry
// policy for every operation.
func (c *Client) WithPolicy(p transport.Policy) *Client {
	return &Client{transport: c.transport, policy: &p, header: c.header}
}

// WithHeader returns a Client on the same connections whose requests carry h,
// which must not change any more.
func (c *Client) WithHeader(h http.Header) *Client {
	return &Client{transport: c.transport, policy: c.policy, header: h}
}

// Format prints the base URL only, whatever the verb.
func (c *Client) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "GraphQL client of "+c.transport.BaseURL())
}

func (c *Client) policyFor(operation string) transport.Policy {
	switch {
	case c.policy != nil:
		return *c.policy
	case operation == "UpsertBucket":
		return transport.UpsertPolicy()
	default:
		return transport.GraphQLPolicy()
	}
}

// MakeRequest makes one GraphQL request; the generated functions call it. It
// blocks until there is a final answer, the retries run out (a quarter of an
// hour, if ctx has no deadline) or ctx ends. Every error is an [*Error]. With a
// partial answer, resp.Data is filled and the error returned.
func (c *Client) MakeRequest(ctx context.Context, req *gql.Request, resp *gql.Response) error {
	body, err := json.Marshal(req)
	if err != nil {
		return &Error{Operation: req.OpName, Err: fmt.Errorf("encode GraphQL request: %w", err)}
	}
	answer, err := c.transport.Do(ctx, &transport.Request{
		Path:      "/graphql",
		Body:      body,
		Header:    c.header,
		Operation: req.OpName,
		Policy:    c.policyFor(req.OpName),
	})
	if err != nil {
		return transportError(req.OpName, err, c.transport.Scrub)
	}
	return decode(req.OpName, answer, resp, c.transport.Scrub)
}
