package doctor

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/wandgo/wandgo/internal/identity"
	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/transport"
)

// Exchange is one HTTP request and its response, for a report.
type Exchange struct {
	// As says whose key the request carried.
	As string
	// Operation is the GraphQL operation's name, "" outside GraphQL.
	Operation, Method, Path string
	// Status is 0 if there was no response; Err then says why.
	Status      int
	Duration    time.Duration
	RequestID   string
	ContentType string
	// Body is the beginning of the response's body.
	Body string
	Err  string
}

// MaxReportedBody is how much of a body a report shows.
const MaxReportedBody = 2 << 10

// maxRecordedBody is how much of a body is recorded. It is more than a report
// shows, so that a key at the cut is still whole when it is redacted.
const maxRecordedBody = 2 * MaxReportedBody

// record collects exchanges. It is safe for concurrent use.
type record struct {
	mu        sync.Mutex
	exchanges []*Exchange
	tokens    []secret.Key // issued by the server
}

// secrets returns the access tokens that the server issued, which it may echo.
func (r *record) secrets() []secret.Key {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.tokens)
}

func (r *record) all() []Exchange {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := make([]Exchange, len(r.exchanges))
	for i, e := range r.exchanges {
		all[i] = *e
	}
	return all
}

// recorder is a RoundTripper that records requests and responses.
type recorder struct {
	record *record
	as     string
	next   http.RoundTripper
}

// RoundTrip forwards the request unchanged.
func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	entry := &Exchange{As: r.as, Method: req.Method, Path: req.URL.Path}
	if req.Body != nil {
		body, err := io.ReadAll(req.Body)
		_ = req.Body.Close()
		if err != nil {
			return nil, err
		}
		entry.Operation = operationOf(body)
		req = req.Clone(req.Context())
		req.Body = io.NopCloser(bytes.NewReader(body))
	}
	r.record.mu.Lock()
	r.record.exchanges = append(r.record.exchanges, entry)
	r.record.mu.Unlock()

	start := time.Now()
	resp, err := r.next.RoundTrip(req)
	r.record.mu.Lock()
	defer r.record.mu.Unlock()
	entry.Duration = time.Since(start)
	if err != nil {
		entry.Err = err.Error()
		return nil, err
	}
	if strings.HasSuffix(req.URL.Path, identity.ExchangePath) {
		entry.Operation = "token exchange"
		r.record.hideToken(resp, entry)
	}
	entry.Status, entry.ContentType, entry.RequestID = resp.StatusCode, resp.Header.Get("Content-Type"), transport.RequestID(resp.Header, nil)
	if entry.Body == "" {
		resp.Body = &recordedBody{ReadCloser: resp.Body, record: r.record, entry: entry}
	}
	return resp, nil
}

// hideToken keeps an access token in a response out of the record, and remembers it
// so that it is redacted elsewhere. r.mu is held.
func (r *record) hideToken(resp *http.Response, entry *Exchange) {
	if resp.StatusCode < 200 || resp.StatusCode >= 300 {
		return
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxRecordedBody))
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(body), resp.Body), resp.Body}
	var answer struct {
		AccessToken string `json:"access_token"`
	}
	if err == nil && json.Unmarshal(body, &answer) == nil && answer.AccessToken != "" {
		r.tokens = append(r.tokens, secret.New(answer.AccessToken))
		entry.Body = "(an access token)"
	}
}

// recordedBody records the beginning of what is read through it.
type recordedBody struct {
	io.ReadCloser
	record *record
	entry  *Exchange
}

func (b *recordedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.record.mu.Lock()
	defer b.record.mu.Unlock()
	if room := maxRecordedBody - len(b.entry.Body); room > 0 {
		b.entry.Body += string(p[:min(n, room)])
	}
	return n, err
}

// operationOf returns the operation's name from the body of a GraphQL request.
func operationOf(body []byte) string {
	var request struct {
		OperationName string `json:"operationName"`
	}
	if json.Unmarshal(body, &request) != nil {
		return ""
	}
	return request.OperationName
}
