package dashboard

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// listener reads server-sent events.
type listener struct {
	t *testing.T
	r *bufio.Reader
}

// next returns the next event of a name; comments and others are passed over.
func (l *listener) next(name string) map[string]any {
	l.t.Helper()
	found := false
	for {
		line, err := l.r.ReadString('\n')
		require.NoError(l.t, err)
		if event, ok := strings.CutPrefix(line, "event: "); ok {
			found = strings.TrimSpace(event) == name
		}
		if data, ok := strings.CutPrefix(line, "data: "); ok && found {
			var out map[string]any
			require.NoError(l.t, json.Unmarshal([]byte(data), &out))
			return out
		}
	}
}

func TestEvents_RunGrowsAndAnotherStartsAndGoes(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	l := start(t, root, "a", 0, "{}")
	l.row(`"loss":1`)
	require.NoError(t, l.log.Flush())
	b := serve(t, root, Options{})
	b.beat, b.pause = time.Millisecond, time.Millisecond
	server := httptest.NewServer(b)
	defer server.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	key := keyOf(t, b, "a")
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/-/events?list=1&run=nothing&run="+key, nil)
	require.NoError(t, err)
	response, err := server.Client().Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	assert.Equal(t, "text/event-stream", response.Header.Get("Content-Type"))
	events := &listener{t, bufio.NewReader(response.Body)}
	hello := events.next("hello")

	l.row(`"loss":2`)
	require.NoError(t, l.log.Flush())
	b.store.Refresh(t.Context())
	grown := events.next("run")
	assert.Equal(t, key, grown["key"])
	assert.InDelta(t, 2, grown["rows"], 0)
	assert.Equal(t, "running", grown["state"])

	other := start(t, root, "b", 1, "{}")
	other.finish(0)
	b.store.Refresh(t.Context())
	for {
		list := events.next("runs")
		assert.Greater(t, list["version"], hello["version"])
		if changed := list["changed"].([]any); len(changed) > 0 && changed[0] == keyOf(t, b, "b") || len(changed) > 1 {
			break
		}
	}
	gone := keyOf(t, b, "b")
	require.NoError(t, os.RemoveAll(other.dir.Path()))
	b.store.Refresh(t.Context())
	_ = gone
}

// stalledBrowser accepts nothing until a deadline.
type stalledBrowser struct {
	*httptest.ResponseRecorder
	t        *testing.T
	deadline time.Time
}

func (s *stalledBrowser) SetWriteDeadline(at time.Time) error {
	s.deadline = at
	return nil
}

func (s *stalledBrowser) Write([]byte) (int, error) {
	assert.False(s.t, s.deadline.IsZero(), "it would block for ever")
	return 0, os.ErrDeadlineExceeded
}

func TestEvents_StalledReader_EndsTheStream(t *testing.T) {
	t.Parallel()
	b := serve(t, t.TempDir(), Options{})
	w := &stalledBrowser{httptest.NewRecorder(), t, time.Time{}}
	b.events(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/-/events?list=1", nil))
	assert.True(t, w.deadline.IsZero(), "the connection may have other requests")
}

func TestEvents_Head_EndsAtOnce(t *testing.T) {
	t.Parallel()
	b := serve(t, t.TempDir(), Options{})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	w := httptest.NewRecorder()
	b.events(w, httptest.NewRequestWithContext(ctx, http.MethodHead, "/-/events?list=1", nil))
	require.NoError(t, ctx.Err())
	assert.Equal(t, http.StatusOK, w.Code)
	assert.Equal(t, "text/event-stream", w.Header().Get("Content-Type"))
	assert.Empty(t, w.Body.Bytes())
}
