// Package gqlclient sends GraphQL requests over a transport that other requests
// share. Package graphql is its public face: it reads the responses, and its
// exported API mentions no internal type.
package gqlclient

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	gql "github.com/Khan/genqlient/graphql"

	"github.com/wandgo/wandgo/internal/transport"
)

// Client sends GraphQL requests to one server. Create it with [New]. It is safe
// for concurrent use.
type Client struct {
	transport *transport.Transport
	policy    *transport.Policy // nil: by operation
	header    http.Header       // beside the transport's own
	into      DataDecoder       // nil: the operation's own type
}

var _ gql.Client = (*Client)(nil)

// New creates a Client on t, which the caller closes.
func New(t *transport.Transport) *Client { return &Client{transport: t} }

// Transport returns the transport that carries the requests.
func (c *Client) Transport() *transport.Transport { return c.transport }

// ForProbes returns a Client on the same connections for questions that
// somebody waits for: one quick second attempt instead of twenty.
func (c *Client) ForProbes() *Client { return c.WithPolicy(transport.ProbePolicy()) }

// WithPolicy returns a Client on the same connections that uses one retry
// policy for every operation, except that a 409 on a commit is always retried.
func (c *Client) WithPolicy(p transport.Policy) *Client {
	return &Client{transport: c.transport, policy: &p, header: c.header, into: c.into}
}

// WithHeader returns a Client on the same connections whose requests carry h,
// which must not change any more.
func (c *Client) WithHeader(h http.Header) *Client {
	return &Client{transport: c.transport, policy: c.policy, header: h, into: c.into}
}

// Into returns a Client on the same connections whose responses d decodes. The operation's own
// result stays empty.
func (c *Client) Into(d DataDecoder) *Client {
	return &Client{transport: c.transport, policy: c.policy, header: c.header, into: d}
}

// Format prints the base URL only, whatever the verb.
func (c *Client) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "GraphQL client of "+c.transport.BaseURL())
}

func (c *Client) policyFor(operation string) transport.Policy {
	switch {
	case c.policy != nil && operation == "CommitArtifact":
		p, commit := *c.policy, transport.CommitPolicy()
		p.Retryable, p.ConflictRetries = commit.Retryable, commit.ConflictRetries
		return p
	case c.policy != nil:
		return *c.policy
	case operation == "UpsertBucket":
		return transport.UpsertPolicy()
	case operation == "CommitArtifact":
		return transport.CommitPolicy()
	default:
		return transport.GraphQLPolicy()
	}
}

// MakeRequest sends one GraphQL request and blocks until there is a final
// response, the retries run out or ctx ends. Every error is a *graphql.Error. If
// the response holds data and errors, both are returned.
func (c *Client) MakeRequest(ctx context.Context, req *gql.Request, resp *gql.Response) error {
	if c.into != nil {
		resp.Data = c.into
	}
	sent := *req
	sent.Query = inline(req.Query)
	body, err := json.Marshal(&sent)
	if err != nil {
		err = fmt.Errorf("encode GraphQL request: %w", err)
		return read(req.OpName, nil, err, resp, c.transport.Scrub)
	}
	got, err := c.transport.Do(ctx, &transport.Request{
		Path:      "/graphql",
		Body:      body,
		Header:    c.header,
		Operation: req.OpName,
		Policy:    c.policyFor(req.OpName),
	})
	return read(req.OpName, got, err, resp, c.transport.Scrub)
}
