//go:build unix

package crashtest_test

import (
	"bufio"
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/wandbtest"
)

// flushEvery is what the journal promises: a row is with the operating system
// after this long.
const flushEvery = time.Second

// slack is for a machine that is busy with other tests.
const slack = 2 * time.Second

// killsWanted is how many processes a test kills: few, or its share of those that .ci/run asks for.
func killsWanted(few int, share float64) int {
	n, err := strconv.Atoi(os.Getenv("WANDGO_CRASHTEST_KILLS"))
	if err != nil {
		return few
	}
	return int(float64(n) * share)
}

// eachKill kills processes, some at a time, and adds up what became of them.
func eachKill[T any](t *testing.T, kills, atOnce int, one func(t *testing.T, n int) T, add func(T)) {
	t.Helper()
	var mu sync.Mutex
	t.Run("children", func(t *testing.T) {
		t.Parallel()
		slots := make(chan struct{}, atOnce)
		for n := range kills {
			t.Run(strconv.Itoa(n), func(t *testing.T) {
				t.Parallel()
				slots <- struct{}{}
				defer func() { <-slots }()
				result := one(t, n)
				mu.Lock()
				defer mu.Unlock()
				add(result)
			})
		}
	})
}

// killed is what became of one child.
type killed struct {
	way
	finishing, wentOffline           bool
	accepted, onDisk, onServer, sent int
	lost                             int
	oldestLost                       time.Duration
}

func TestKill(t *testing.T) {
	t.Parallel()
	kills := killsWanted(8, 1)
	s := wandbtest.New(t, wandbtest.Solo())
	var inFinish, offline, faulty, bySync, inSync int
	var sum killed
	count := func(n *int, is bool) {
		if is {
			*n++
		}
	}
	eachKill(t, kills, 6, func(t *testing.T, n int) killed { return killOne(t, s, n) }, func(k killed) {
		count(&inFinish, k.finishing)
		count(&offline, k.wentOffline)
		count(&faulty, k.failing)
		count(&bySync, k.eachRow)
		count(&inSync, k.inSync)
		sum.accepted += k.accepted
		sum.onDisk += k.onDisk
		sum.onServer += k.onServer
		sum.sent += k.sent
		sum.lost += k.lost
		sum.oldestLost = max(sum.oldestLost, k.oldestLost)
	})
	t.Cleanup(func() {
		t.Logf("%d kills (%d of them inside Finish, %d with a failing network, %d of a run offline, %d of one that syncs each row), %d more inside Sync",
			kills, inFinish, faulty, offline, bySync, inSync)
		t.Logf("rows: %d accepted by Log, %d on disk, %d on the server after sync, of which sync sent %d", sum.accepted, sum.onDisk, sum.onServer, sum.sent)
		t.Logf("lost: %d rows, all younger than %v when the process was killed; the oldest was %v old",
			sum.lost, flushEvery+slack, sum.oldestLost.Round(time.Millisecond))
	})
}

// way is how one child is to live and to die.
type way struct {
	failing  bool // network
	offline  bool // by request
	refused  bool // and so offline
	eachRow  bool // is synced to the disk: most of its life is inside a write
	inFinish bool // it is killed there
	inSync   bool // and so is the first upload of what it left
}

func wayOf(n int) way {
	w := []way{
		{},
		{failing: true},
		{offline: true},
		{inFinish: true},
		{failing: true},
		{eachRow: true},
		{refused: true},
		{failing: true, inFinish: true},
		{eachRow: true, failing: true},
		{offline: true, eachRow: true},
		{offline: true, inFinish: true},
	}[n%11]
	w.inSync = n%3 == 0
	return w
}

// victim is a child and what it said.
type victim struct {
	accepted  []time.Time // of the rows in order
	finishing bool
	killed    time.Time
}

func killOne(t *testing.T, s *wandbtest.Server, n int) killed {
	t.Helper()
	rng := rand.New(rand.NewPCG(uint64(n), 7))
	id := fmt.Sprintf("kill%d", n)
	dir := t.TempDir()
	w := wayOf(n)
	faults := inject(s, rng, id, w)

	v := runVictim(t, s, rng, id, dir, w)
	for _, f := range faults {
		f.Remove()
	}
	onDisk, ended := rowsOnDisk(t, dir)

	// What the journal promises.
	if w.eachRow {
		require.GreaterOrEqual(t, onDisk, len(v.accepted), "a row that was accepted is on disk")
	}
	for i, at := range v.accepted {
		if v.killed.Sub(at) > flushEvery+slack && i >= onDisk {
			t.Errorf("row %d was accepted %v before the kill and is not on disk, which has %d", i, v.killed.Sub(at), onDisk)
			break
		}
	}

	if w.inSync && onDisk > 0 {
		killSync(t, s, rng, id, dir)
	}
	var sent int64
	if onDisk > 0 {
		report, err := clientIn(t, s, dir).Sync(t.Context(), nil, client.SyncOptions{})
		require.NoError(t, err)
		require.Len(t, report.Runs, 1)
		r := report.Runs[0]
		if r.Reason != "synced already" {
			require.Equal(t, client.SyncDone, r.Outcome, "%+v", r)
		}
		sent = r.RowsSent
	}

	view, _ := s.Run("acme", "crash", id)
	rows := view.History()
	assert.Zero(t, view.Missing, "the server's rows have a hole")
	require.GreaterOrEqual(t, len(rows), onDisk, "the server has fewer rows than the disk")
	for i, row := range rows {
		require.EqualValues(t, i, row["i"], "row %d on the server is another, or there twice", i)
		require.EqualValues(t, i, row["_step"])
	}
	if onDisk > 0 {
		want := "failed"
		if ended {
			want = "finished"
		}
		assert.Equal(t, want, view.State)
		// A request has the rows up to some moment and the summary of a moment
		// later: where rows that reached the server did not reach the disk, the
		// summary there may be of one more that reached neither.
		summary, _ := view.Summary["i"].(float64)
		assert.GreaterOrEqual(t, int(summary), len(rows)-1, "the summary is older than the last row")
		if len(rows) == onDisk && sent > 0 && !w.inSync {
			assert.Equal(t, len(rows)-1, int(summary), "the summary is not of the last row")
		}
	}

	offline, _ := filepath.Glob(filepath.Join(dir, "wandb", "offline-run-*"))
	k := killed{
		way: w, finishing: v.finishing, wentOffline: len(offline) > 0,
		accepted: len(v.accepted), onDisk: onDisk, onServer: len(rows), sent: int(sent), lost: max(0, len(v.accepted)-len(rows)),
	}
	if k.lost > 0 {
		k.oldestLost = v.killed.Sub(v.accepted[len(rows)]) // rows are accepted in order
	}
	return k
}

// inject makes the network fail for one run.
func inject(s *wandbtest.Server, rng *rand.Rand, id string, w way) []*wandbtest.Handle {
	mine := func(r *http.Request, body []byte) bool {
		return strings.Contains(r.URL.Path, "/"+id+"/") || bytes.Contains(body, []byte(`"`+id+`"`))
	}
	var handles []*wandbtest.Handle
	if w.refused {
		handles = append(handles, s.Inject(wandbtest.Fault{
			Operation: "UpsertBucket", Match: mine, Status: http.StatusForbidden, Body: `{"error":"permission denied"}`,
		}))
	}
	if w.inFinish { // a server slow enough to be killed while it is waited for
		handles = append(handles, s.Inject(wandbtest.Fault{Operation: "file_stream", Match: mine, Count: 3, Delay: 30 * time.Millisecond}))
	}
	if !w.failing {
		return handles
	}
	f := wandbtest.Fault{Operation: "file_stream", Match: mine, After: rng.IntN(6), Count: rng.IntN(4) * 3}
	switch rng.IntN(5) {
	case 0:
		f.Status, f.Body = http.StatusInternalServerError, `{"error":"internal"}`
	case 1:
		f.Cut = wandbtest.CutBefore
	case 2:
		f.Cut = wandbtest.CutAfter
	case 3:
		f.Status, f.Body, f.Process = http.StatusBadGateway, "bad gateway", true
	case 4: // for good
		f.Status, f.Body, f.Count = http.StatusForbidden, `{"error":"permission denied"}`, 0
	}
	return append(handles, s.Inject(f))
}

// killSync kills a process that uploads what is on disk, at a random moment. What it
// sent by then must not be there twice in the end.
func killSync(t *testing.T, s *wandbtest.Server, rng *rand.Rand, id, dir string) {
	t.Helper()
	slow := s.Inject(wandbtest.Fault{Delay: 5 * time.Millisecond, Match: func(r *http.Request, body []byte) bool {
		return strings.Contains(r.URL.Path, "/"+id+"/") || bytes.Contains(body, []byte(`"`+id+`"`))
	}})
	defer slow.Remove()
	cmd := child(t, s, dir, envChild+"="+upload)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	lines := bufio.NewScanner(out)
	require.True(t, lines.Scan(), "it begins")
	<-time.After(time.Duration(rng.IntN(60_000)) * time.Microsecond)
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
}

// child is a process of this program.
func child(t *testing.T, s *wandbtest.Server, dir string, env ...string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), exe)
	cmd.Env = append(env,
		"HOME="+dir, "TMPDIR="+dir, "WANDB_DIR="+dir, "WANDB_BASE_URL="+s.URL(), "WANDB_API_KEY="+wandbtest.AliceKey,
		"WANDB_X_FILE_STREAM_TRANSMIT_INTERVAL=0.05", "WANDB_X_FILE_STREAM_RETRY_WAIT_MIN_SECONDS=0.02", "WANDB_X_DISABLE_STATS=true", "WANDB_SILENT=true",
	)
	return cmd
}

// runVictim starts a child of a way and kills it.
func runVictim(t *testing.T, s *wandbtest.Server, rng *rand.Rand, id, dir string, w way) *victim {
	t.Helper()
	pause := []int{0, 20, 50, 100, 500, 1000, 2000, 5000}[rng.IntN(8)]
	rows := 0
	after := time.Duration(rng.IntN(2600)) * time.Millisecond
	if w.inFinish {
		rows = 1 + rng.IntN(200)
		after = time.Duration(rng.IntN(150_000)) * time.Microsecond
	}
	cmd := child(t, s, dir, envChild+"="+id, envPause+"="+strconv.Itoa(pause), envRows+"="+strconv.Itoa(rows))
	if w.offline {
		cmd.Env = append(cmd.Env, "WANDB_MODE=offline")
	}
	if w.eachRow {
		cmd.Env = append(cmd.Env, envSync+"=row")
	}
	return kill(t, cmd, after, w.inFinish)
}

// kill starts a child, kills it a while after its first row, or after it called Finish, and
// waits for its end.
func kill(t *testing.T, cmd *exec.Cmd, after time.Duration, inFinish bool) *victim {
	t.Helper()
	var trouble bytes.Buffer
	cmd.Stderr = &trouble
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	v := &victim{}
	end := sync.OnceFunc(func() {
		v.killed = time.Now()
		_ = cmd.Process.Kill()
	})
	var timer *time.Timer
	for lines := bufio.NewScanner(out); lines.Scan(); {
		first, rest, _ := strings.Cut(lines.Text(), " ")
		if timer == nil && (!inFinish || first == finishing) {
			timer = time.AfterFunc(after, end)
		}
		switch first {
		case finishing:
			v.finishing = true
		case done:
		default:
			at, err := strconv.ParseInt(rest, 10, 64)
			if err != nil || first != strconv.Itoa(len(v.accepted)) {
				break // the last line may be cut
			}
			v.accepted = append(v.accepted, time.Unix(0, at))
		}
	}
	if timer != nil {
		timer.Stop()
	}
	end()
	_ = cmd.Wait() // it was killed
	assert.Empty(t, trouble.String())
	return v
}

// replay reads the logs in a directory.
func replay(t *testing.T, dir string, handler *journal.Handler) (states []*journal.State) {
	t.Helper()
	logs, err := filepath.Glob(filepath.Join(dir, "wandb", "*run-[0-9]*", "*.wandb"))
	require.NoError(t, err)
	for _, path := range logs {
		r, err := journal.Open(path)
		require.NoError(t, err)
		state, err := journal.Replay(r, handler)
		require.NoError(t, err)
		require.NoError(t, r.Close())
		states = append(states, state)
	}
	return states
}

// rowsOnDisk counts the whole rows of the log, and says whether the run ended.
func rowsOnDisk(t *testing.T, dir string) (rows int, ended bool) {
	t.Helper()
	states := replay(t, dir, &journal.Handler{})
	if len(states) == 0 {
		return 0, false
	}
	require.Len(t, states, 1)
	return int(states[0].Rows), states[0].Exit != nil
}

// syncTwice uploads what is on disk; the second time there is nothing to do. No copies of
// artifacts are left.
func syncTwice(t *testing.T, s *wandbtest.Server, dir string) {
	t.Helper()
	c := clientIn(t, s, dir)
	for range 2 {
		report, err := c.Sync(t.Context(), nil, client.SyncOptions{})
		require.NoError(t, err)
		require.NoError(t, report.Err())
	}
	left, err := filepath.Glob(filepath.Join(dir, "wandb", "*", "artifacts", "*"))
	require.NoError(t, err)
	assert.Empty(t, left, "copies that no one needs")
}
