package diagnose

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/filestream"
	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/settings"
	"github.com/wandgo/wandgo/internal/transport"
)

const testKey = "notakey000000000000000000000000000000000"

// outsiders is a server on which jo belongs to no team. It counts the requests.
type outsiders struct {
	mu       sync.Mutex
	requests int
	delay    time.Duration
}

func (s *outsiders) RoundTrip(req *http.Request) (*http.Response, error) {
	s.mu.Lock()
	s.requests++
	s.mu.Unlock()
	select {
	case <-time.After(s.delay):
	case <-req.Context().Done():
		return nil, req.Context().Err()
	}
	body := `{"data":{"viewer":{"id":"1","username":"jo","entity":"jo","accountType":"USER","teams":{"edges":[]}},` +
		`"entity":{"name":"acme","isTeam":true,"readOnly":true}}}`
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{}, Request: req, Body: io.NopCloser(strings.NewReader(body)),
	}, nil
}

func (s *outsiders) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests
}

func newDiagnoser(t *testing.T, s *outsiders, key string) *Diagnoser {
	t.Helper()
	tr, err := transport.New(transport.Options{
		BaseURL: "https://api.test", Key: secret.New(key), HTTPClient: &http.Client{Transport: s},
	})
	require.NoError(t, err)
	resolved := &settings.Settings{Key: secret.New(key), KeySource: "WANDB_API_KEY"}
	resolved.BaseURL.Text = "https://api.test"
	return New(Config{GraphQL: gqlclient.New(tr), Settings: resolved, Timeout: 5 * time.Second})
}

// diagnoserAt makes a Diagnoser for errors that need no question.
func diagnoserAt(base string) *Diagnoser {
	return New(Config{Settings: &settings.Settings{BaseURL: settings.Value{Text: base}}})
}

func denied() error {
	return &graphql.Error{Operation: "UpsertBucket", StatusCode: http.StatusForbidden, Kind: graphql.KindGraphQL, Message: "permission denied"}
}

var create = Question{Op: OpCreateRun, Entity: "acme", Project: "vision"}

func TestDiagnoser_Explain_Refused_NamesCauseActionAndKey(t *testing.T) {
	t.Parallel()
	s := &outsiders{}
	d := newDiagnoser(t, s, testKey)
	err := d.Explain(t.Context(), t.Context(), create, denied())
	require.ErrorIs(t, err, errors.ErrNotTeamMember)
	e, ok := errors.AsType[*errors.PermissionError](err)
	require.True(t, ok)
	assert.Equal(t, errors.ActionCreate, e.Action)
	assert.Equal(t, errors.ResourceRun, e.Resource)
	assert.Equal(t, "WANDB_API_KEY", e.KeySource)
	assert.Equal(t, 1, s.count())
}

func TestDiagnoser_Explain_OwnDeadline_ReturnsRequestError(t *testing.T) {
	t.Parallel()
	s := &outsiders{}
	d := newDiagnoser(t, s, testKey)
	within, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	down := &graphql.Error{Operation: "UpsertBucket", StatusCode: 502, Kind: graphql.KindHTML, Err: within.Err(), RetryAfter: time.Minute}
	err := d.Explain(t.Context(), within, create, down)
	require.ErrorIs(t, err, errors.ErrServerUnavailable)
	assert.True(t, errors.IsTimeout(err))
	wait, ok := errors.RetryAfter(err)
	assert.True(t, ok)
	assert.Equal(t, time.Minute, wait)
	assert.Zero(t, s.count(), "there is nothing to ask")
}

func TestDiagnoser_ExplainRunning_PartsRefusedTogether_AsksOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &outsiders{delay: time.Second}
		d := newDiagnoser(t, s, testKey)
		var all sync.WaitGroup
		for _, op := range []Op{OpUploadRun, OpUpdateSettings, OpUploadFiles} {
			all.Go(func() {
				q := create
				q.Op = op
				err := d.ExplainRunning(t.Context(), q, denied())
				assert.ErrorIs(t, err, errors.ErrNotTeamMember)
			})
		}
		all.Wait()
		assert.Equal(t, 1, s.count())
	})
}

func TestDiagnoser_ExplainRunning_NotARequest_ReturnsTheError(t *testing.T) {
	t.Parallel()
	d := newDiagnoser(t, &outsiders{}, testKey)
	assert.Same(t, io.EOF, d.ExplainRunning(t.Context(), create, io.EOF))
	explained := &errors.PermissionError{}
	assert.Same(t, explained, d.ExplainRunning(t.Context(), create, explained))
}

func TestDiagnoser_Preliminary_Refused_SendsNothing(t *testing.T) {
	t.Parallel()
	s := &outsiders{}
	d := newDiagnoser(t, s, testKey)
	refused := &filestream.RefusedError{StatusCode: 200, Message: "permission denied"}
	err := d.Preliminary(t.Context(), create, refused)
	require.ErrorIs(t, err, errors.ErrPermissionDenied)
	require.ErrorIs(t, err, refused)
	assert.Zero(t, s.count())
}

func TestDiagnoser_Check_EachKey_HasDecision(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, key string
		cause     error
		requests  int
	}{
		{"outsider", testKey, errors.ErrNotTeamMember, 1},
		{"no key", "", errors.ErrNoAPIKey, 0},
		{"malformed key", "notakey", errors.ErrBadAPIKey, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := &outsiders{}
			decision, e, err := newDiagnoser(t, s, tc.key).Check(t.Context(), create)
			require.NoError(t, err)
			assert.Equal(t, Deny, decision)
			assert.ErrorIs(t, e, tc.cause)
			assert.Equal(t, tc.requests, s.count())
		})
	}
}

func TestDiagnoser_Viewer_EachKey_ReturnsAccountOrError(t *testing.T) {
	t.Parallel()
	s := &outsiders{}
	v, err := newDiagnoser(t, s, testKey).Viewer(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "jo", v.Username)
	assert.Equal(t, 1, s.count())
	_, err = newDiagnoser(t, s, "").Viewer(t.Context())
	require.ErrorIs(t, err, errors.ErrNoAPIKey)
	e, ok := errors.AsType[*errors.PermissionError](err)
	require.True(t, ok)
	assert.Equal(t, errors.ResourceAccount, e.Resource)
	assert.Equal(t, 1, s.count(), "nothing is sent without a key")
}
