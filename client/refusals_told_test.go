package client_test

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// logFile is the output of a program in a batch job.
type logFile struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logFile) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logFile) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// listen has a client write its lines to the file.
func (l *logFile) listen(o *client.Options) { o.Output = l }

// TestRefusedInMidRun_EachChannel_ReachesErrHookAndPerson: whatever the server refuses
// later, the program learns of it from Err and the hook, and a person from one line in the
// log file.
func TestRefusedInMidRun_EachChannel_ReachesErrHookAndPerson(t *testing.T) {
	t.Parallel()
	denied := gqlError("permission denied")
	for name, tt := range map[string]struct {
		fault wandbtest.Fault
		do    func(t *testing.T, run *client.Run)
		says  string
		cause error
	}{
		"rows": {
			wandbtest.Fault{Operation: "file_stream", Status: 403, Body: denied},
			func(t *testing.T, run *client.Run) { t.Helper(); log(t, run, 0, 1) },
			"continuing offline; unsent data is stored in ", errors.ErrPermissionDenied,
		},
		"settings": {
			wandbtest.Fault{Operation: "UpsertBucket", Status: 403, Body: denied},
			func(t *testing.T, run *client.Run) { t.Helper(); require.NoError(t, run.SetNotes("late")) },
			"the server does not accept changes of the run's settings; rows are still uploaded: ", errors.ErrPermissionDenied,
		},
		"files": {
			wandbtest.Fault{Operation: "CreateRunFiles", Status: 403, Body: denied},
			saveOne, "the server does not accept files of the run; rows are still uploaded: ", errors.ErrPermissionDenied,
		},
		"files, by the store": {
			wandbtest.Fault{Operation: "PUT", Status: 403, Body: storageXML},
			saveOne, "the object store does not accept a file of the run; rows are still uploaded: ", errors.ErrStoreRefused,
		},
		"alerts": {
			wandbtest.Fault{Operation: "NotifyScriptableRunAlert", Status: 403, Body: denied},
			func(t *testing.T, run *client.Run) {
				t.Helper()
				require.ErrorIs(t, run.Alert(t.Context(), client.Alert{Title: "loss is NaN"}), errors.ErrPermissionDenied)
			},
			"the server did not accept an alert; rows are still uploaded: ", errors.ErrPermissionDenied,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, everybody())
			var file logFile
			c := newClient(t, s, key("member"), quickly, at(briefly), file.listen, described)
			told := make(chan error, 2)
			run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", OnLost: func(err error) { told <- err }})
			require.NoError(t, err)
			s.Inject(tt.fault)
			tt.do(t, run)
			assertTyped(t, <-told, tt.cause)
			assertTyped(t, run.Err(), tt.cause)
			require.Eventually(t, func() bool { return strings.Contains(file.String(), tt.says) }, time.Minute, time.Millisecond, "%s", &file)
			_ = run.Finish(t.Context())
			assertTyped(t, run.Err(), tt.cause)
			assert.Equal(t, 1, strings.Count(file.String(), tt.says), file.String())
			assert.Empty(t, told, "the hook is called once")
		})
	}
}

func saveOne(t *testing.T, run *client.Run) {
	t.Helper()
	_, err := run.SaveFS(fstest.MapFS{"m.bin": {Data: []byte("weights")}}, "*", client.SaveNow)
	require.NoError(t, err)
}

// TestRefusedInMidRun_SeveralCauses_HookIsCalledForEach: that the settings are refused does
// not hide that the store later refuses the files for another reason, nor that the rows are
// refused in the end, which is what counts.
func TestRefusedInMidRun_SeveralCauses_HookIsCalledForEach(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("member"), quickly, at(briefly), described)
	told := make(chan error, 4)
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", OnLost: func(err error) { told <- err }})
	require.NoError(t, err)
	s.Inject(wandbtest.Fault{Operation: "UpsertBucket", Status: 400, Body: gqlError("display name is too long")})
	require.NoError(t, run.SetName("long"))
	require.ErrorIs(t, <-told, errors.ErrInvalidInput)
	s.Inject(wandbtest.Fault{Operation: "PUT", Status: 403, Body: storageXML})
	saveOne(t, run)
	require.ErrorIs(t, <-told, errors.ErrStoreRefused)
	require.NoError(t, s.RevokeKey(key("member")))
	log(t, run, 0, 1)
	require.ErrorIs(t, <-told, errors.ErrBadAPIKey)
	// A file that is sent again may be refused for the key before the rows are.
	require.Eventually(t, func() bool { return errors.Is(run.Err(), errors.ErrBadAPIKey) }, time.Minute, time.Millisecond)
	require.ErrorIs(t, run.Finish(t.Context()), errors.ErrBadAPIKey)
	assert.Empty(t, told)
}

// TestAlertRefused_RestAccepted_FinishSucceedsAndErrStays: an alert is not part of what
// Finish uploads; Err says that it did not arrive.
func TestAlertRefused_RestAccepted_FinishSucceedsAndErrStays(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("member"), quickly)
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team"})
	require.NoError(t, err)
	s.Inject(wandbtest.Fault{Operation: "NotifyScriptableRunAlert", Status: 403, Body: gqlError("permission denied"), Count: 1})
	require.Error(t, run.Alert(t.Context(), client.Alert{Title: "a"}))
	require.NoError(t, run.Alert(t.Context(), client.Alert{Title: "b"}))
	log(t, run, 0, 3)
	require.NoError(t, run.Finish(t.Context()))
	require.ErrorIs(t, run.Err(), errors.ErrPermissionDenied)
	kept := onDisk(t, run.Dir())
	assert.True(t, kept.Dir.Synced(), "the server has every row")
	assert.Empty(t, kept.Refusal)
}
