package client_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/wandbtest"
)

// assertSaysWhere checks that a text names the run's directory before any remedy, and that
// each sync command names it too, so that it can be pasted.
func assertSaysWhere(t *testing.T, err error, dir, moment string) {
	t.Helper()
	require.Error(t, err, moment)
	text := errors.Explain(err)
	where := plaintext.ShellPath(dir)
	require.NotEqual(t, dir, where, "the directory needs quotes")
	data, remedies := strings.Index(text, "\nThe data is on disk:\n  "+where+"\n"), strings.Index(text, "\nWhat to do:\n")
	assert.Positive(t, data, "%s:\n%s", moment, text)
	assert.Greater(t, remedies, data, "%s:\n%s", moment, text)
	commands := 0
	for line := range strings.Lines(text) {
		if command := strings.TrimSpace(line); strings.HasPrefix(command, "wandgo sync") {
			commands++
			assert.True(t, strings.HasSuffix(command, " "+where), "%s: %s", moment, command)
		}
	}
	assert.Positive(t, commands, "%s:\n%s", moment, text)
}

func TestRefusal_OfARunOnDisk_SaysWhereAndHowToUploadIt(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		before bool // the server refuses the run itself
		fault  wandbtest.Fault
	}{
		{"refused at the start", true, wandbtest.Fault{Operation: "UpsertBucket", Status: 403, Body: gqlError("permission denied")}},
		{"unavailable at the start", true, wandbtest.Fault{Operation: "UpsertBucket", Status: 503}},
		{"rows", false, wandbtest.Fault{Operation: "file_stream", Status: 403, Body: gqlError("permission denied")}},
		{"rows of a deleted run", false, wandbtest.Fault{Operation: "file_stream", Status: 404, Body: `{"error":"Run does not exist acme/team/x"}`}},
		{"settings", false, wandbtest.Fault{Operation: "UpsertBucket", Status: 403, Body: gqlError("permission denied")}},
		{"files", false, wandbtest.Fault{Operation: "CreateRunFiles", Status: 403, Body: gqlError("permission denied")}},
		{"files, by the store", false, wandbtest.Fault{Operation: "PUT", Status: 403, Body: storageXML}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, everybody())
			c := newClient(t, s, key("member"), quickly, at(briefly), described, func(o *client.Options) {
				o.Dir, o.InitTimeout = filepath.Join(t.TempDir(), "it's mine"), 2e9
			})
			told := make(chan error, 3)
			if tt.before {
				s.Inject(tt.fault)
			}
			run, err := c.Init(t.Context(), client.RunOptions{
				Entity: "acme", Project: "team", OnRefused: client.GoOfflineOnRefusal, OnLost: func(err error) { told <- err },
			})
			require.NoError(t, err)
			if tt.before {
				assertSaysWhere(t, run.Err(), run.Dir(), "start")
				require.NoError(t, run.Finish(t.Context()))
				assertSaysWhere(t, run.Err(), run.Dir(), "after finish")
				return
			}
			s.Inject(tt.fault)
			log(t, run, 0, 3)
			change(t, run)
			assertSaysWhere(t, <-told, run.Dir(), "mid-run")
			assertSaysWhere(t, run.Err(), run.Dir(), "mid-run")
			assertSaysWhere(t, run.Finish(t.Context()), run.Dir(), "finish")
			assertSaysWhere(t, run.Err(), run.Dir(), "after finish")
		})
	}
}
