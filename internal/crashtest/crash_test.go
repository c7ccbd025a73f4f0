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

// total is what became of all kills.
type total struct {
	mu                                               sync.Mutex
	kills, inFinish, offline, faulty, bySync, inSync int
	accepted, onDisk, onServer, lost, sent           int64
	oldestLost                                       time.Duration
}

func TestKill(t *testing.T) {
	t.Parallel()
	kills := 8 // .ci/run asks for 500
	if n, err := strconv.Atoi(os.Getenv("WANDGO_CRASHTEST_KILLS")); err == nil {
		kills = n
	}
	s := wandbtest.New(t, wandbtest.Solo())
	var all total
	t.Run("children", func(t *testing.T) {
		t.Parallel()
		slots := make(chan struct{}, 6)
		for n := range kills {
			t.Run(fmt.Sprint(n), func(t *testing.T) {
				t.Parallel()
				slots <- struct{}{}
				defer func() { <-slots }()
				killOne(t, s, n, &all)
			})
		}
	})
	t.Cleanup(func() {
		t.Logf("%d kills (%d of them inside Finish, %d with a failing network, %d of a run offline, %d of one that syncs each row), %d more inside Sync",
			all.kills, all.inFinish, all.faulty, all.offline, all.bySync, all.inSync)
		t.Logf("rows: %d accepted by Log, %d on disk, %d on the server after sync, of which sync sent %d",
			all.accepted, all.onDisk, all.onServer, all.sent)
		t.Logf("lost: %d rows, all younger than %v when the process was killed; the oldest was %v old",
			all.lost, flushEvery+slack, all.oldestLost.Round(time.Millisecond))
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

func killOne(t *testing.T, s *wandbtest.Server, n int, all *total) {
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

	c, err := client.New(client.Options{BaseURL: s.URL(), APIKey: wandbtest.AliceKey, Dir: dir, Getenv: func(string) string { return "" }})
	require.NoError(t, err)
	defer func() { require.NoError(t, c.Close()) }()
	if w.inSync && onDisk > 0 {
		killSync(t, s, rng, id, dir)
	}
	var sent int64
	if onDisk > 0 {
		report, err := c.Sync(t.Context(), nil, client.SyncOptions{})
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

	all.mu.Lock()
	defer all.mu.Unlock()
	all.kills++
	all.accepted += int64(len(v.accepted))
	all.onDisk += int64(onDisk)
	all.onServer += int64(len(rows))
	all.sent += sent
	if v.finishing {
		all.inFinish++
	}
	if w.failing {
		all.faulty++
	}
	if w.eachRow {
		all.bySync++
	}
	if w.inSync {
		all.inSync++
	}
	if matches, _ := filepath.Glob(filepath.Join(dir, "wandb", "offline-run-*")); len(matches) > 0 {
		all.offline++
	}
	for i := len(rows); i < len(v.accepted); i++ {
		all.lost++
		all.oldestLost = max(all.oldestLost, v.killed.Sub(v.accepted[i]))
	}
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

// runVictim starts a child, kills it at a random moment and waits for its end.
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
	var trouble bytes.Buffer
	cmd.Stderr = &trouble
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())

	v := &victim{}
	var killed time.Time
	var once sync.Once
	kill := func() {
		once.Do(func() {
			killed = time.Now()
			_ = cmd.Process.Kill()
		})
	}
	var timer *time.Timer
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		first, rest, _ := strings.Cut(lines.Text(), " ")
		if timer == nil && (!w.inFinish || first == finishing) {
			timer = time.AfterFunc(after, kill) // counted from the first row, or from Finish
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
	kill()
	_ = cmd.Wait() // it was killed
	assert.Empty(t, trouble.String())
	v.killed = killed
	return v
}

// rowsOnDisk counts the whole rows of the log, and says whether the run ended.
func rowsOnDisk(t *testing.T, dir string) (rows int, ended bool) {
	t.Helper()
	logs, err := filepath.Glob(filepath.Join(dir, "wandb", "*run-[0-9]*", "*.wandb"))
	require.NoError(t, err)
	if len(logs) == 0 {
		return 0, false
	}
	require.Len(t, logs, 1)
	r, err := journal.Open(logs[0])
	require.NoError(t, err)
	defer func() { require.NoError(t, r.Close()) }()
	state, err := journal.Replay(r, &journal.Handler{})
	require.NoError(t, err)
	return int(state.Rows), state.Exit != nil
}
