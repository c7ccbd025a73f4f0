package alert_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/alert"
	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/transport"
	"github.com/wandgo/wandgo/wandbtest"
)

func TestSend_Alert_ReachesTheRun(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, wandbtest.Solo())
	client := newClient(t, srv)
	a := alert.New(client, "acme", "p", "r")
	for _, one := range []alert.Alert{
		{Title: "loss", Text: "it is NaN"},
		{Title: "slow", Level: alert.Warn, Wait: 5 * time.Second},
		{Title: "dead", Level: alert.Error, Wait: -1},
		{Title: "dead", Level: alert.Error, Text: "really"},
	} {
		sent, err := a.Send(t.Context(), one)
		require.NoError(t, err)
		assert.True(t, sent, one)
	}
	sent, err := a.Send(t.Context(), alert.Alert{Title: "loss", Text: "still NaN"})
	require.NoError(t, err)
	assert.False(t, sent)
	v, _ := srv.Run("acme", "p", "r")
	assert.Equal(t, []wandbtest.Alert{
		{Title: "loss", Text: "it is NaN", Severity: "INFO", Wait: time.Minute},
		{Title: "slow", Severity: "WARN", Wait: 5 * time.Second},
		{Title: "dead", Severity: "ERROR"},
		{Title: "dead", Text: "really", Severity: "ERROR", Wait: time.Minute},
	}, v.Alerts)
}

func newClient(t *testing.T, srv *wandbtest.Server) *gqlclient.Client {
	t.Helper()
	tr, err := transport.New(transport.Options{BaseURL: srv.URL(), Key: secret.New(wandbtest.AliceKey)})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, tr.Close()) })
	client := gqlclient.New(tr)
	entity, project, run := "acme", "p", "r"
	_, err = graphql.UpsertBucket(t.Context(), client, graphql.UpsertBucketInput{EntityName: &entity, ModelName: &project, Name: &run})
	require.NoError(t, err)
	return client
}

func TestSend_InvalidAlert_ReturnsInputError(t *testing.T) {
	t.Parallel()
	a := alert.New(nil, "acme", "p", "r")
	for want, one := range map[string]alert.Alert{
		"invalid title: must not be empty":                     {},
		"invalid title \"\\xff\": must be valid UTF-8":         {Title: "\xff"},
		"invalid text \"\\xff\": must be valid UTF-8":          {Title: "t", Text: "\xff"},
		"invalid level \"info\": must be INFO, WARN or ERROR":  {Title: "t", Level: "info"},
		"invalid level \"FATAL\": must be INFO, WARN or ERROR": {Title: "t", Level: "FATAL"},
	} {
		sent, err := a.Send(t.Context(), one)
		assert.False(t, sent)
		require.ErrorIs(t, err, errors.ErrInvalidInput)
		assert.EqualError(t, err, want)
	}
}

func TestSend_Refused_DoesNotDelayTheNext(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, wandbtest.Solo())
	a := alert.New(newClient(t, srv), "acme", "p", "r")
	require.NoError(t, srv.SetRole("acme", "alice", wandbtest.RoleViewer))
	_, err := a.Send(t.Context(), alert.Alert{Title: "t"})
	refusal, ok := errors.AsType[*graphql.Error](err)
	require.True(t, ok)
	assert.Equal(t, 403, refusal.StatusCode)
	assert.Contains(t, err.Error(), `send alert "t": NotifyScriptableRunAlert: HTTP 403`)
	require.NoError(t, srv.SetRole("acme", "alice", wandbtest.RoleMember))
	sent, err := a.Send(t.Context(), alert.Alert{Title: "t"})
	require.NoError(t, err)
	assert.True(t, sent)
}

func TestSend_OtherProcessSentTitle_ReportsFalse(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, wandbtest.Solo())
	a := alert.New(newClient(t, srv), "acme", "p", "r")
	for _, body := range []string{`{"data":{"notifyScriptableRunAlert":{"success":false}}}`, `{"data":{"notifyScriptableRunAlert":null}}`} {
		srv.Inject(wandbtest.Fault{Operation: "NotifyScriptableRunAlert", Body: body, Count: 1})
		sent, err := a.Send(t.Context(), alert.Alert{Title: body})
		require.NoError(t, err)
		assert.False(t, sent)
	}
	for _, sends := range []bool{true, false} { // two that know nothing of each other
		other := alert.New(newClient(t, srv), "acme", "p", "r")
		sent, err := other.Send(t.Context(), alert.Alert{Title: "loss"})
		require.NoError(t, err)
		assert.Equal(t, sends, sent)
	}
}

// accepting answers every alert at once.
type accepting struct{ n atomic.Int32 }

func (s *accepting) RoundTrip(req *http.Request) (*http.Response, error) {
	s.n.Add(1)
	_, _ = io.Copy(io.Discard, req.Body)
	return &http.Response{
		StatusCode: 200, Header: http.Header{}, Request: req,
		Body: io.NopCloser(strings.NewReader(`{"data":{"notifyScriptableRunAlert":{"success":true}}}`)),
	}, nil
}

func newAccepting(t *testing.T) (*alert.Alerter, *accepting) {
	t.Helper()
	s := &accepting{}
	tr, err := transport.New(transport.Options{BaseURL: "https://api.test", HTTPClient: &http.Client{Transport: s}})
	require.NoError(t, err)
	return alert.New(gqlclient.New(tr), "acme", "p", "r"), s
}

func TestSend_SameTitleWithinWait_ReportsFalse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, s := newAccepting(t)
		var wg sync.WaitGroup
		var sent atomic.Int32
		for range 20 {
			wg.Go(func() {
				ok, err := a.Send(t.Context(), alert.Alert{Title: "t"})
				assert.NoError(t, err)
				if ok {
					sent.Add(1)
				}
			})
		}
		wg.Wait()
		assert.EqualValues(t, 1, sent.Load())
		assert.EqualValues(t, 1, s.n.Load(), "the server is not asked")
		advance(time.Minute - time.Nanosecond)
		ok, _ := a.Send(t.Context(), alert.Alert{Title: "t"})
		assert.False(t, ok)
		advance(time.Nanosecond)
		ok, _ = a.Send(t.Context(), alert.Alert{Title: "t"})
		assert.True(t, ok)
	})
}

func TestReserve_ManyTitles_RemovesExpired(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, _ := newAccepting(t)
		for i := range 1000 {
			ok, err := a.Send(t.Context(), alert.Alert{Title: fmt.Sprint(i)})
			require.NoError(t, err)
			assert.True(t, ok)
			advance(time.Second)
		}
		ok, _ := a.Send(t.Context(), alert.Alert{Title: "999"})
		assert.False(t, ok, "forgetting old titles spares the new ones")
	})
}

// advance moves a fake clock.
func advance(d time.Duration) { time.Sleep(d) } //nolint:forbidigo // no real time passes
