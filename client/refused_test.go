package client_test

import (
	"encoding/json"
	"io"
	"io/fs"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// TestOnRefused: by default Init fails; a program that chose to go on keeps the
// whole API, its rows and the reason.
func TestOnRefused(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		user  string // "" for no key
		fault *wandbtest.Fault
		cause error
	}{
		{"not a member", "outsider", nil, errors.ErrNotTeamMember},
		{"view-only", "view-only", nil, errors.ErrViewerRole},
		{"bad key", "nobody", nil, errors.ErrBadAPIKey},
		{"no key", "", nil, errors.ErrNoAPIKey},
		{"outage", "member", &wandbtest.Fault{Status: 503}, errors.ErrServerUnavailable},
		{"rate limit", "member", &wandbtest.Fault{Status: 429}, errors.ErrRateLimited},
		{"proxy", "member", &wandbtest.Fault{Status: 403, Body: loginPage}, errors.ErrIntermediary},
		{"wrong address", "member", &wandbtest.Fault{Status: 404, Body: "404 page not found"}, errors.ErrWrongBaseURL},
		{"burnt id", "member", &wandbtest.Fault{Status: 409, Body: gqlError("run r1 was previously created and deleted; try a new run id")}, errors.ErrRunDeleted},
		{"server's own input rules", "member", &wandbtest.Fault{Status: 400, Body: gqlError("run config cannot exceed 15 MB")}, errors.ErrInvalidInput},
		{"no run in the answer", "member", &wandbtest.Fault{Body: `{"data":{"upsertBucket":{"bucket":null}}}`}, errors.ErrUnexpectedAnswer},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, everybody())
			if tt.fault != nil {
				tt.fault.Operation = "UpsertBucket"
				s.Inject(*tt.fault)
			}
			apiKey := ""
			if tt.user != "" {
				apiKey = key(tt.user)
			}
			c := newClient(t, s, apiKey, quickly)
			opts := client.RunOptions{Entity: "acme", Project: "new", ID: "r1", Config: map[string]any{"lr": 0.1}}

			run, err := c.Init(t.Context(), opts)
			require.ErrorIs(t, err, tt.cause, "the default is to fail")
			require.Nil(t, run)
			opts.OnRefused = nil
			run, err = c.Init(t.Context(), opts)
			require.ErrorIs(t, err, tt.cause)
			require.Nil(t, run)

			var told []error
			opts.OnRefused = func(err error) client.Reaction {
				told = append(told, err)
				return client.GoOffline
			}
			run, err = c.Init(t.Context(), opts)
			require.NoError(t, err)
			require.Len(t, told, 1, "asked once")
			require.ErrorIs(t, told[0], tt.cause)
			require.ErrorIs(t, run.Err(), tt.cause)
			assertOfflineRun(t, run)
			assert.Empty(t, s.Runs())
		})
	}
}

func assertOfflineRun(t *testing.T, run *client.Run) {
	t.Helper()
	assert.Equal(t, "r1", run.ID())
	assert.Equal(t, "acme", run.Entity())
	assert.Empty(t, run.URL())
	for i := range 5 {
		require.NoError(t, run.Log(map[string]any{"loss": 1.0 / float64(i+1)}))
	}
	loss, ok := run.Summary("loss")
	assert.True(t, ok)
	assert.InDelta(t, 0.2, loss, 0)
	why := run.Err()
	require.NoError(t, run.Finish(t.Context()), "finishing a run that is offline is no error")
	require.ErrorIs(t, run.Log(map[string]any{"loss": 1}), errors.ErrRunFinished)
	assert.Equal(t, why, run.Err())

	kept := onDisk(t, run.Dir())
	require.Len(t, kept.Rows, 5)
	for i, row := range kept.Rows {
		assert.InDelta(t, i, row["_step"], 0)
		assert.InDelta(t, 1/float64(i+1), row["loss"], 0)
	}
	assert.Equal(t, "r1", kept.Run.ID)
	assert.True(t, kept.Dir.Offline())
	assert.False(t, kept.Dir.Synced())
	var refusal struct{ Cause, Error string }
	require.NoError(t, json.Unmarshal(kept.Refusal, &refusal))
	assert.Equal(t, errors.Code(why), refusal.Cause)
	assert.JSONEq(t, `{"lr":0.1}`, string(kept.Config.AppendJSON(nil)))
	assert.JSONEq(t, `0.2`, string(kept.Summary.Get("loss")))
	require.NotNil(t, kept.Exit)
	assert.Zero(t, kept.Exit.Code)
}

// TestGoOfflineWithoutDisk: where the run cannot be kept either, the program that
// chose to survive goes on, and hears both reasons and of every row that is lost.
func TestGoOfflineWithoutDisk(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	nowhere := func(o *client.Options) {
		o.Dir = "/dev/null/nowhere"
		o.Getenv = func(name string) string {
			if name == "TMPDIR" {
				return o.Dir
			}
			return ""
		}
	}
	run, err := newClient(t, s, key("outsider"), nowhere).Init(t.Context(),
		client.RunOptions{Entity: "acme", Project: "new", OnRefused: client.GoOfflineOnRefusal})
	require.NoError(t, err)
	var disk *fs.PathError
	require.ErrorAs(t, run.Err(), &disk)
	require.ErrorIs(t, run.Err(), errors.ErrNotTeamMember, "the refusal is not hidden by the disk")
	assert.Empty(t, run.Dir())

	for range 2 {
		require.ErrorIs(t, run.Log(map[string]any{"loss": 1}), errors.ErrRowLost)
	}
	loss, ok := run.Summary("loss")
	assert.True(t, ok)
	assert.EqualValues(t, 1, loss)
	require.NoError(t, run.UpdateConfig(map[string]any{"lr": 1}))
	_, err = run.Stdout(io.Discard).Write([]byte("hello\n"))
	require.NoError(t, err)
	_, err = run.SaveFile("*", t.TempDir(), client.SaveNow)
	require.NoError(t, err)
	require.NoError(t, run.Finish(t.Context()))
}
