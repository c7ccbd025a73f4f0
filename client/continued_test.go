package client_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// life is a process that logs rows of the run r1, from the first to the last but one, and
// finishes.
func (m *machine) life(t *testing.T, mode client.Mode, from, to int) {
	t.Helper()
	run, err := m.start(t).Init(t.Context(), client.RunOptions{
		Entity: "acme", Project: "vision", ID: "r1", Resume: "allow", Mode: mode, OnRefused: client.GoOfflineOnRefusal,
	})
	require.NoError(t, err)
	log(t, run, from, to)
	err = run.Finish(t.Context())
	if run.URL() != "" && run.Err() == nil {
		require.NoError(t, err)
	}
}

// everyRow holds that the server has the rows 0 to n-1 once, at different steps, with the
// summary and the end of the last process.
func everyRow(t *testing.T, s *wandbtest.Server, n int) {
	t.Helper()
	v := onServer(t, s, "acme", "vision", "r1")
	seen := make(map[int]bool)
	for _, i := range values(t, v) {
		assert.False(t, seen[i], "row %d twice", i)
		seen[i] = true
	}
	assert.Len(t, seen, n)
	assert.InDelta(t, n-1, v.Summary["i"], 0)
	assert.Equal(t, "finished", v.State)
}

func TestSync_OfflineLifeContinuedOnAnotherMachine_AddsItsRows(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	a, b := newMachine(t, s, wandbtest.AliceKey), newMachine(t, s, wandbtest.AliceKey)
	a.life(t, client.ModeOffline, 0, 10)
	b.life(t, client.ModeOnline, 10, 15)
	c := a.start(t).Client
	report := synced(t, c, client.SyncOptions{})
	assert.EqualValues(t, 10, report.Runs[0].RowsSent)
	everyRow(t, s, 15)
	report = synced(t, c, client.SyncOptions{IncludeSynced: true})
	assert.Zero(t, report.Runs[0].RowsSent)
	everyRow(t, s, 15)
}

func TestSync_OfflineLifeWithoutRows_KeepsTheLaterEnd(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	a, b := newMachine(t, s, wandbtest.AliceKey), newMachine(t, s, wandbtest.AliceKey)
	p := a.start(t)
	run, err := p.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision", ID: "r1", Resume: "allow", Mode: "offline", Name: "old"})
	require.NoError(t, err)
	require.NoError(t, run.FinishWithCode(t.Context(), 1))
	b.life(t, client.ModeOnline, 0, 5)
	synced(t, p.Client, client.SyncOptions{})
	everyRow(t, s, 5)
	assert.NotEqual(t, "old", onServer(t, s, "acme", "vision", "r1").DisplayName)
}

func TestSync_InterruptedAndContinuedElsewhere_MovesBehindTheNewRows(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	a, b := newMachine(t, s, wandbtest.AliceKey), newMachine(t, s, wandbtest.AliceKey)
	pb := b.start(t)
	run, err := pb.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision", ID: "r1", Resume: "allow"})
	require.NoError(t, err)
	log(t, run, 0, 5)
	require.NoError(t, run.Flush(t.Context()))
	pb.net.unplugged.Store(true)
	log(t, run, 5, 10)
	pb.kill(t, run)
	a.life(t, client.ModeOffline, 10, 20)
	p := a.start(t)
	s.Inject(wandbtest.Fault{Operation: "file_stream", Count: 1, Match: hasRows, Status: http.StatusForbidden, Body: `{"error":"permission denied"}`})
	_, err = p.Sync(t.Context(), nil, client.SyncOptions{})
	require.Error(t, err, "from now on, it is noted where its rows go")
	b.life(t, client.ModeOnline, 20, 20) // sends the unsent rows
	synced(t, p.Client, client.SyncOptions{})
	everyRow(t, s, 20)
}

func TestSync_SeveralLogsBehindLaterRows_NoStepTwice(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	a, b := newMachine(t, s, wandbtest.AliceKey), newMachine(t, s, wandbtest.AliceKey)
	p := a.start(t)
	opts := client.RunOptions{Entity: "acme", Project: "vision", ID: "r1", Resume: "allow", OnRefused: client.GoOfflineOnRefusal}
	run, err := p.Init(t.Context(), opts)
	require.NoError(t, err)
	log(t, run, 0, 5)
	require.NoError(t, run.Flush(t.Context()))
	p.net.unplugged.Store(true)
	log(t, run, 5, 20)
	p.kill(t, run)
	require.NoError(t, s.SetRole("acme", "alice", wandbtest.RoleViewer))
	a.life(t, client.ModeOnline, 20, 30) // refused, so they leave room for the rows before
	a.life(t, client.ModeOnline, 30, 35)
	require.NoError(t, s.SetRole("acme", "alice", wandbtest.RoleMember))
	b.life(t, client.ModeOnline, 35, 38)
	synced(t, a.start(t).Client, client.SyncOptions{})
	everyRow(t, s, 38)

	a.life(t, client.ModeOnline, 38, 40)
	everyRow(t, s, 40)
}

// TestSync_SeveralLogsBefore_KeepsTheirOrder: also if the server's last row is in a later log.
func TestSync_SeveralLogsBefore_KeepsTheirOrder(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	a, b := newMachine(t, s, wandbtest.AliceKey), newMachine(t, s, wandbtest.AliceKey)
	a.life(t, client.ModeOffline, 0, 5)
	a.life(t, client.ModeOffline, 5, 10)
	b.life(t, client.ModeOnline, 10, 12)
	rows := func(_ *http.Request, body []byte) bool { return bytes.Contains(body, []byte("wandb-history.jsonl")) }
	s.Inject(wandbtest.Fault{Operation: "file_stream", Match: rows, Count: 2, Status: http.StatusForbidden, Body: `{"error":"permission denied"}`})
	p := a.start(t)
	run, err := p.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision", ID: "r1", Resume: "allow"})
	require.NoError(t, err)
	unsent, ok := errors.AsType[*client.UnsentError](run.Err())
	require.True(t, ok, "%v", run.Err())
	require.Len(t, unsent.Dirs, 2)
	log(t, run, 12, 15)
	require.NoError(t, run.Finish(t.Context()))
	synced(t, p.Client, client.SyncOptions{})
	everyRow(t, s, 15)
	at := make(map[int]int)
	for step, i := range values(t, onServer(t, s, "acme", "vision", "r1")) {
		at[i] = step
	}
	for i := 1; i < 10; i++ {
		assert.Greater(t, at[i], at[i-1], "row %d", i)
	}
}

// TestSync_LateRowsInterruptedTwice_EachLandsOnce: the rows that did not get to the place
// which was noted for them go behind those that came there meanwhile.
func TestSync_LateRowsInterruptedTwice_EachLandsOnce(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	a, b := newMachine(t, s, wandbtest.AliceKey), newMachine(t, s, wandbtest.AliceKey)
	a.life(t, client.ModeOffline, 0, 40)
	b.life(t, client.ModeOnline, 40, 45)
	for i := range 2 { // a proxy takes a row or two at a time, until the server refuses
		limit := s.Inject(nginx("file_stream", 600))
		s.Inject(wandbtest.Fault{Operation: "file_stream", After: 3, Count: 1, Status: http.StatusForbidden, Body: `{"error":"permission denied"}`})
		_, err := a.start(t).Sync(t.Context(), nil, client.SyncOptions{})
		require.Error(t, err)
		limit.Remove()
		assert.Greater(t, len(onServer(t, s, "acme", "vision", "r1").HistoryLines), 5*(i+1), "a part is there")
		b.life(t, client.ModeOnline, 45+5*i, 50+5*i)
	}
	p := a.start(t)
	synced(t, p.Client, client.SyncOptions{})
	everyRow(t, s, 55)
	report := synced(t, p.Client, client.SyncOptions{IncludeSynced: true})
	assert.Zero(t, report.Runs[0].RowsSent)
}

// TestRefused_DiskFreedInMidRun_SyncSendsTheRest: a log that is opened when the server
// refuses the run begins behind the rows that the server has.
func TestRefused_DiskFreedInMidRun_SyncSendsTheRest(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	m := newMachine(t, s, wandbtest.AliceKey)
	m.noTmp = true
	m.full.Store(true)
	p := m.start(t)
	run, err := p.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision", ID: "r1"})
	require.NoError(t, err)
	log(t, run, 0, 5)
	out := run.Stdout(io.Discard)
	fmt.Fprint(out, "one\ntwo\n")
	require.NoError(t, run.Flush(t.Context()))
	require.Eventually(t, func() bool { return len(onServer(t, s, "acme", "vision", "r1").Logs) == 2 }, time.Minute, time.Millisecond)
	m.full.Store(false)
	require.NoError(t, s.SetRole("acme", "alice", wandbtest.RoleViewer))
	log(t, run, 5, 9)
	require.Eventually(t, func() bool { return run.Err() != nil && run.Dir() != "" }, time.Minute, time.Millisecond)
	fmt.Fprint(out, "three\nfour\n")
	require.Error(t, run.Finish(t.Context()))
	assert.Len(t, onDisk(t, run.Dir()).Rows, 4)
	require.NoError(t, s.SetRole("acme", "alice", wandbtest.RoleMember))
	report := synced(t, p.Client, client.SyncOptions{})
	assert.EqualValues(t, 4, report.Runs[0].RowsSent)
	v := onServer(t, s, "acme", "vision", "r1")
	numbered(t, v, 9)
	everyRow(t, s, 9)
	require.Len(t, v.Logs, 4)
	for i, line := range []string{"one", "two", "three", "four"} {
		assert.Contains(t, v.Logs[i], line)
	}
}
