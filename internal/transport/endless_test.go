package transport

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// endless is a body that sends its text and then blocks until the request's context
// ends.
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

// neverEnds responds with a body that does not end.
func neverEnds(code int, text string) step {
	return func(req *http.Request) (*http.Response, error) {
		return &http.Response{
			StatusCode: code, Header: http.Header{}, Request: req, ContentLength: -1,
			Body: endless{req.Context(), strings.NewReader(text)},
		}, nil
	}
}

// The status of an error is enough, with the part of the body that comes within a
// few seconds. The body of a 2xx must be complete.
func TestDo_ErrorBodyNeverEnds_ReturnsStatus(t *testing.T) {
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

// The body of a 101 is the connection itself, so a read would block until the other
// side closes it.
func TestDo_SwitchingProtocols_ReturnsAtOnce(t *testing.T) {
	t.Parallel()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var held sync.WaitGroup
	defer held.Wait()
	defer listener.Close()
	held.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			held.Go(func() {
				defer conn.Close()
				if _, err := http.ReadRequest(bufio.NewReader(conn)); err != nil {
					return
				}
				_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")
				_, _ = io.Copy(io.Discard, conn) // until the client closes it
			})
		}
	})
	tr, err := New(Options{BaseURL: "http://" + listener.Addr().String()})
	require.NoError(t, err)
	defer tr.Close()
	resp, err := tr.Do(t.Context(), post(Policy{}))
	require.NoError(t, err)
	assert.Equal(t, http.StatusSwitchingProtocols, resp.StatusCode)
	assert.Empty(t, resp.Body)
}
