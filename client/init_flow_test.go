package client_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/wandbtest"
)

// through makes the client's requests pass r.
func through(t *testing.T, r *rounds) func(*client.Options) {
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	r.next = transport
	return func(o *client.Options) { o.HTTPClient = &http.Client{Transport: r} }
}

// operations lists what was asked, in order.
func operations(s *wandbtest.Server) []string {
	var names []string
	for _, r := range s.Requests() {
		names = append(names, r.Operation)
	}
	return names
}

// TestInitRequests counts the requests and round trips of Init. A refused one
// takes two where the server knows the combined question.
func TestInitRequests(t *testing.T) {
	t.Parallel()
	tests := []struct {
		gen                     wandbtest.Generation
		user, entity            string
		requests, depth         int
		succeeds                bool
		combined, spoilCombined bool
	}{
		{gen: wandbtest.Gen2026, user: "member", entity: "acme", requests: 1, depth: 1, succeeds: true},
		{gen: wandbtest.Gen2024Oct, user: "member", entity: "acme", requests: 1, depth: 1, succeeds: true},
		{gen: wandbtest.Gen2024Jan, user: "member", entity: "acme", requests: 1, depth: 1, succeeds: true},
		{gen: wandbtest.Gen2026, user: "outsider", entity: "acme", requests: 2, depth: 2},
		{gen: wandbtest.Gen2026, user: "view-only", entity: "", requests: 2, depth: 2},
		{gen: wandbtest.Gen2026, user: "nobody", entity: "acme", requests: 2, depth: 2},
		{gen: wandbtest.Gen2026, user: "outsider", entity: "nosuchteam", requests: 2, depth: 2},
		{gen: wandbtest.Gen2024Oct, user: "outsider", entity: "acme", requests: 2, depth: 2},
		// The combined question has fields that this server lacks, so the single
		// ones follow, all at once.
		{gen: wandbtest.Gen2024Jan, user: "outsider", entity: "acme", requests: 12, depth: 3},
		{gen: wandbtest.Gen2024Jan, user: "nobody", entity: "acme", requests: 2, depth: 2},
		// The same where something objects to the combined question.
		{gen: wandbtest.Gen2026, user: "outsider", entity: "acme", spoilCombined: true, requests: 12, depth: 3},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%v %s in %q spoiled %v", tt.gen, tt.user, tt.entity, tt.spoilCombined), func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, everybody(), wandbtest.WithGeneration(tt.gen))
			if tt.spoilCombined {
				s.Inject(wandbtest.Fault{Operation: "Diagnose", Status: 403, Body: `{"error":"no"}`})
			}
			// Questions that are sent together must not be answered before the last
			// of them is on its way, or they would count as sequential.
			s.Inject(wandbtest.Fault{Match: isQuestion, Delay: 200 * time.Millisecond})
			// Init does not wait for what the run it creates sends afterwards.
			returned := make(chan struct{})
			s.Inject(wandbtest.Fault{Operation: "file_stream", Match: func(*http.Request, []byte) bool { <-returned; return false }})
			var r rounds
			c := newClient(t, s, key(tt.user), through(t, &r))
			run, err := c.Init(counted(t.Context()), client.RunOptions{Entity: tt.entity, Project: "new"})
			close(returned)
			asked := operations(s)
			assert.Equal(t, tt.requests, r.requests, "%v", asked)
			assert.Equal(t, tt.depth, r.depth, "%v", asked)
			t.Logf("%d requests, %d sequential: %v", r.requests, r.depth, asked)
			if tt.succeeds {
				require.NoError(t, err)
				require.NoError(t, run.Finish(t.Context()))
				return
			}
			require.ErrorIs(t, err, errors.ErrPermissionDenied)
			assert.Equal(t, "UpsertBucket", asked[0])
			if tt.requests > 2 {
				assert.Equal(t, "Diagnose", asked[1], "single questions only after the combined one")
			}
		})
	}
}

// TestDiagnosisDeadline: a server that hangs on the questions costs the time for
// the diagnosis and no more, and the refusal comes back.
func TestDiagnosisDeadline(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name       string
		user       string
		fault      wandbtest.Fault
		confidence errors.Confidence
		cause      error
	}{
		{"all questions hang", "outsider", wandbtest.Fault{Match: isQuestion, Hang: true}, errors.Undetermined, nil},
		{"all questions hang, bad key", "nobody", wandbtest.Fault{Match: isQuestion, Hang: true}, errors.Likely, errors.ErrBadAPIKey},
		{"the combined question hangs", "outsider", wandbtest.Fault{Operation: "Diagnose", Hang: true}, errors.Certain, errors.ErrNotTeamMember},
		{"all questions answer 429", "outsider", wandbtest.Fault{Match: isQuestion, Status: 429, Header: header("Retry-After", "60")}, errors.Undetermined, nil},
		{"all questions answer 503 and a long Retry-After", "outsider", wandbtest.Fault{Match: isQuestion, Status: 503, Header: header("Retry-After", "60")}, errors.Undetermined, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, everybody())
			s.Inject(tt.fault)
			c := newClient(t, s, key(tt.user), func(o *client.Options) { o.DiagnosisTimeout = 3 * slowness * time.Second })
			_, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "new"})
			p, ok := errors.AsType[*errors.PermissionError](err)
			require.True(t, ok, "%v", err)
			assert.Equal(t, tt.confidence, p.Confidence)
			assert.Equal(t, tt.cause, p.Cause)
			httpErr, ok := errors.AsType[*graphql.HTTPError](err)
			require.True(t, ok)
			assert.Equal(t, p.StatusCode, httpErr.StatusCode)
			assert.Equal(t, "permission denied", strings.ReplaceAll(p.Message, "user is not logged in", "permission denied"))
			assert.NotErrorIs(t, err, context.DeadlineExceeded, "our own deadline is none of the caller's business")
		})
	}
}

// TestCallersDeadlineDuringTheQuestions: the refusal stands, the text says what
// became of the questions and why, and the deadline is named once.
func TestCallersDeadlineDuringTheQuestions(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	held := s.Inject(wandbtest.Fault{Match: isQuestion, Hang: true})
	c := newClient(t, s, key("outsider"))
	// The deadline is far off until the questions are under way.
	ctx := &deadlineOnDemand{Context: t.Context(), done: make(chan struct{})}
	done := make(chan error)
	go func() {
		_, err := c.Init(ctx, client.RunOptions{Entity: "acme", Project: "new"})
		done <- err
	}()
	require.NoError(t, held.Wait(t.Context(), 1))
	close(ctx.done)
	err := <-done
	require.ErrorIs(t, err, errors.ErrPermissionDenied)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	p, ok := errors.AsType[*errors.PermissionError](err)
	require.True(t, ok)
	assert.Equal(t, 1, strings.Count(p.Err.Error(), context.DeadlineExceeded.Error()), p.Err.Error())
	text := strings.Join(strings.Fields(errors.Explain(err)), " ")
	assert.Contains(t, text, "The caller's context ended meanwhile (context deadline exceeded), which cut the follow-up questions short.")
	assert.Contains(t, text, "→ no usable response (timed out)")
}

// deadlineOnDemand is a context whose deadline passes when the test says so.
type deadlineOnDemand struct {
	context.Context
	done chan struct{}
}

func (d *deadlineOnDemand) Done() <-chan struct{} { return d.done }

func (d *deadlineOnDemand) Err() error {
	select {
	case <-d.done:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

// TestInitCancelled ends the caller's context while the server holds a request.
// Leaked goroutines are TestMain's business.
func TestInitCancelled(t *testing.T) {
	t.Parallel()
	why := errors.New("the scheduler wants the machine back")
	for _, tt := range []struct {
		name    string
		fault   wandbtest.Fault
		refused bool
	}{
		{"during the creation", wandbtest.Fault{Operation: "UpsertBucket", Hang: true}, false},
		{"while the creation is retried", wandbtest.Fault{Operation: "UpsertBucket", Status: 503, Header: header("Retry-After", "30")}, false},
		{"during the questions", wandbtest.Fault{Match: isQuestion, Hang: true}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, everybody())
			held := s.Inject(tt.fault)
			c := newClient(t, s, key("outsider"))
			ctx, cancel := context.WithCancelCause(t.Context())
			done := make(chan error)
			go func() {
				_, err := c.Init(ctx, client.RunOptions{Entity: "acme", Project: "new", OnRefused: func(error) client.Reaction {
					t.Error("OnRefused is not asked when the caller gave up")
					return client.GoOffline
				}})
				done <- err
			}()
			require.NoError(t, held.Wait(t.Context(), 1))
			cancel(why)
			err := <-done
			require.ErrorIs(t, err, context.Canceled)
			require.ErrorIs(t, err, why)
			assert.NotErrorIs(t, err, errors.ErrServerUnavailable)
			assert.False(t, errors.IsRetryable(err))
			if tt.refused {
				assert.Contains(t, strings.Join(strings.Fields(errors.Explain(err)), " "), "(the scheduler wants the machine back), which cut")
			}
			assert.Equal(t, tt.refused, errors.Is(err, errors.ErrPermissionDenied), "a refusal that was answered is not forgotten")
		})
	}
}

func TestInitWithEndedContext(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	c := newClient(t, s, wandbtest.AliceKey)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := c.Init(ctx, client.RunOptions{Entity: "acme", Project: "vision"})
	require.ErrorIs(t, err, context.Canceled)
	_, err = c.Check(ctx, "acme", "vision")
	require.ErrorIs(t, err, context.Canceled)
	_, err = c.Viewer(ctx)
	require.ErrorIs(t, err, context.Canceled)
	assert.Empty(t, s.Runs())
}

// TestConcurrentRefusalsShareOneDiagnosis lets 64 Inits be refused while the
// first one's questions are held.
func TestConcurrentRefusalsShareOneDiagnosis(t *testing.T) {
	t.Parallel()
	const ranks = 64
	s := wandbtest.New(t, everybody())
	release := make(chan struct{})
	upserts := s.Inject(wandbtest.Fault{
		Operation: "UpsertBucket",
		Match: func(_ *http.Request, body []byte) bool {
			return strings.Contains(string(body), "held")
		},
	})
	questions := s.Inject(wandbtest.Fault{Operation: "Diagnose", Match: func(*http.Request, []byte) bool {
		<-release
		return true
	}})
	c := newClient(t, s, key("outsider"))
	errs := make([]error, ranks)
	var all sync.WaitGroup
	for i := range ranks {
		all.Go(func() {
			_, errs[i] = c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "held", ID: fmt.Sprintf("rank%d", i)})
		})
	}
	require.NoError(t, upserts.Wait(t.Context(), ranks))
	close(release)
	all.Wait()
	assert.Equal(t, 1, questions.Hits())
	assert.Len(t, s.Requests(), ranks+1)
	for i, err := range errs {
		p, ok := errors.AsType[*errors.PermissionError](err)
		require.True(t, ok)
		assert.Equal(t, errors.ErrNotTeamMember, p.Cause)
		assert.Equal(t, fmt.Sprintf("rank%d", i), p.RunID, "each error is about its own run")
	}

	// Other places have their own diagnosis.
	for i := range 3 {
		all.Go(func() {
			_, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: fmt.Sprintf("other%d", i)})
			assert.ErrorIs(t, err, errors.ErrNotTeamMember)
		})
	}
	all.Wait()
	assert.Equal(t, 4, questions.Hits())
}

// A request that was sent before another's diagnosis was finished uses it, too.
func TestInit_InFlightDuringADiagnosis_SharesIt(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	arrived, release := make(chan struct{}), make(chan struct{})
	s.Inject(wandbtest.Fault{Operation: "UpsertBucket", Match: func(_ *http.Request, body []byte) bool {
		if strings.Contains(string(body), "late") {
			close(arrived)
			<-release
		}
		return false
	}})
	questions := s.Inject(wandbtest.Fault{Operation: "Diagnose"})
	c := newClient(t, s, key("outsider"))
	var all sync.WaitGroup
	all.Go(func() {
		_, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", ID: "late"})
		assert.ErrorIs(t, err, errors.ErrNotTeamMember)
	})
	<-arrived
	_, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", ID: "early"})
	require.ErrorIs(t, err, errors.ErrNotTeamMember)
	close(release)
	all.Wait()
	assert.Equal(t, 1, questions.Hits())
}

// TestRefusalIsNotCached: what an administrator mends is mended at once.
func TestRefusalIsNotCached(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("view-only"))
	place := client.RunOptions{Entity: "acme", Project: "team"}
	for range 2 {
		_, err := c.Init(t.Context(), place)
		require.ErrorIs(t, err, errors.ErrViewerRole)
	}
	assert.Len(t, s.Requests(), 4, "each refusal is diagnosed anew")
	require.NoError(t, s.SetRole("acme", "view-only", wandbtest.RoleMember))
	run, err := c.Init(t.Context(), place)
	require.NoError(t, err)
	require.NoError(t, run.Finish(t.Context()))
	require.NoError(t, s.RemoveMember("acme", "view-only"))
	_, err = c.Init(t.Context(), place)
	require.ErrorIs(t, err, errors.ErrNotTeamMember)
}

// TestInitTakesTheServersNames: the answer has the last word, and a server that
// says nothing changes nothing.
func TestInitTakesTheServersNames(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	c := newClient(t, s, wandbtest.AliceKey, quickly)
	run, err := c.Init(t.Context(), client.RunOptions{Project: "vision", ID: "r1"})
	require.NoError(t, err)
	assert.Equal(t, "acme", run.Entity(), "the default entity is the server's to say")
	assert.NotEmpty(t, run.Name())
	require.NoError(t, run.Finish(t.Context()))

	s.Inject(wandbtest.Fault{Operation: "UpsertBucket", Body: `{"data":{"upsertBucket":{"bucket":{"id":"x","name":""}}}}`})
	s.Inject(wandbtest.Fault{Operation: "file_stream", Status: 404})
	run, err = c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision", ID: "r2"})
	require.NoError(t, err)
	assert.Equal(t, "r2", run.ID())
	assert.Equal(t, "acme", run.Entity())
	assert.Equal(t, "vision", run.Project())
	assert.Equal(t, s.URL()+"/acme/vision/runs/r2", run.URL())
	require.Error(t, run.Finish(t.Context()))
}
