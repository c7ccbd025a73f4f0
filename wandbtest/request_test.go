package wandbtest_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/wandbtest"
)

func TestRequests_EachKind_IsRecorded(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	srv, c := running(t, wandbtest.WithClock(func() time.Time { return now }))
	c.stream("acme", "p", "r", `{}`)
	as(t, srv, "").do(http.MethodPut, c.createFile("f"), []byte("x"))
	c.do(http.MethodPost, "/sdk/otel/v1/metrics", []byte("\x0a"))
	c.do(http.MethodGet, "/nowhere?x=1", nil)
	got := []string{}
	for i, r := range srv.Requests() {
		assert.Equal(t, i+1, r.Seq)
		assert.Equal(t, now, r.Time)
		path, _, _ := strings.Cut(r.Path, "signature")
		if strings.HasPrefix(path, "/storage/") {
			path = "/storage/"
		}
		got = append(got, fmt.Sprintf("%s %s %s %d %s %d", r.Method, path, r.Operation, r.Status, r.User, min(r.BodySize, 2)))
	}
	assert.Equal(t, []string{
		"POST /graphql UpsertBucket 200 alice 2", "POST /files/acme/p/r/file_stream file_stream 200 alice 2",
		"POST /graphql CreateRunFiles 200 alice 2", "PUT /storage/ PUT 200  1",
		"POST /sdk/otel/v1/metrics otel 200 alice 1", "GET /nowhere?x=1  404 alice 0",
	}, got)
	status, body := c.do(http.MethodGet, "/nowhere", nil)
	assert.Equal(t, http.StatusNotFound, status)
	assert.Equal(t, "404 page not found\n", body)
}

// Whatever a test prints, the keys are not in it, even
// where a careless client puts them.
func TestRequests_KeysInThem_AreHidden(t *testing.T) {
	t.Parallel()
	var logged bytes.Buffer
	srv := wandbtest.New(t, wandbtest.Solo(), wandbtest.WithLogger(slog.New(slog.NewTextHandler(&logged, nil))))
	const added = "notakey-added-01234567890123456789012345678901"
	require.NoError(t, srv.AddKey("alice", added))
	c := as(t, srv, wandbtest.AliceKey)
	c.header = http.Header{"X-Key": {added}}
	c.upsert("acme", "p", "r", "notes", "my key is "+wandbtest.AliceKey)
	require.NoError(t, srv.RevokeKey(added))
	c.do(http.MethodGet, "/?key="+wandbtest.AliceKey, nil)
	text := fmt.Sprintf("%v", srv.Requests())
	for _, r := range srv.Requests() {
		text += string(r.Body)
	}
	srv.Close()
	for _, secret := range []string{wandbtest.AliceKey, added, base64.StdEncoding.EncodeToString([]byte("api:" + wandbtest.AliceKey))} {
		assert.NotContains(t, text, secret)
		assert.NotContains(t, logged.String(), secret)
	}
	assert.Contains(t, text, "Basic [redacted]")
	assert.Contains(t, text, "my key is [redacted]")
	assert.Contains(t, logged.String(), "operation=UpsertBucket user=alice status=200")
}

func TestWaitRequests_ConditionMet_Returns(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, wandbtest.Solo())
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	done := make(chan []wandbtest.Request, 1)
	go func() {
		found, err := srv.WaitRequests(ctx, 2, func(r wandbtest.Request) bool { return r.Operation == "UpsertBucket" })
		assert.NoError(t, err)
		done <- found
	}()
	c := as(t, srv, wandbtest.AliceKey)
	c.upsert("acme", "p", "a")
	c.query("viewer", `{ viewer { id } }`, nil)
	c.upsert("acme", "p", "b")
	assert.Len(t, <-done, 2)
	ended, stop := context.WithCancel(ctx)
	stop()
	found, err := srv.WaitRequests(ended, 9, nil)
	require.ErrorIs(t, err, context.Canceled)
	assert.Len(t, found, 3)
}

func TestWaitRun_ConditionMet_Returns(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, wandbtest.Solo())
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	done := make(chan wandbtest.RunView, 1)
	go func() {
		v, err := srv.WaitRun(ctx, "acme", "p", "r", func(v wandbtest.RunView) bool { return v.State == "finished" })
		assert.NoError(t, err)
		done <- v
	}()
	c := as(t, srv, wandbtest.AliceKey)
	c.mustUpsert("acme", "p", "r")
	c.stream("acme", "p", "r", `{"complete":true,"exitcode":0}`)
	assert.Equal(t, "finished", (<-done).State)
	ended, stop := context.WithCancel(ctx)
	stop()
	v, err := srv.WaitRun(ended, "acme", "p", "r", func(wandbtest.RunView) bool { return false })
	require.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, "finished", v.State, "the last state comes with the error")
}

// A long run must not fill the memory with what it sent.
func TestRequests_ManyBytes_DropsTheOldestBodies(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, wandbtest.Solo())
	const size, n = 64 << 10, 1100 // 64 KiB each, 64 MiB of them are kept
	body := strings.Repeat("x", size)
	for range n {
		req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/sdk/otel/v1/logs", strings.NewReader(body))
		srv.ServeHTTP(httptest.NewRecorder(), req)
	}
	kept := 0
	requests := srv.Requests()
	assert.Len(t, requests, n)
	for _, r := range requests {
		assert.Equal(t, size, r.BodySize)
		if len(r.Body) > 0 {
			kept++
		}
	}
	assert.Equal(t, 1024, kept)
	assert.Empty(t, requests[0].Body, "the oldest go first")
	assert.NotEmpty(t, requests[n-1].Body)
}

func TestRequests_LargeBody_IsCut(t *testing.T) {
	t.Parallel()
	srv, c := running(t)
	big := `{"x":"` + strings.Repeat("y", 1<<20) + `"}`
	c.stream("acme", "p", "r", big)
	r := srv.Requests()[1]
	assert.Len(t, r.Body, 64<<10)
	assert.Equal(t, len(big), r.BodySize)
}
