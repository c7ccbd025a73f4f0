package transport

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/secret"
)

// script plays one step per attempt and then repeats the last. It records the time
// of each attempt. It is used from one goroutine at a time.
type script struct {
	steps  []step
	start  time.Time
	times  []time.Duration
	bodies []string
}

type step func(*http.Request) (*http.Response, error)

func (s *script) RoundTrip(req *http.Request) (*http.Response, error) {
	s.times = append(s.times, time.Since(s.start))
	if req.Body != nil {
		b, _ := io.ReadAll(req.Body)
		s.bodies = append(s.bodies, string(b))
	}
	return s.steps[min(len(s.times), len(s.steps))-1](req)
}

func status(code int, body string, header ...string) step {
	return func(req *http.Request) (*http.Response, error) {
		h := http.Header{}
		for i := 0; i+1 < len(header); i += 2 {
			h.Set(header[i], header[i+1])
		}
		return &http.Response{
			StatusCode: code, Header: h, Request: req,
			Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
		}, nil
	}
}

func fails(err error) step {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

// hangs blocks until the request's context ends.
func hangs(req *http.Request) (*http.Response, error) {
	<-req.Context().Done()
	return nil, req.Context().Err()
}

func newScripted(t *testing.T, steps ...step) (*Transport, *script) {
	t.Helper()
	s := &script{steps: steps, start: time.Now()}
	tr, err := New(Options{
		BaseURL: "https://api.test", Key: secret.New(testKey), HTTPClient: &http.Client{Transport: s},
	})
	require.NoError(t, err)
	return tr, s
}

func post(p Policy) *Request {
	return &Request{Path: "/graphql", Body: []byte(`{"query":"{a}"}`), Operation: "Test", Policy: p}
}

func between(t *testing.T, got, least, most time.Duration) {
	t.Helper()
	assert.GreaterOrEqual(t, got, least)
	assert.LessOrEqual(t, got, most)
}

type errReader struct{ err error }

func (r errReader) Read([]byte) (int, error) { return 0, r.err }
