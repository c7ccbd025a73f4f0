package sink

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/filestream"
	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/transport"
)

// sender delivers the file stream's requests.
type sender struct {
	transport *transport.Transport
	policy    transport.Policy
	path      string
	header    http.Header
	before    func() // called before each request; may be nil
}

// maxReply is plenty for the server's answer to rows.
const maxReply = 1 << 20

// Send makes one request, and repeats it for as long as that may help. An error
// is a *graphql.Error, which the diagnosis reads.
func (s *sender) Send(ctx context.Context, body []byte) (*filestream.Reply, error) {
	const operation = "file_stream"
	if s.before != nil {
		s.before()
	}
	lent := &lentBytes{bytes: body}
	policy := s.policy
	policy.Accepts = isObject
	resp, err := s.transport.Do(ctx, &transport.Request{
		Method:    http.MethodPost,
		Path:      s.path,
		Open:      lent.open,
		Header:    s.header,
		Operation: operation,
		MaxBody:   maxReply,
		Policy:    policy,
	})
	if err := gqlclient.ErrorOf(operation, resp, err); err != nil {
		if e, ok := errors.AsType[*graphql.Error](err); ok && e.Answered() && e.StatusCode == http.StatusRequestEntityTooLarge {
			err = &filestream.TooLargeError{Err: err}
		}
		return nil, err
	}
	// A yes may hold a no, whose text ends up in an error.
	text := []byte(s.transport.Scrub(string(resp.Body)))
	return &filestream.Reply{StatusCode: resp.StatusCode, Header: resp.Header, Body: text, Returned: lent.returned()}, nil
}

// end reports the end of the run to the server, without any data.
func (s *sender) end(ctx context.Context, code int) error {
	body := strconv.AppendInt([]byte(`{"complete":true,"exitcode":`), int64(code), 10)
	reply, err := s.Send(ctx, append(body, '}'))
	if err != nil {
		return err
	}
	refused := reply.Refused()
	if refused == nil {
		return nil
	}
	return refused
}

// isObject reports whether a response has a JSON object, as each acknowledgement of rows
// does. Anything else is from something in between, which has not stored the rows. That
// includes 204: no W&B server is known to answer rows with it, and gateways do.
func isObject(r *transport.Response) bool {
	body := bytes.TrimSpace(r.Body)
	return len(body) > 0 && body[0] == '{' && json.Valid(body)
}

// lentBytes are given to an HTTP client, which may go on reading them after it has
// returned an answer, and closes its reader when it will not.
type lentBytes struct {
	bytes []byte
	out   atomic.Int32 // readers that are not closed
}

func (l *lentBytes) open() (io.ReadCloser, int64, error) {
	l.out.Add(1)
	return &lentReader{Reader: bytes.NewReader(l.bytes), from: l}, int64(len(l.bytes)), nil
}

// returned reports whether the bytes are no longer read.
func (l *lentBytes) returned() bool { return l.out.Load() == 0 }

type lentReader struct {
	*bytes.Reader
	from   *lentBytes
	closed sync.Once
}

func (r *lentReader) Close() error {
	r.closed.Do(func() { r.from.out.Add(-1) })
	return nil
}
