package transport

import (
	"errors"
	"io"
	"io/fs"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/secret"
)

// closing counts how often a body is opened and closed.
type closing struct {
	io.Reader
	closed *int
}

func (c closing) Close() error { *c.closed++; return nil }

func texts(closed *int, bodies ...string) func() (io.ReadCloser, int64, error) {
	n := -1
	return func() (io.ReadCloser, int64, error) {
		n = min(n+1, len(bodies)-1)
		return closing{strings.NewReader(bodies[n]), closed}, int64(len(bodies[n])), nil
	}
}

func TestDo_OpenedBody_SendsItsLength(t *testing.T) {
	t.Parallel()
	type seen struct {
		length   int64
		encoding []string
		header   string
		body     string
	}
	var got []seen
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = append(got, seen{r.ContentLength, r.TransferEncoding, r.Header.Get("Content-Length"), string(body)})
		if len(got) == 1 {
			w.WriteHeader(503)
		}
	})
	tr := newTransport(t, Options{BaseURL: srv.URL})
	closed := 0
	put := &Request{Method: http.MethodPut, Path: "/f", Open: texts(&closed, "1", "22"), Policy: Policy{Retries: 1}}
	resp, err := tr.Do(t.Context(), put)
	require.NoError(t, err)
	assert.Equal(t, 2, resp.Attempts)
	put.Open = texts(&closed, "")
	_, err = tr.Do(t.Context(), put)
	require.NoError(t, err)
	assert.Equal(t, []seen{{1, nil, "1", "1"}, {2, nil, "2", "22"}, {0, nil, "0", ""}}, got,
		"each attempt opens the body anew, and an empty one has an explicit length")
	assert.Equal(t, 3, closed)
}

func TestDo_OpenedBodyTooLong_IsCut(t *testing.T) {
	t.Parallel()
	var body string
	srv := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		body = string(b)
	})
	tr := newTransport(t, Options{BaseURL: srv.URL})
	_, err := tr.Do(t.Context(), &Request{Path: "/f", Open: func() (io.ReadCloser, int64, error) {
		return io.NopCloser(strings.NewReader("grown since")), 5, nil
	}})
	require.NoError(t, err)
	assert.Equal(t, "grown", body)
}

func TestDo_BodyUnreadable_IsNotRetried(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func() (io.ReadCloser, int64, error){
		"open": func() (io.ReadCloser, int64, error) { return nil, 0, fs.ErrNotExist },
		"read": func() (io.ReadCloser, int64, error) {
			return io.NopCloser(io.MultiReader(strings.NewReader("x"), failingReader{fs.ErrNotExist})), 10, nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := serve(t, func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })
			tr := newTransport(t, Options{BaseURL: srv.URL})
			_, err := tr.Do(t.Context(), &Request{Path: "/f?signature=s3cret", Open: open, Policy: TransferPolicy(), Operation: "upload"})
			require.ErrorIs(t, err, fs.ErrNotExist)
			failed, ok := errors.AsType[*Error](err)
			require.True(t, ok)
			assert.Equal(t, 1, failed.Attempts)
			assert.NotContains(t, err.Error(), "s3cret", "a presigned address is a credential")
		})
	}
	tr := newTransport(t, Options{BaseURL: "http://127.0.0.1:1"})
	_, err := tr.Do(t.Context(), &Request{Path: "/f", Open: func() (io.ReadCloser, int64, error) {
		return io.NopCloser(strings.NewReader("")), -1, nil
	}})
	assert.ErrorContains(t, err, "negative size")
}

type failingReader struct{ err error }

func (r failingReader) Read([]byte) (int, error) { return 0, r.err }

func TestDo_BodyEndsEarly_IsRetried(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		short := func(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }
		tr, s := newScripted(t, short, status(200, ""))
		closed := 0
		_, err := tr.Do(t.Context(), &Request{Path: "/f", Open: texts(&closed, "abc"), Policy: TransferPolicy()})
		require.NoError(t, err)
		assert.Equal(t, []string{"abc", "abc"}, s.bodies)
		between(t, s.times[1]-s.times[0], 2*time.Second, 2500*time.Millisecond)
	})
}

func TestDo_ReplayedBody_IsOpenedAgain(t *testing.T) {
	t.Parallel()
	tr, _ := newScripted(t, func(req *http.Request) (*http.Response, error) {
		again, err := req.GetBody()
		require.NoError(t, err)
		text, err := io.ReadAll(again)
		require.NoError(t, err)
		assert.Equal(t, "abc", string(text))
		_, err = req.GetBody()
		require.ErrorContains(t, err, "shrank from 3 to 1 bytes")
		return status(200, "")(req)
	})
	closed := 0
	_, err := tr.Do(t.Context(), &Request{Path: "/f", Open: texts(&closed, "abc", "abcd", "a")})
	require.NoError(t, err)
}

func TestDo_NoCredentials_SendsNone(t *testing.T) {
	t.Parallel()
	var got http.Header
	srv := serve(t, func(_ http.ResponseWriter, r *http.Request) { got = r.Header })
	other := serve(t, func(_ http.ResponseWriter, r *http.Request) { got = r.Header })
	tr := newTransport(t, Options{
		BaseURL: srv.URL, Key: secret.New(testKey), Username: "jo", Email: "jo@example.com",
		ExtraHeaders: map[string]string{"X-Gateway": "g", "Authorization": "Bearer mine"},
	})
	for _, path := range []string{"/f", srv.URL + "/f", other.URL + "/f"} {
		for _, header := range []http.Header{nil, {"Content-Type": {"x/y"}, "X-Ms-Blob-Type": {"BlockBlob"}}} {
			_, err := tr.Do(t.Context(), &Request{Method: http.MethodPut, Path: path, NoCredentials: true, Header: header})
			require.NoError(t, err)
			for _, name := range []string{"Authorization", "X-Wandb-Username", "X-Wandb-User-Email"} {
				assert.NotContains(t, got, name, path)
			}
			assert.Equal(t, header.Get("Content-Type"), got.Get("Content-Type"))
			assert.Equal(t, header.Get("X-Ms-Blob-Type"), got.Get("X-Ms-Blob-Type"))
			assert.Equal(t, !strings.HasPrefix(path, other.URL), got.Get("X-Gateway") == "g", path)
		}
	}
	_, err := tr.Do(t.Context(), &Request{Path: "/f", NoCredentials: true, Header: http.Header{"Authorization": {"Bearer theirs"}}})
	require.NoError(t, err)
	assert.Equal(t, "Bearer theirs", got.Get("Authorization"), "what the server wants sent is sent")
}

func TestTransferPolicy_EachStatus_RetriesStoreFailures(t *testing.T) {
	t.Parallel()
	p := TransferPolicy()
	assert.Equal(t, 20, p.Retries)
	assert.Zero(t, p.AttemptTimeout, "a large file takes its time")
	for status, want := range map[int]bool{
		200: false, 301: false, 400: false, 401: false, 403: false, 404: false, 408: true, 409: false, 423: false,
		429: true, 500: true, 501: false, 502: true, 503: true, 507: false, 599: true,
	} {
		assert.Equal(t, want, p.Retryable(status, nil), status)
	}
	slow := []byte("<Error><Code>RequestTimeout</Code><Message>Your socket connection to the server was not read from or written to within the timeout period.</Message></Error>")
	assert.True(t, p.Retryable(400, slow), "S3 waited too long for the file")
	assert.False(t, p.Retryable(403, slow))
}
