package wandbtest_test

import (
	"math"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/wandbtest"
)

// standing is what an answer says about the limit.
type standing struct{ limit, remaining, reset, retryAfter string }

func standingOf(got *answer) standing {
	h := got.header
	return standing{h.Get("RateLimit-Limit"), h.Get("RateLimit-Remaining"), h.Get("RateLimit-Reset"), h.Get("Retry-After")}
}

// ask sends a GraphQL request.
func (c *client) ask() *answer {
	c.tb.Helper()
	got, err := c.try(http.MethodPost, "/graphql", graphqlBody(c.tb, `{ viewer { username } }`, nil), nil)
	require.NoError(c.tb, err)
	return got
}

// beat posts a heartbeat to a run of acme.
func (c *client) beat(project string) *answer {
	c.tb.Helper()
	got, err := c.try(http.MethodPost, "/files/acme/"+project+"/r/file_stream", []byte(`{}`), nil)
	require.NoError(c.tb, err)
	return got
}

func TestRateLimit_Exceeded_Returns429(t *testing.T) {
	t.Parallel()
	var now atomic.Int64
	srv := wandbtest.New(t, wandbtest.Solo(), wandbtest.WithRateLimit(2, time.Minute),
		wandbtest.WithClock(func() time.Time { return time.Unix(0, now.Load()) }))
	alice := as(t, srv, wandbtest.AliceKey)
	for _, step := range []struct {
		at     time.Duration
		status int
		want   standing
	}{
		{0, http.StatusOK, standing{"2", "1", "60", ""}},
		{14500 * time.Millisecond, http.StatusOK, standing{"2", "0", "46", ""}},
		{15 * time.Second, http.StatusTooManyRequests, standing{"2", "0", "45", "45"}},
		{60 * time.Second, http.StatusOK, standing{"2", "1", "60", ""}},
	} {
		now.Store(int64(step.at))
		got := alice.ask()
		assert.Equal(t, step.status, got.status, step.at)
		assert.Equal(t, step.want, standingOf(got), step.at)
	}
}

// What counts together and what does not.
func TestRateLimit_AccountsAndProjects_AreCountedSeparately(t *testing.T) {
	t.Parallel()
	now := time.Unix(0, 0)
	srv := wandbtest.New(t, wandbtest.Solo(), wandbtest.WithRateLimit(3, time.Minute), wandbtest.WithClock(func() time.Time { return now }))
	alice, bob, nobody := as(t, srv, wandbtest.AliceKey), as(t, srv, wandbtest.BobKey), as(t, srv, "")
	alice.mustUpsert("acme", "p", "r")
	alice.mustUpsert("acme", "q", "r")
	assert.Equal(t, "0", standingOf(alice.ask()).remaining, "GraphQL counts by account")
	assert.Equal(t, "2", standingOf(bob.ask()).remaining)
	assert.Equal(t, "2", standingOf(nobody.ask()).remaining)
	assert.Equal(t, "2", standingOf(alice.beat("p")).remaining, "and apart from the file stream,")
	assert.Equal(t, "1", standingOf(alice.beat("p")).remaining, "which counts by project")
	assert.Equal(t, "2", standingOf(alice.beat("q")).remaining)
	assert.Equal(t, "2", standingOf(nobody.beat("none")).remaining, "answers that refuse say it, too")
	assert.Equal(t, http.StatusOK, alice.beat("p").status)
	got := alice.beat("p")
	assert.Equal(t, http.StatusTooManyRequests, got.status)
	assert.JSONEq(t, `{"error":"rate limit exceeded"}`, got.body)
	assert.Equal(t, 3, view(t, srv).Streams, "what is too much is not stored")
}

// The object store is no part of W&B.
func TestRateLimit_Uploads_AreNotCounted(t *testing.T) {
	t.Parallel()
	_, c := running(t, wandbtest.WithRateLimit(2, time.Hour))
	url := c.createFile("f.txt")
	anonymous := as(t, c.srv, "")
	for range 3 {
		got, err := anonymous.try(http.MethodPut, url, []byte("x"), nil)
		require.NoError(t, err)
		assert.Equal(t, http.StatusOK, got.status)
		assert.Equal(t, standing{}, standingOf(got))
	}
}

func TestRateLimit_NotSet_SendsNoHeaders(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]wandbtest.Option{
		"default": nil, "no requests": {wandbtest.WithRateLimit(0, time.Minute)}, "no window": {wandbtest.WithRateLimit(5, 0)},
	} {
		_, c := running(t, opts...)
		for range 10 {
			got := c.beat("p")
			assert.Equal(t, http.StatusOK, got.status, name)
			assert.Equal(t, standing{}, standingOf(got), name)
		}
	}
}

func TestFileStream_Limits_AreReported(t *testing.T) {
	t.Parallel()
	now := time.Unix(0, 0)
	frozen := wandbtest.WithClock(func() time.Time { return now })
	for name, tc := range map[string]struct {
		opts []wandbtest.Option
		want string
	}{
		"none":       {nil, `{}`},
		"rate limit": {[]wandbtest.Option{wandbtest.WithRateLimit(10, time.Minute), frozen}, `{"limit":10,"remaining":9,"reset":60}`},
		"given": {[]wandbtest.Option{
			wandbtest.WithRateLimit(10, time.Minute), wandbtest.WithLimits(map[string]any{"heartbeat_seconds": 20}),
		}, `{"heartbeat_seconds":20}`},
		"given empty": {[]wandbtest.Option{wandbtest.WithRateLimit(10, time.Minute), wandbtest.WithLimits(map[string]any{})}, `{}`},
	} {
		srv, c := running(t, tc.opts...)
		assert.JSONEq(t, `{"exitcode":null,"limits":`+tc.want+`}`, c.beat("p").body, name)
		require.NoError(t, srv.StopRun("acme", "p", "r"))
		assert.Contains(t, c.beat("p").body, `,"stopped":true}`, name)
	}
	_, err := wandbtest.Start(wandbtest.Solo(), wandbtest.WithLimits(map[string]any{"rate": math.NaN()}))
	assert.ErrorContains(t, err, "limits")
}
