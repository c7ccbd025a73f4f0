package transport

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDo_Receive_StartsOverIfTheBodyEndsEarly(t *testing.T) {
	t.Parallel()
	body := strings.Repeat("x", 1<<16)
	attempts := 0
	srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		attempts++
		w.Header().Set("Content-Length", "65536")
		if attempts == 1 {
			_, _ = io.WriteString(w, body[:100])
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}
		_, _ = io.WriteString(w, body)
	})
	tr := newTransport(t, Options{BaseURL: srv.URL})
	var got []int
	resp, err := tr.Do(t.Context(), &Request{Method: http.MethodGet, Path: "/f", MaxBody: 10, Policy: Policy{Retries: 2}, Receive: func(_ *Response, r io.Reader) error {
		text, err := io.ReadAll(r)
		got = append(got, len(text))
		return err
	}})
	require.NoError(t, err)
	assert.Empty(t, resp.Body)
	assert.Equal(t, []int{100, 65536}, got)
}

func TestDo_ReceiveFails_IsNotRetried(t *testing.T) {
	t.Parallel()
	attempts := 0
	srv := serve(t, func(http.ResponseWriter, *http.Request) { attempts++ })
	tr := newTransport(t, Options{BaseURL: srv.URL})
	full := errors.New("no space left on device")
	_, err := tr.Do(t.Context(), &Request{Method: http.MethodGet, Path: "/f", Policy: Policy{Retries: 2}, Receive: func(*Response, io.Reader) error { return full }})
	require.ErrorIs(t, err, full)
	assert.ErrorContains(t, err, "store response body")
	assert.Equal(t, 1, attempts)
}

func TestDo_ReceiveRefusal_HasTheBody(t *testing.T) {
	t.Parallel()
	srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, "no")
	})
	tr := newTransport(t, Options{BaseURL: srv.URL})
	resp, err := tr.Do(t.Context(), &Request{Method: http.MethodGet, Path: "/f", Receive: func(*Response, io.Reader) error { return errors.New("called") }})
	require.NoError(t, err)
	assert.Equal(t, "no", string(resp.Body))
}
