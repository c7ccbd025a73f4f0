package transport

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDo_TemporaryFailures_RetriesUntilSuccess(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tr, s := newScripted(t, status(500, "boom"), fails(syscall.ECONNREFUSED), status(429, ""), status(200, "fine"))
		resp, err := tr.Do(t.Context(), post(GraphQLPolicy()))
		require.NoError(t, err)
		assert.Equal(t, 200, resp.StatusCode)
		assert.Equal(t, "fine", string(resp.Body))
		assert.Equal(t, 4, resp.Attempts)
		assert.Equal(t, []string{`{"query":"{a}"}`, `{"query":"{a}"}`, `{"query":"{a}"}`, `{"query":"{a}"}`}, s.bodies,
			"each attempt sends the whole body")
		between(t, s.times[1]-s.times[0], 2*time.Second, 2500*time.Millisecond)
		between(t, s.times[2]-s.times[1], 4*time.Second, 5*time.Second)
		between(t, s.times[3]-s.times[2], 8*time.Second, 10*time.Second)
	})
}

func TestDo_RetriesRunOut_ReturnsLastBody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tr, s := newScripted(t, status(500, `{"error":"out of order"}`, "X-Request-Id", "r1"))
		resp, err := tr.Do(t.Context(), post(Policy{Retries: 3, MinWait: time.Second, MaxWait: time.Minute}))
		require.NoError(t, err, "a response is a result")
		assert.Equal(t, 500, resp.StatusCode)
		assert.JSONEq(t, `{"error":"out of order"}`, string(resp.Body))
		assert.Equal(t, "r1", resp.RequestID)
		assert.Equal(t, 4, resp.Attempts)
		assert.Len(t, s.times, 4)
	})
}

func TestDo_PermanentStatus_ReturnsAtOnce(t *testing.T) {
	t.Parallel()
	for _, code := range []int{301, 400, 401, 402, 403, 404, 405, 407, 409, 410, 413, 422, 451, 501} {
		synctest.Test(t, func(t *testing.T) {
			tr, s := newScripted(t, status(code, "no"), status(200, ""))
			resp, err := tr.Do(t.Context(), post(GraphQLPolicy()))
			require.NoError(t, err)
			assert.Equal(t, code, resp.StatusCode)
			assert.Len(t, s.times, 1)
			assert.Zero(t, time.Since(s.start))
		})
	}
}

func TestDo_ZeroPolicy_TriesOnce(t *testing.T) {
	t.Parallel()
	tr, s := newScripted(t, status(503, "later"))
	resp, err := tr.Do(t.Context(), post(Policy{}))
	require.NoError(t, err)
	assert.Equal(t, "later", string(resp.Body))
	assert.Len(t, s.times, 1)
}

func TestDo_Conflict_RetriesByBody(t *testing.T) {
	t.Parallel()
	duplicate := status(409, `{"errors":[{"message":"Error 1062: Duplicate entry '1' for key 'PRIMARY'"}]}`)
	burnt := status(409, `{"errors":[{"message":"run x was previously created and deleted; try a new run id"}]}`)
	for _, tc := range []struct {
		name     string
		steps    []step
		status   int
		attempts int
	}{
		{"a duplicate insert heals", []step{duplicate, duplicate, status(200, "{}")}, 200, 3},
		{"a duplicate insert is tried four times", []step{duplicate}, 409, 4},
		{"an empty 409 is tried four times", []step{status(409, "")}, 409, 4},
		{"conflicts are counted apart from other failures", []step{status(500, ""), duplicate, status(500, ""), duplicate}, 409, 6},
		{"a burnt id is permanent", []step{burnt, status(200, "{}")}, 409, 1},
		{"a duplicate that turns out to be a burnt id stops", []step{duplicate, burnt}, 409, 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				tr, _ := newScripted(t, tc.steps...)
				resp, err := tr.Do(t.Context(), post(UpsertPolicy()))
				require.NoError(t, err)
				assert.Equal(t, tc.status, resp.StatusCode)
				assert.Equal(t, tc.attempts, resp.Attempts)
			})
		})
	}
}

func TestDo_RetryAfter_IsHonoured(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, value string
		least, most time.Duration
	}{
		{"seconds", "90", 90 * time.Second, 90 * time.Second},
		{"a fraction", "0.5", 500 * time.Millisecond, 500 * time.Millisecond},
		{"zero falls back to the usual wait", "0", 2 * time.Second, 2500 * time.Millisecond},
		{"nonsense falls back to the usual wait", "later", 2 * time.Second, 2500 * time.Millisecond},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				tr, s := newScripted(t, status(429, "", "Retry-After", tc.value), status(200, ""))
				_, err := tr.Do(t.Context(), post(GraphQLPolicy()))
				require.NoError(t, err)
				between(t, s.times[1], tc.least, tc.most)
			})
		})
	}
	t.Run("a date", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			at := time.Now().Add(20 * time.Second).UTC().Format(http.TimeFormat)
			tr, s := newScripted(t, status(503, "", "Retry-After", at), status(200, ""))
			_, err := tr.Do(t.Context(), post(GraphQLPolicy()))
			require.NoError(t, err)
			between(t, s.times[1], 19*time.Second, 20*time.Second)
		})
	})
}

func TestDo_WaitBeyondDeadline_ReturnsLastResponse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tr, s := newScripted(t, status(429, `{"error":"rate limit exceeded"}`, "Retry-After", "3600"))
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		resp, err := tr.Do(ctx, post(GraphQLPolicy()))
		require.NoError(t, err)
		assert.Equal(t, 429, resp.StatusCode)
		assert.Equal(t, time.Hour, resp.RetryAfter)
		assert.Zero(t, time.Since(s.start), "it slept although it knew better")
		assert.NoError(t, ctx.Err())
	})
	synctest.Test(t, func(t *testing.T) { // the same with the usual wait: 2, 4, then 8 s would be too long
		tr, s := newScripted(t, status(503, "down"))
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		resp, err := tr.Do(ctx, post(GraphQLPolicy()))
		require.NoError(t, err)
		assert.Equal(t, 503, resp.StatusCode)
		assert.Len(t, s.times, 3)
		assert.Less(t, time.Since(s.start), 8*time.Second)
	})
	synctest.Test(t, func(t *testing.T) { // and without any answer, the error is the network's
		tr, s := newScripted(t, fails(syscall.ECONNREFUSED))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := tr.Do(ctx, post(GraphQLPolicy()))
		require.ErrorIs(t, err, syscall.ECONNREFUSED)
		assert.NotErrorIs(t, err, context.DeadlineExceeded)
		assert.Zero(t, time.Since(s.start))
	})
}

func TestDo_ContextEnds_ReturnsItsError(t *testing.T) {
	t.Parallel()
	errStop := errors.New("the job was preempted")

	t.Run("cancelled while waiting", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			tr, _ := newScripted(t, status(503, "down"))
			ctx, cancel := context.WithCancelCause(t.Context())
			time.AfterFunc(time.Second, func() { cancel(errStop) })
			_, err := tr.Do(ctx, post(GraphQLPolicy()))
			require.ErrorIs(t, err, context.Canceled)
			require.ErrorIs(t, err, errStop)
			failure, ok := errors.AsType[*Error](err)
			require.True(t, ok)
			assert.Equal(t, 503, failure.Last.StatusCode)
			assert.Equal(t, "down", string(failure.Last.Body))
			assert.Equal(t, 1, failure.Attempts)
			assert.Contains(t, err.Error(), "HTTP 503")
		})
	})
	t.Run("deadline while an attempt hangs after a 502", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			tr, s := newScripted(t, status(502, "bad gateway"), hangs)
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			_, err := tr.Do(ctx, post(GraphQLPolicy()))
			require.ErrorIs(t, err, context.DeadlineExceeded)
			assert.Equal(t, "Test: context deadline exceeded (after 2 attempts, the last response was HTTP 502)", err.Error())
			assert.Equal(t, 5*time.Second, time.Since(s.start))
		})
	})
	t.Run("cancelled while nobody answers", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			tr, _ := newScripted(t, fails(syscall.ECONNREFUSED), hangs)
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			_, err := tr.Do(ctx, post(GraphQLPolicy()))
			require.ErrorIs(t, err, context.DeadlineExceeded)
			failure, ok := errors.AsType[*Error](err)
			require.True(t, ok)
			assert.Nil(t, failure.Last)
			require.ErrorIs(t, failure.LastErr, syscall.ECONNREFUSED)
			require.NotErrorIs(t, err, syscall.ECONNREFUSED, "the end of the context goes before")
		})
	})
	t.Run("over before it began", func(t *testing.T) {
		t.Parallel()
		tr, s := newScripted(t, hangs)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := tr.Do(ctx, post(GraphQLPolicy()))
		require.ErrorIs(t, err, context.Canceled)
		assert.LessOrEqual(t, len(s.times), 1)
	})
	t.Run("ended by the very attempt that was answered", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		answer := func(code int) step {
			return func(req *http.Request) (*http.Response, error) {
				cancel()
				return status(code, "x")(req)
			}
		}
		tr, _ := newScripted(t, answer(503))
		_, err := tr.Do(ctx, post(GraphQLPolicy()))
		require.ErrorIs(t, err, context.Canceled)
		failure, _ := errors.AsType[*Error](err)
		assert.Equal(t, 503, failure.Last.StatusCode)

		tr, _ = newScripted(t, answer(403))
		resp, err := tr.Do(ctx, post(GraphQLPolicy()))
		require.NoError(t, err, "a complete, final answer is worth more than the context's end")
		assert.Equal(t, 403, resp.StatusCode)
	})
}

func TestDo_AttemptTimeout_IsRetried(t *testing.T) {
	t.Parallel()
	t.Run("a hanging attempt is given up and repeated", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			tr, s := newScripted(t, hangs, status(200, "ok"))
			resp, err := tr.Do(t.Context(), post(GraphQLPolicy()))
			require.NoError(t, err)
			assert.Equal(t, 2, resp.Attempts)
			between(t, s.times[1], 32*time.Second, 32500*time.Millisecond)
		})
	})
	t.Run("it is not the caller's deadline", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			tr, _ := newScripted(t, hangs)
			_, err := tr.Do(t.Context(), post(Policy{AttemptTimeout: 3 * time.Second}))
			require.Error(t, err)
			assert.NotErrorIs(t, err, context.DeadlineExceeded)
			assert.Contains(t, err.Error(), "no response within 3s")
			timeout, ok := errors.AsType[interface {
				error
				Timeout() bool
			}](err)
			assert.True(t, ok && timeout.Timeout())
		})
	})
	t.Run("it covers the body", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			slow := func(req *http.Request) (*http.Response, error) {
				r, w := io.Pipe()
				context.AfterFunc(req.Context(), func() { _ = w.CloseWithError(req.Context().Err()) })
				return &http.Response{StatusCode: 200, Header: http.Header{}, Body: r, ContentLength: -1, Request: req}, nil
			}
			tr, s := newScripted(t, slow)
			_, err := tr.Do(t.Context(), post(Policy{AttemptTimeout: 3 * time.Second}))
			require.ErrorContains(t, err, "no response within 3s")
			assert.Equal(t, 3*time.Second, time.Since(s.start))
		})
	})
	t.Run("the given client's timeout counts when it is shorter", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			tr, err := New(Options{BaseURL: "https://api.test", HTTPClient: &http.Client{Transport: &script{steps: []step{hangs}}, Timeout: time.Second}})
			require.NoError(t, err)
			_, err = tr.Do(t.Context(), post(Policy{AttemptTimeout: time.Minute}))
			require.ErrorContains(t, err, "no response within 1s")
		})
	})
}

func TestDo_PermanentFailure_IsNotRetried(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{
		"unknown authority": &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}},
		"not TLS":           http.ErrSchemeMismatch,
		"not even HTTP":     tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"},
	} {
		synctest.Test(t, func(t *testing.T) {
			tr, s := newScripted(t, fails(err))
			_, got := tr.Do(t.Context(), post(GraphQLPolicy()))
			require.ErrorIs(t, got, err, name)
			assert.Len(t, s.times, 1, name)
		})
	}
	t.Run("nothing at all", func(t *testing.T) {
		t.Parallel()
		tr, _ := newScripted(t, fails(nil)) // (nil, nil)
		_, err := tr.Do(t.Context(), post(Policy{}))
		require.ErrorContains(t, err, "neither a response nor an error")
	})
	t.Run("a body without end", func(t *testing.T) {
		t.Parallel()
		endless := func(req *http.Request) (*http.Response, error) {
			body := bytes.NewReader(make([]byte, 1<<20))
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(body), ContentLength: -1, Request: req}, nil
		}
		tr, s := newScripted(t, endless)
		tr.maxBody = 1<<20 - 1
		_, err := tr.Do(t.Context(), post(GraphQLPolicy()))
		require.ErrorIs(t, err, ErrTooLarge)
		assert.Len(t, s.times, 1)
	})
	t.Run("a body of just the size allowed", func(t *testing.T) {
		t.Parallel()
		tr, _ := newScripted(t, status(200, "1234"))
		tr.maxBody = 4
		resp, err := tr.Do(t.Context(), post(Policy{}))
		require.NoError(t, err)
		assert.Equal(t, "1234", string(resp.Body))
	})
	t.Run("a length that is announced too large", func(t *testing.T) {
		t.Parallel()
		tr, _ := newScripted(t, func(req *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: http.NoBody, ContentLength: 1 << 50, Request: req}, nil
		})
		_, err := tr.Do(t.Context(), post(Policy{}))
		require.ErrorIs(t, err, ErrTooLarge)
	})
	t.Run("a method that is none", func(t *testing.T) {
		t.Parallel()
		tr, s := newScripted(t, status(200, ""))
		_, err := tr.Do(t.Context(), &Request{Method: "no such", Path: "/x"})
		require.ErrorContains(t, err, "make request")
		assert.Empty(t, s.times)
	})
}

func TestDo_ConnectionLostInBody_IsRetried(t *testing.T) {
	t.Parallel()
	cut := func(code int) step {
		return func(req *http.Request) (*http.Response, error) {
			body := io.MultiReader(strings.NewReader(`{"data":`), errReader{io.ErrUnexpectedEOF})
			return &http.Response{StatusCode: code, Header: http.Header{}, Body: io.NopCloser(body), ContentLength: -1, Request: req}, nil
		}
	}
	synctest.Test(t, func(t *testing.T) {
		tr, _ := newScripted(t, cut(200), status(200, "whole"))
		resp, err := tr.Do(t.Context(), post(GraphQLPolicy()))
		require.NoError(t, err)
		assert.Equal(t, "whole", string(resp.Body), "half a success is a failed attempt")
	})
	synctest.Test(t, func(t *testing.T) {
		tr, s := newScripted(t, cut(403))
		resp, err := tr.Do(t.Context(), post(GraphQLPolicy()))
		require.NoError(t, err)
		assert.Equal(t, 403, resp.StatusCode, "the status was heard")
		assert.Equal(t, `{"data":`, string(resp.Body))
		assert.Len(t, s.times, 1)
	})
}
