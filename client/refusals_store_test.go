package client_test

import (
	"net/http"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// Whatever the store answers, the text is about the store: neither about the API's address
// nor about a proxy before it.
func TestFiles_StoreRefuses_NamesTheStoreInMidRunFinishAndSync(t *testing.T) {
	t.Parallel()
	const page = "<html><head><title>No</title></head><body>no</body></html>"
	for _, tt := range []struct {
		name       string
		status     int
		body       string
		confidence errors.Confidence
	}{
		{"403 of S3", 403, storageXML, errors.Certain},
		{"404 of S3", 404, `<Error><Code>NoSuchBucket</Code></Error>`, errors.Certain},
		{"403 of a web page", 403, page, errors.Likely},
		{"404 in plain text", 404, "404 page not found", errors.Likely},
		{"405 of nginx", 405, page, errors.Likely},
		{"403 in the API's form", 403, gqlError("permission denied"), errors.Likely},
		{"413 of nginx", 413, page, errors.Likely},
		{"307 elsewhere", 307, "", errors.Likely},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, everybody(), wandbtest.WithStoreHost("localhost"))
			c := newClient(t, s, key("member"), quickly, at(briefly))
			told := make(chan error, 1)
			run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", OnLost: func(err error) { told <- err }})
			require.NoError(t, err)
			refusal := s.Inject(wandbtest.Fault{Operation: "PUT", Status: tt.status, Body: tt.body})
			_, err = run.SaveFS(fstest.MapFS{"m.bin": {Data: []byte("weights")}}, "*", client.SaveNow)
			require.NoError(t, err)
			check := func(err error, moment, op string) {
				t.Helper()
				require.ErrorIs(t, err, errors.ErrStoreRefused, moment)
				p, ok := errors.AsType[*errors.PermissionError](err)
				require.True(t, ok, moment)
				assert.Equal(t, tt.confidence, p.Confidence, moment)
				assert.Equal(t, op, p.Op, moment)
				assert.Contains(t, p.Store, "localhost:", moment)
				assert.NotEmpty(t, p.File, moment)
				assert.Equal(t, tt.status, p.StatusCode, moment)
				text := errors.Explain(p)
				assert.Contains(t, text, "the object store localhost:", moment)
				for _, wrong := range []string{"curl", "graphql", "PROXY", "base URL", "WANDB_BASE_URL", "API key", "CORS"} {
					assert.NotContains(t, text, wrong, moment)
				}
			}
			check(<-told, "mid-run", "upload files of run")
			check(run.Err(), "mid-run", "upload files of run")
			check(run.Finish(t.Context()), "finish", "upload files of run")
			check(run.Err(), "after finish", "upload files of run")
			report, err := c.Sync(t.Context(), []string{run.Dir()}, client.SyncOptions{})
			require.Error(t, err)
			check(report.Runs[0].Err, "sync", "sync run")
			assert.Zero(t, asked(s), "no question to W&B finds out more")
			refusal.Remove()
			assert.Equal(t, client.SyncDone, synced(t, c, client.SyncOptions{}, run.Dir()).Runs[0].Outcome)
			assert.Equal(t, "weights", string(onServer(t, s, "acme", "team", run.ID()).Files["m.bin"]))
		})
	}
}

// S3 says that it waited too long for the file with a 400.
func TestFiles_StoreWaitedTooLong_IsRetried(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("member"), quickly, at(briefly))
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team"})
	require.NoError(t, err)
	slow := s.Inject(wandbtest.Fault{
		Operation: "PUT", Status: http.StatusBadRequest, Count: 2,
		Body: `<Error><Code>RequestTimeout</Code><Message>Your socket connection to the server was not read from or written to within the timeout period.</Message></Error>`,
	})
	_, err = run.SaveFS(fstest.MapFS{"m.bin": {Data: []byte("weights")}}, "*", client.SaveNow)
	require.NoError(t, err)
	require.NoError(t, run.Finish(t.Context()))
	assert.Equal(t, 2, slow.Hits())
	assert.Equal(t, "weights", string(onServer(t, s, "acme", "team", run.ID()).Files["m.bin"]))
}
