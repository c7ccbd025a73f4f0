package client_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// subject is that of the identity tokens of user "member".
const subject = "repo:acme/vision"

// federation is a server that takes identity tokens, by a clock of its own, and the
// files of a job that has one.
type federation struct {
	*wandbtest.Server
	now                atomic.Int64
	token, credentials string
}

func newFederation(t *testing.T) *federation {
	t.Helper()
	world := everybody()
	for i := range world.Users {
		if world.Users[i].Username == "member" {
			world.Users[i].Subjects = []string{subject}
		}
	}
	dir := t.TempDir()
	f := &federation{token: filepath.Join(dir, "token"), credentials: filepath.Join(dir, "credentials.json")}
	f.now.Store(time.Now().Unix())
	f.Server = wandbtest.New(t, world, wandbtest.WithClock(func() time.Time { return time.Unix(f.now.Load(), 0) }))
	f.write(t, subject)
	return f
}

// write puts a token for the subject into the file, as a platform does.
func (f *federation) write(t *testing.T, subject string) {
	t.Helper()
	text := wandbtest.IdentityToken(subject, time.Unix(f.now.Load(), 0).Add(2*time.Hour))
	require.NoError(t, os.WriteFile(f.token, []byte(text+"\n"), 0o600))
}

// client is one of a process of the job, with more variables.
func (f *federation) client(t *testing.T, pairs ...string) *client.Client {
	t.Helper()
	return newClient(t, f.Server, "", f.environ(pairs...), described)
}

func (f *federation) environ(pairs ...string) func(*client.Options) {
	return quicklyWith(append([]string{"WANDB_IDENTITY_TOKEN_FILE", f.token, "WANDB_CREDENTIALS_FILE", f.credentials}, pairs...)...)
}

func (f *federation) exchanges() int {
	n := 0
	for _, r := range f.Requests() {
		if r.Operation == "token" {
			n++
		}
	}
	return n
}

// TestRunWithIdentityToken goes from Init to Finish, while the access token ends
// midway and the platform replaces the identity token.
func TestRunWithIdentityToken(t *testing.T) {
	t.Parallel()
	f := newFederation(t)
	c := f.client(t)
	assert.Equal(t, "wandb client of "+f.URL()+" (identity token from "+f.token+")", c.String())
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", StatsInterval: -1})
	require.NoError(t, err)
	assert.Equal(t, []string{"token", "UpsertBucket"}, []string{f.Requests()[0].Operation, f.Requests()[1].Operation})
	log(t, run, 0, 5)
	stored(t, f.Server, run, 5)
	assert.Equal(t, 1, f.exchanges())

	f.write(t, subject)
	f.now.Add(3601)
	log(t, run, 5, 10)
	_, err = run.SaveFS(os.DirFS(filepath.Dir(f.token)), "token", client.SaveNow)
	require.NoError(t, err)
	require.NoError(t, run.Finish(t.Context()))
	require.NoError(t, run.Err())
	assert.Equal(t, 2, f.exchanges(), "one more for all requests that found out")
	v, ok := f.Run("acme", "team", run.ID())
	require.True(t, ok)
	assert.Equal(t, "finished", v.State)
	assert.Equal(t, "member", v.Owner)
	assert.Len(t, v.HistoryLines, 10)
	assert.Contains(t, v.Files, "token", "object stores need no token of ours")
	for _, r := range f.Requests() {
		if r.Operation == "PUT" || r.Operation == "token" {
			assert.Empty(t, r.Header.Get("Authorization"), r.Operation)
		} else {
			assert.Equal(t, "Bearer [redacted]", r.Header.Get("Authorization"), r.Operation)
		}
	}

	// What it was given serves the next process.
	_, err = f.client(t).Viewer(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 2, f.exchanges())
}

// TestRevokedAccessToken: one that the server takes no more is replaced once.
func TestRevokedAccessToken(t *testing.T) {
	t.Parallel()
	f := newFederation(t)
	c := f.client(t)
	for range 2 {
		v, err := c.Viewer(t.Context())
		require.NoError(t, err)
		assert.Equal(t, "member", v.Username)
		require.NoError(t, f.RevokeTokens("member"))
	}
	a, err := c.Check(t.Context(), "acme", "team")
	require.NoError(t, err)
	assert.Equal(t, client.Allowed, a.Decision)
	assert.Equal(t, "identity token from "+f.token, a.KeySource)
	assert.Equal(t, 3, f.exchanges())
}

// TestManyInitsShareAnExchange: the ranks of a process ask once.
func TestManyInitsShareAnExchange(t *testing.T) {
	t.Parallel()
	f := newFederation(t)
	c := f.client(t)
	var all sync.WaitGroup
	for i := range 10 {
		all.Go(func() {
			run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", ID: fmt.Sprintf("r%d", i), StatsInterval: -1})
			if assert.NoError(t, err) {
				assert.NoError(t, run.Finish(t.Context()))
			}
		})
	}
	all.Wait()
	assert.Equal(t, 1, f.exchanges())
}

// TestRefusedIdentityToken is the cause at once, of every call and in mid-run, with
// a text that speaks of the token.
func TestRefusedIdentityToken(t *testing.T) {
	t.Parallel()
	f := newFederation(t)
	check := func(err error) {
		t.Helper()
		require.ErrorIs(t, err, errors.ErrBadAPIKey)
		p, ok := errors.AsType[*errors.PermissionError](err)
		require.True(t, ok)
		assert.Equal(t, errors.Certain, p.Confidence)
		assert.Equal(t, "identity token from "+f.token, p.KeySource)
		assert.Equal(t, 400, p.StatusCode)
		assert.Equal(t, "invalid_grant", p.Message)
		text := errors.Explain(err)
		assert.Contains(t, strings.Join(strings.Fields(text), " "), "the identity token is not valid on "+f.URL())
		assert.NotContains(t, text, "API key")
	}
	run, err := f.client(t).Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", StatsInterval: -1})
	require.NoError(t, err)

	f.write(t, "somebody else")
	require.NoError(t, os.Remove(f.credentials))
	c := f.client(t)
	before := len(f.Requests())
	_, err = c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team"})
	check(err)
	_, err = c.Viewer(t.Context())
	check(err)
	a, err := c.Check(t.Context(), "acme", "team")
	require.NoError(t, err)
	assert.Equal(t, client.Denied, a.Decision)
	check(a.Err())
	var asked []string
	for _, r := range f.Requests()[before:] {
		if r.Operation != "file_stream" && r.Operation != "CreateRunFiles" && r.Operation != "PUT" { // of the run
			asked = append(asked, r.Operation)
		}
	}
	assert.Equal(t, []string{"token", "token", "token"}, asked, "one exchange for each, without retries or follow-up questions")

	f.now.Add(3601)
	require.NoError(t, run.Log(map[string]any{"x": 1}))
	check(run.Finish(t.Context()))
	check(run.Err())
	assert.Len(t, onDisk(t, run.Dir()).Rows, 1)

	offline, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", OnRefused: client.GoOfflineOnRefusal})
	require.NoError(t, err)
	check(offline.Err())
	require.NoError(t, offline.Finish(t.Context()))
}

// TestExchangeTrouble: what is no refusal is told as what it is.
func TestExchangeTrouble(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		fault wandbtest.Fault
		cause error
		text  string
	}{
		{"outage", wandbtest.Fault{Status: 503}, errors.ErrServerUnavailable, "HTTP 503"},
		{"rate limit", wandbtest.Fault{Status: 429}, errors.ErrRateLimited, "HTTP 429"},
		{"proxy", wandbtest.Fault{Status: 403, Body: loginPage}, errors.ErrIntermediary, "from a proxy or firewall, not from W&B"},
		{"server without federation", wandbtest.Fault{Status: 404, Body: "404 page not found"}, errors.ErrWrongBaseURL, "it may be too old"},
		{"login page", wandbtest.Fault{Body: loginPage}, errors.ErrWrongBaseURL, "web page"},
		{"redirect", wandbtest.Fault{Status: 302, Header: header("Location", "https://login.example.com")}, errors.ErrWrongBaseURL, "redirect"},
		{"cut", wandbtest.Fault{Cut: wandbtest.CutBefore}, errors.ErrServerUnavailable, "exchange the identity token"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFederation(t)
			tt.fault.Operation = "token"
			f.Inject(tt.fault)
			c := newClient(t, f.Server, "", f.environ(), func(o *client.Options) { o.InitTimeout = 3 * slowness * time.Second })
			_, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team"})
			require.ErrorIs(t, err, tt.cause)
			assert.NotErrorIs(t, err, errors.ErrBadAPIKey)
			assert.Contains(t, strings.Join(strings.Fields(err.Error()+" "+errors.Explain(err)), " "), tt.text)
			for _, r := range f.Requests() {
				assert.Equal(t, "token", r.Operation, "nothing is sent without a token")
			}
		})
	}
}

// TestInit_TimeEndsInExchange_LastAnswerIsTheCause: the exchange that the time interrupted
// has no answer, and the one before it tells why Init took so long.
func TestInit_TimeEndsInExchange_LastAnswerIsTheCause(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		fault wandbtest.Fault
		cause error
		text  string
	}{
		{"rate limit", wandbtest.Fault{Status: 429}, errors.ErrRateLimited, "HTTP 429"},
		{"outage", wandbtest.Fault{Status: 503}, errors.ErrServerUnavailable, "HTTP 503"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFederation(t)
			tt.fault.Operation, tt.fault.Count = "token", 1
			f.Inject(tt.fault)
			f.Inject(wandbtest.Fault{Operation: "token", Hang: true})
			c := newClient(t, f.Server, "", f.environ(), func(o *client.Options) { o.InitTimeout = 3 * slowness * time.Second })
			_, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team"})
			require.ErrorIs(t, err, tt.cause)
			require.ErrorIs(t, err, context.DeadlineExceeded)
			e, ok := errors.AsType[*errors.RequestError](err)
			require.True(t, ok)
			assert.Equal(t, tt.fault.Status, e.StatusCode)
			assert.Contains(t, errors.Explain(err), tt.text)
		})
	}
}

// TestFileWithoutIdentityToken is named before any request, and costs offline runs
// nothing.
func TestFileWithoutIdentityToken(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		spoil func(*federation) error
		want  string
	}{
		"missing": {func(f *federation) error { return os.Remove(f.token) }, "cannot be read: no such file or directory"},
		"empty":   {func(f *federation) error { return os.WriteFile(f.token, []byte("\n"), 0o600) }, "is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFederation(t)
			require.NoError(t, tt.spoil(f))
			c := f.client(t)
			check := func(err error) {
				t.Helper()
				require.ErrorIs(t, err, errors.ErrNoAPIKey)
				p, ok := errors.AsType[*errors.PermissionError](err)
				require.True(t, ok)
				assert.Equal(t, []string{"the identity token file " + f.token + " " + tt.want}, p.Notes)
				assert.Contains(t, errors.Explain(err), "no identity token was found")
			}
			_, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team"})
			check(err)
			_, err = c.Viewer(t.Context())
			check(err)
			a, err := c.Check(t.Context(), "acme", "team")
			require.NoError(t, err)
			check(a.Err())
			run, err := c.Init(t.Context(), client.RunOptions{Mode: "offline", Project: "p"})
			require.NoError(t, err)
			require.NoError(t, run.Finish(t.Context()))
			assert.Empty(t, f.Requests())
		})
	}
}

// TestKeyAndIdentityToken: both variables are a mistake, an explicit key is none.
func TestKeyAndIdentityToken(t *testing.T) {
	t.Parallel()
	f := newFederation(t)
	o := client.Options{BaseURL: f.URL()}
	f.environ("WANDB_API_KEY", key("admin"))(&o)
	_, err := client.New(o)
	require.ErrorIs(t, err, errors.ErrInvalidInput)
	assert.Contains(t, err.Error(), "WANDB_API_KEY")
	assert.Contains(t, err.Error(), "WANDB_IDENTITY_TOKEN_FILE")

	v, err := newClient(t, f.Server, key("invited"), f.environ("WANDB_API_KEY", key("admin"))).Viewer(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "invited", v.Username)
	assert.Zero(t, f.exchanges())
}

// TestSyncWithIdentityToken: offline runs are uploaded with it, too.
func TestSyncWithIdentityToken(t *testing.T) {
	t.Parallel()
	f := newFederation(t)
	c := f.client(t)
	offlineRun(t, c, client.RunOptions{Entity: "acme", Project: "team", ID: "off1"}, 3)
	report := synced(t, c, client.SyncOptions{})
	assert.Equal(t, client.SyncDone, report.Runs[0].Outcome)
	assert.Len(t, onServer(t, f.Server, "acme", "team", "off1").HistoryLines, 3)
}
