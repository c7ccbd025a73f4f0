package client_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	wandberrors "github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/wandbtest"
)

// history is a random history of one run: processes on two machines, one at a time, that
// are killed, cut off from the server, refused, offline or on a full disk, and syncs at
// any time.
type history struct {
	t        *testing.T
	rng      *rand.Rand
	s        *wandbtest.Server
	machines [2]*machine
	p        *process // the one that is alive
	run      *client.Run
	life     int
	first    int     // row of the life
	rows     []rowOf // by number
	faults   []*wandbtest.Handle
	limit    *wandbtest.Handle // of the size of a request; nil for none
	refused  bool              // the account may not write
	diskFail bool              // the disk was full in this life
	kinds    map[string]int
	trace    []string
}

// rowOf is a row that was logged.
type rowOf struct {
	life int
	// lost: neither the disk nor the server had it when its process ended, because the
	// disk was full or the caller got an error.
	lost bool
}

// did notes an event of a kind.
func (h *history) did(kind, format string, args ...any) {
	h.kinds[kind]++
	h.note(kind+": "+format, args...)
}

func (h *history) note(format string, args ...any) {
	h.trace = append(h.trace, fmt.Sprintf(format, args...))
}

func (h *history) start(m int, mode client.Mode) {
	p := h.machines[m].start(h.t)
	run, err := p.Init(h.t.Context(), client.RunOptions{
		Entity: "acme", Project: "vision", ID: "r1", Resume: "allow", Mode: mode, OnRefused: client.GoOfflineOnRefusal,
	})
	if mode == client.ModeOffline && h.machines[m].full.Load() && h.machines[m].noTmp {
		require.Error(h.t, err, "there is no place for the run")
		h.did("no disk", "machine %d: %v", m, err)
		return
	}
	require.NoError(h.t, err)
	h.p, h.run, h.first, h.diskFail = p, run, len(h.rows), h.machines[m].full.Load()
	h.life++
	kind := "life"
	switch {
	case mode == client.ModeOffline:
		kind = "offline life"
	case run.URL() == "":
		kind = "refused life"
	case run.Resumed():
		kind = "resumed life"
	}
	h.did(kind, "%d on machine %d from step %d (%v)", h.life, m, run.Step(), run.Err())
}

func (h *history) log(n int) {
	for range n {
		err := h.run.Log(map[string]any{"n": len(h.rows), "text": strings.Repeat("x", 100)})
		if err != nil {
			require.ErrorIs(h.t, err, wandberrors.ErrRowLost)
			require.True(h.t, h.diskFail)
			h.did("lost row", "%d: %v", len(h.rows), err)
		}
		h.rows = append(h.rows, rowOf{life: h.life, lost: err != nil})
	}
	h.note("rows up to %d", len(h.rows)-1)
}

func (h *history) kill() {
	h.did("kill", "")
	h.p.kill(h.t, h.run)
	if h.diskFail {
		h.loseRows()
	}
	h.run, h.p = nil, nil
}

func (h *history) finish() {
	err := h.run.FinishWithCode(h.t.Context(), h.rng.IntN(2))
	h.did("finish", "%v", err)
	if h.diskFail && err != nil {
		h.loseRows()
	}
	h.run, h.p = nil, nil
}

// loseRows finds out which rows of a life on a full disk are nowhere.
func (h *history) loseRows() {
	there := make(map[int]bool)
	take := func(line []byte) {
		var row struct {
			N *int `json:"n"`
		}
		require.NoError(h.t, json.Unmarshal(line, &row))
		there[*row.N] = true
	}
	if v, ok := h.s.Run("acme", "vision", "r1"); ok {
		for _, line := range v.HistoryLines {
			take([]byte(line))
		}
	}
	for _, place := range []string{h.p.m.dir, h.p.m.tmp} {
		require.NoError(h.t, filepath.WalkDir(place, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(path) != ".wandb" {
				return err
			}
			r, err := journal.Open(path)
			if err != nil { // not even its header was written
				h.note("the log has nothing: %v", err)
				return nil
			}
			_, err = journal.Replay(r, &journal.Handler{History: func(line []byte, _ int64) error {
				take(line)
				return nil
			}})
			return errors.Join(err, r.Close())
		}))
	}
	for n := h.first; n < len(h.rows); n++ {
		if !there[n] {
			h.rows[n].lost = true
			h.did("row lost on a full disk", "%d", n)
		}
	}
}

func (h *history) sync(m int) error {
	c := h.machines[m].start(h.t)
	report, err := c.Sync(h.t.Context(), nil, client.SyncOptions{})
	if report != nil {
		for _, r := range report.Runs {
			h.note("sync on %d: %s: %s %s, %d of %d rows (%v)", m, r.Path[len(r.Path)-60:], r.Outcome, r.Reason, r.RowsSent, r.Rows, r.Warnings)
		}
	}
	h.did("sync", "machine %d: %v", m, err)
	return err
}

// fault makes the server misbehave for a request or two.
func (h *history) fault() {
	f := wandbtest.Fault{Operation: "file_stream", Count: 1 + h.rng.IntN(2), After: h.rng.IntN(3)}
	switch h.rng.IntN(3) {
	case 0:
		f.Status = http.StatusRequestEntityTooLarge
	case 1:
		f.Status, f.Body = http.StatusForbidden, `{"error":"permission denied"}`
	case 2:
		f.Cut = wandbtest.CutAfter
	}
	h.faults = append(h.faults, h.s.Inject(f))
	h.did(fmt.Sprintf("fault %d", f.Status), "%d after %d", f.Count, f.After)
}

// proxy puts a proxy before the server that takes requests up to some size, or removes it.
func (h *history) proxy() {
	if h.limit != nil {
		h.limit.Remove()
		h.limit = nil
		h.note("no limit")
		return
	}
	limit := 100 + h.rng.IntN(3000) // sometimes no row fits
	h.limit = h.s.Inject(nginx("file_stream", limit))
	h.did("limit 413", "%d bytes", limit)
}

// role takes the right to write from the account, or gives it back.
func (h *history) role() {
	h.refused = !h.refused
	role := wandbtest.RoleMember
	if h.refused {
		role = wandbtest.RoleViewer
	}
	require.NoError(h.t, h.s.SetRole("acme", "alice", role))
	h.did("role", "%s", role)
}

// disk fills or frees the disk of a machine.
func (h *history) disk(m int) {
	full := !h.machines[m].full.Load()
	h.machines[m].full.Store(full)
	if full && h.run != nil && h.p.m == h.machines[m] {
		h.diskFail = true
	}
	h.did("disk", "machine %d full: %v", m, full)
}

func (h *history) step() {
	alive := h.run != nil
	n := h.rng.IntN(100)
	switch {
	case n < 8:
		h.fault()
	case n < 12:
		h.proxy()
	case n < 16 || h.refused && n < 22:
		h.role()
	case n < 26:
		h.disk(h.rng.IntN(2))
	case n < 36:
		m := h.rng.IntN(2)
		if alive && (h.p.m != h.machines[m] || h.run.Dir() == "") {
			return // before its first row, it is not known that the process is alive
		}
		_ = h.sync(m)
	case !alive:
		mode := client.ModeOnline
		if h.rng.IntN(5) == 0 {
			mode = client.ModeOffline
		}
		h.start(h.rng.IntN(2), mode)
	case n < 66:
		h.log(1 + h.rng.IntN(20))
	case n < 74:
		if !h.p.net.unplugged.Load() && h.limit == nil {
			h.note("flush: %v", h.run.Flush(h.t.Context()))
		}
	case n < 82:
		h.p.net.unplugged.Store(!h.p.net.unplugged.Load())
		h.did("cable", "unplugged: %v", h.p.net.unplugged.Load())
	case n < 94 || h.p.net.unplugged.Load():
		h.kill()
	default:
		h.finish()
	}
}

// check ends the history with a process that finishes and a sync on both machines, and
// holds that the server has every row once.
func (h *history) check() {
	t := h.t
	if h.run != nil {
		h.kill()
	}
	for _, f := range h.faults {
		f.Remove()
	}
	if h.limit != nil {
		h.proxy()
	}
	if h.refused {
		h.role()
	}
	for m := range h.machines {
		h.machines[m].full.Store(false)
	}
	h.start(h.rng.IntN(2), client.ModeOnline)
	h.log(3)
	require.NoError(t, h.run.Finish(t.Context()))
	for range 2 {
		for m := range h.machines {
			err := h.sync(m)
			if err != nil {
				require.ErrorIs(t, err, wandberrors.ErrInvalidInput, "there is no run")
			}
		}
	}
	h.checkServer()
}

func (h *history) checkServer() {
	t := h.t
	v := onServer(t, h.s, "acme", "vision", "r1")
	rows := v.History()
	slices.SortStableFunc(rows, func(a, b map[string]any) int { return int(a["_step"].(float64) - b["_step"].(float64)) })
	seen := make([]int, len(h.rows))
	last := make(map[int]int)
	steps := make(map[float64]bool)
	for _, row := range rows {
		n := int(row["n"].(float64))
		seen[n]++
		life := h.rows[n].life
		assert.GreaterOrEqual(t, n, last[life], "the rows of life %d are in order", life)
		last[life] = n
		step := row["_step"].(float64)
		assert.False(t, steps[step], "step %v twice", step)
		steps[step] = true
	}
	for n, times := range seen {
		if h.rows[n].lost {
			assert.LessOrEqual(t, times, 1, "row %d of life %d", n, h.rows[n].life)
		} else {
			assert.Equal(t, 1, times, "row %d of life %d", n, h.rows[n].life)
		}
	}
	assert.Zero(t, v.Missing)
	assert.InDelta(t, len(h.rows)-1, v.Summary["n"], 0, "the summary of the last life")
	assert.Equal(t, "finished", v.State)
}

// envLives says how many histories [TestResume_RandomLives_ServerHasEveryRowOnce] has, and
// envFirstLife the seed of the first.
const (
	envLives     = "WANDGO_TEST_LIVES"
	envFirstLife = "WANDGO_TEST_FIRST_LIFE"
)

// TestResume_RandomLives_ServerHasEveryRowOnce: whatever happens to the processes of a
// run, the server has every row once, in order, and the summary of the last process. A
// history that fails is replayed by its number.
func TestResume_RandomLives_ServerHasEveryRowOnce(t *testing.T) {
	t.Parallel()
	histories := 10
	if long {
		histories = 500
	}
	if n, err := strconv.Atoi(os.Getenv(envLives)); err == nil {
		histories = n
	}
	first, _ := strconv.Atoi(os.Getenv(envFirstLife))
	var mu sync.Mutex
	kinds := make(map[string]int)
	t.Cleanup(func() {
		for _, kind := range slices.Sorted(maps.Keys(kinds)) {
			t.Logf("%6d %s", kinds[kind], kind)
		}
	})
	for seed := first; seed < first+histories; seed++ {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, wandbtest.Solo())
			h := &history{t: t, rng: rand.New(rand.NewPCG(uint64(seed), 7)), s: s, kinds: make(map[string]int)}
			for i := range h.machines {
				h.machines[i] = newMachine(t, s, wandbtest.AliceKey)
				h.machines[i].noTmp = h.rng.IntN(2) == 0
			}
			defer func() {
				mu.Lock()
				defer mu.Unlock()
				for kind, n := range h.kinds {
					kinds[kind] += n
				}
				if t.Failed() {
					t.Logf("replay with %s=%d %s=1 go test ./client -run '%s$'\n%s", envFirstLife, seed, envLives, t.Name(), strings.Join(h.trace, "\n"))
				}
			}()
			for range 25 {
				h.step()
			}
			h.check()
		})
	}
}
