package transport

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// endless is a body that sends its text and then neither ends nor breaks off
// while the request's context lives.
type endless struct {
	ctx  context.Context
	text io.Reader
}

func (e endless) Read(p []byte) (int, error) {
	if n, err := e.text.Read(p); err == nil {
		return n, nil
	}
	<-e.ctx.Done()
	return 0, e.ctx.Err()
}

func (e endless) Close() error { return nil }

// neverEnds answers with a body that does not end.
func neverEnds(code int, text string) step {
	return func(req *http.Request) (*http.Response, error) {
		return &http.Response{
			StatusCode: code, Header: http.Header{}, Request: req, ContentLength: -1,
			Body: endless{req.Context(), strings.NewReader(text)},
		}, nil
	}
}

// TestErrorBodyThatNeverEnds: a status is an answer, and what came of its body
// in a few seconds will do. Of a body that was asked for, all is needed.
func TestErrorBodyThatNeverEnds(t *testing.T) {
	t.Parallel()
	for name, policy := range map[string]Policy{"with a limit per attempt": GraphQLPolicy(), "without": {}} {
		synctest.Test(t, func(t *testing.T) {
			tr, s := newScripted(t, neverEnds(403, `{"error":"permission denied"}`))
			resp, err := tr.Do(t.Context(), post(policy))
			require.NoError(t, err, name)
			assert.Equal(t, 403, resp.StatusCode, name)
			assert.JSONEq(t, `{"error":"permission denied"}`, string(resp.Body), name)
			assert.Equal(t, errorBodyTime, time.Since(s.start), name)
		})
	}
	synctest.Test(t, func(t *testing.T) {
		tr, s := newScripted(t, neverEnds(200, `{"data":{}}`))
		_, err := tr.Do(t.Context(), post(Policy{AttemptTimeout: 30 * time.Second}))
		require.Error(t, err)
		assert.Equal(t, 30*time.Second, time.Since(s.start))
	})
	synctest.Test(t, func(t *testing.T) {
		tr, s := newScripted(t, neverEnds(503, "down"), status(200, "fine"))
		resp, err := tr.Do(t.Context(), post(Policy{Retries: 1, MinWait: time.Second, MaxWait: time.Second}))
		require.NoError(t, err)
		assert.Equal(t, 200, resp.StatusCode)
		between(t, s.times[1], errorBodyTime+time.Second, errorBodyTime+2*time.Second)
	})
}
