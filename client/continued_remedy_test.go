package client_test

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/wandbtest"
)

// TestSync_OfflineRunOfAnIDUsedElsewhere_RemedyWorks: another machine logged to the id
// before the offline log was uploaded, and nothing says that the two belong together. The
// sync refuses, and the command that it names uploads the log; the other rows stay.
func TestSync_OfflineRunOfAnIDUsedElsewhere_RemedyWorks(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	here, elsewhere := newClient(t, s, key("member"), quickly), newClient(t, s, key("member"), quickly)
	offline, err := here.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", ID: "r1", Mode: client.ModeOffline})
	require.NoError(t, err)
	log(t, offline, 0, 5)
	require.NoError(t, offline.Finish(t.Context()))
	online, err := elsewhere.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", ID: "r1", Resume: client.ResumeAllow})
	require.NoError(t, err)
	log(t, online, 5, 9)
	require.NoError(t, online.Finish(t.Context()))
	before := onServer(t, s, "acme", "team", "r1").HistoryLines

	_, err = here.Sync(t.Context(), nil, client.SyncOptions{})
	assertTyped(t, err, errors.ErrRunExists)
	text := unwrapped(errors.Explain(err))
	assert.Contains(t, text, "sync never overwrites rows")
	command := regexp.MustCompile(`wandgo sync --id (\S+)`).FindStringSubmatch(text)
	require.NotNil(t, command, text)
	assert.Contains(t, text, plaintext.ShellPath(offline.Dir()))

	synced(t, here, client.SyncOptions{RunID: command[1]}, offline.Dir())
	v := onServer(t, s, "acme", "team", command[1])
	assert.Len(t, v.HistoryLines, 5)
	assert.Equal(t, "finished", v.State)
	assert.Equal(t, before, onServer(t, s, "acme", "team", "r1").HistoryLines)
	report := synced(t, here, client.SyncOptions{RunID: command[1]}, offline.Dir())
	assert.Equal(t, client.SyncSkipped, report.Runs[0].Outcome, "once")
}
