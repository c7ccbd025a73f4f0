package transport

import (
	"context"
	"errors"
	"net/http"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/secret"
)

// spans records attempts and checks that each end has its start's context.
type spans struct {
	t     *testing.T
	ended []AttemptEnd
}

type spanKey struct{}

func (s *spans) AttemptStart(ctx context.Context, a AttemptStart) context.Context {
	return context.WithValue(ctx, spanKey{}, a)
}

func (s *spans) AttemptEnd(ctx context.Context, a AttemptEnd) {
	start, ok := ctx.Value(spanKey{}).(AttemptStart)
	assert.True(s.t, ok, "not the context of the start")
	assert.Equal(s.t, AttemptStart{a.Method, a.Operation, a.Host, a.Attempt}, start)
	s.ended = append(s.ended, a)
}

func newTraced(t *testing.T, tracer Tracer, steps ...step) *Transport {
	t.Helper()
	tr, err := New(Options{
		BaseURL: "https://api.test", Key: secret.New(testKey), Tracer: tracer,
		HTTPClient: &http.Client{Transport: &script{steps: steps, start: time.Now()}},
	})
	require.NoError(t, err)
	return tr
}

func TestTracer_RetriedRequest_SeesEachAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &spans{t: t}
		var sent any
		tr := newTraced(t, s, status(503, ""), fails(syscall.ECONNRESET), func(req *http.Request) (*http.Response, error) {
			sent = req.Context().Value(spanKey{})
			time.Sleep(2 * time.Second) //nolint:forbidigo // no real time passes
			return status(200, "{}")(req)
		})
		_, err := tr.Do(t.Context(), post(GraphQLPolicy()))
		require.NoError(t, err)
		require.Len(t, s.ended, 3)
		assert.Equal(t, AttemptStart{"POST", "Test", "api.test", 3}, sent, "the attempt is sent with the returned context")
		assert.Equal(t, AttemptEnd{Method: "POST", Operation: "Test", Host: "api.test", Attempt: 1, StatusCode: 503}, s.ended[0])
		assert.Zero(t, s.ended[1].StatusCode)
		assert.ErrorIs(t, s.ended[1].Err, syscall.ECONNRESET)
		assert.Equal(t, AttemptEnd{
			Method: "POST", Operation: "Test", Host: "api.test", Attempt: 3, StatusCode: 200, Duration: 2 * time.Second,
		}, s.ended[2])
	})
}

func TestTracer_ErrorNamesTheKey_HidesIt(t *testing.T) {
	t.Parallel()
	s := &spans{t: t}
	tr := newTraced(t, s, fails(assert.AnError), fails(errors.New("bad header "+testKey)))
	p := Policy{Retries: 1, MinWait: time.Nanosecond, MaxWait: time.Nanosecond}
	_, err := tr.Do(t.Context(), post(p))
	require.Error(t, err)
	require.Len(t, s.ended, 2)
	assert.NotContains(t, s.ended[1].Err.Error(), testKey)
}

// noContext is a tracer that returns no context.
type noContext struct{}

func (*noContext) AttemptStart(context.Context, AttemptStart) context.Context { return nil }
func (*noContext) AttemptEnd(context.Context, AttemptEnd)                     {}

func TestTracer_ReturnsNoContext_RequestIsSent(t *testing.T) {
	t.Parallel()
	tr := newTraced(t, &noContext{}, status(200, "{}"))
	_, err := tr.Do(t.Context(), post(Policy{}))
	require.NoError(t, err)
}
