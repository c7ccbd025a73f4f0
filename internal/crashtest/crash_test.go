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
const slack = time.Second

// total is what became of all kills.
type total struct {
	mu                                     sync.Mutex
	kills, inFinish, offline, faulty       int
	accepted, onDisk, onServer, lost, sent int64
	oldestLost                             time.Duration
}

func TestKill(t *testing.T) {
	t.Parallel()
	kills := 40
	if n, err := strconv.Atoi(os.Getenv("WANDGO_CRASHTEST_KILLS")); err == nil {
		kills = n
	} else if testing.Short() {
		kills = 8
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
		t.Logf("%d kills (%d of them inside Finish, %d with a failing network, %d that left a run offline)",
			all.kills, all.inFinish, all.faulty, all.offline)
		t.Logf("rows: %d accepted by Log, %d on disk, %d on the server after sync, of which sync sent %d",
			all.accepted, all.onDisk, all.onServer, all.sent)
		t.Logf("lost: %d rows, all younger than %v when the process was killed; the oldest was %v old",
			all.lost, flushEvery+slack, all.oldestLost.Round(time.Millisecond))
	})
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
	inFinish := n%4 == 3
	faults := inject(s, rng, id, n%2 == 1, inFinish)

	v := runVictim(t, s, rng, id, dir, inFinish)
	for _, f := range faults {
		f.Remove()
	}
	onDisk, ended := rowsOnDisk(t, dir)

	// What the journal promises.
	for i, at := range v.accepted {
		if v.killed.Sub(at) > flushEvery+slack && i >= onDisk {
			t.Errorf("row %d was accepted %v before the kill and is not on disk, which has %d", i, v.killed.Sub(at), onDisk)
			break
		}
	}

	c, err := client.New(client.Options{BaseURL: s.URL(), APIKey: wandbtest.AliceKey, Dir: dir, Getenv: func(string) string { return "" }})
	require.NoError(t, err)
	defer func() { require.NoError(t, c.Close()) }()
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
		if len(rows) == onDisk && sent > 0 {
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
	if n%2 == 1 {
		all.faulty++
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
func inject(s *wandbtest.Server, rng *rand.Rand, id string, failing, inFinish bool) []*wandbtest.Handle {
	mine := func(r *http.Request, body []byte) bool {
		return strings.Contains(r.URL.Path, "/"+id+"/") || bytes.Contains(body, []byte(`"`+id+`"`))
	}
	var handles []*wandbtest.Handle
	if inFinish { // a server slow enough to be killed while it is waited for
		handles = append(handles, s.Inject(wandbtest.Fault{Operation: "file_stream", Match: mine, Count: 3, Delay: 30 * time.Millisecond}))
	}
	if !failing {
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
	handles = append(handles, s.Inject(f))
	if rng.IntN(8) == 0 {
		handles = append(handles, s.Inject(wandbtest.Fault{
			Operation: "UpsertBucket", Match: mine, Status: http.StatusForbidden, Body: `{"error":"permission denied"}`,
		}))
	}
	return handles
}

// runVictim starts a child, kills it at a random moment and waits for its end.
func runVictim(t *testing.T, s *wandbtest.Server, rng *rand.Rand, id, dir string, inFinish bool) *victim {
	t.Helper()
	pause := []int{0, 20, 50, 100, 500, 1000, 2000, 5000}[rng.IntN(8)]
	rows := 0
	after := time.Duration(rng.IntN(2600)) * time.Millisecond
	if inFinish {
		rows = 1 + rng.IntN(200)
		after = time.Duration(rng.IntN(150_000)) * time.Microsecond
	}
	exe, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), exe)
	cmd.Env = []string{
		"HOME=" + dir, "TMPDIR=" + dir, "WANDB_DIR=" + dir, "WANDB_BASE_URL=" + s.URL(), "WANDB_API_KEY=" + wandbtest.AliceKey,
		"WANDB_X_FILE_STREAM_TRANSMIT_INTERVAL=0.05", "WANDB_X_FILE_STREAM_RETRY_WAIT_MIN_SECONDS=0.02", "WANDB_X_DISABLE_STATS=true",
		envChild + "=" + id, envPause + "=" + strconv.Itoa(pause), envRows + "=" + strconv.Itoa(rows),
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
		if timer == nil && (!inFinish || first == finishing) {
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
