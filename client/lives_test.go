package client_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// history is a random history of one run: processes on two machines, one at a time, that
// are killed, cut off from the server, refused or offline, and syncs at any time.
type history struct {
	t        *testing.T
	rng      *rand.Rand
	s        *wandbtest.Server
	machines [2]*machine
	p        *process // the one that is alive
	run      *client.Run
	life     int
	logged   int   // rows so far; each row has its number
	lives    []int // by row: the life that logged it
	offline  int   // the machine with offline rows that must be uploaded before others continue; -1 for none
	faults   []*wandbtest.Handle
	trace    []string
}

func (h *history) note(format string, args ...any) {
	h.trace = append(h.trace, fmt.Sprintf(format, args...))
}

func (h *history) start(m int, mode client.Mode) {
	h.p = h.machines[m].start(h.t)
	run, err := h.p.Init(h.t.Context(), client.RunOptions{
		Entity: "acme", Project: "vision", ID: "r1", Resume: "allow", Mode: mode, OnRefused: client.GoOfflineOnRefusal,
	})
	require.NoError(h.t, err)
	h.run = run
	h.life++
	if run.URL() == "" {
		h.offline = m
	} else if h.offline == m && run.Err() == nil {
		h.offline = -1
	}
	h.note("life %d on machine %d %s from step %d (%v)", h.life, m, mode, run.Step(), run.Err())
}

func (h *history) log(n int) {
	for range n {
		require.NoError(h.t, h.run.Log(map[string]any{"n": h.logged}))
		h.logged++
		h.lives = append(h.lives, h.life)
	}
	h.note("rows up to %d", h.logged-1)
}

func (h *history) end() {
	if h.rng.IntN(3) > 0 {
		h.note("kill")
		h.p.kill(h.t, h.run)
	} else {
		err := h.run.FinishWithCode(h.t.Context(), h.rng.IntN(2))
		h.note("finish: %v", err)
	}
	h.run, h.p = nil, nil
}

func (h *history) sync(m int) error {
	c := h.machines[m].start(h.t)
	report, err := c.Sync(h.t.Context(), nil, client.SyncOptions{})
	if report != nil {
		for _, r := range report.Runs {
			h.note("sync on %d: %s: %s %s, %d of %d rows (%v)", m, r.Path[len(r.Path)-60:], r.Outcome, r.Reason, r.RowsSent, r.Rows, r.Warnings)
		}
	}
	h.note("sync on %d: %v", m, err)
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
	h.note("fault %d %d after %d", f.Count, f.Status, f.After)
}

func (h *history) step() {
	alive := h.run != nil
	switch n := h.rng.IntN(10); {
	case !alive && n < 7:
		m := h.rng.IntN(2)
		if h.offline >= 0 {
			m = h.offline
		}
		mode := client.ModeOnline
		if h.rng.IntN(5) == 0 {
			mode = client.ModeOffline
		}
		h.start(m, mode)
	case alive && n < 4:
		h.log(1 + h.rng.IntN(20))
	case alive && n < 5 && !h.p.net.unplugged.Load():
		h.note("flush: %v", h.run.Flush(h.t.Context()))
	case alive && n < 6:
		h.p.net.unplugged.Store(true)
		h.note("unplugged")
	case alive && n < 8:
		if h.p.net.unplugged.Load() {
			h.note("kill")
			h.p.kill(h.t, h.run)
			h.run, h.p = nil, nil
		} else {
			h.end()
		}
	case n == 8:
		h.fault()
	default:
		m := h.rng.IntN(2)
		if alive && h.p.m != h.machines[m] {
			// Before its first row, it is not known that the process is alive.
			return
		}
		if h.sync(m) == nil && m == h.offline && !alive {
			h.offline = -1
		}
	}
}

// check ends the history with a process that finishes and a sync on both machines, and
// holds that the server has every row once.
func (h *history) check() {
	t := h.t
	if h.run != nil {
		h.p.net.unplugged.Store(true)
		h.p.kill(t, h.run)
		h.note("kill")
	}
	for _, f := range h.faults {
		f.Remove()
	}
	h.start(max(0, h.offline), client.ModeOnline)
	h.log(3)
	require.NoError(t, h.run.Finish(t.Context()))
	for range 2 {
		for m := range h.machines {
			err := h.sync(m)
			if err != nil {
				require.ErrorIs(t, err, errors.ErrInvalidInput, "there is no run")
			}
		}
	}
	v := onServer(t, h.s, "acme", "vision", "r1")
	rows := v.History()
	slices.SortStableFunc(rows, func(a, b map[string]any) int { return int(a["_step"].(float64) - b["_step"].(float64)) })
	seen := make([]int, h.logged)
	last := make(map[int]int)
	steps := make(map[float64]bool)
	for _, row := range rows {
		n := int(row["n"].(float64))
		seen[n]++
		life := h.lives[n]
		assert.GreaterOrEqual(t, n, last[life], "the rows of life %d are in order", life)
		last[life] = n
		step := row["_step"].(float64)
		assert.False(t, steps[step], "step %v twice", step)
		steps[step] = true
	}
	for n, times := range seen {
		assert.Equal(t, 1, times, "row %d of life %d", n, h.lives[n])
	}
	assert.Zero(t, v.Missing)
	assert.InDelta(t, h.logged-1, v.Summary["n"], 0, "the summary of the last life")
	assert.Equal(t, "finished", v.State)
}

func TestResume_RandomLives_ServerHasEveryRowOnce(t *testing.T) {
	t.Parallel()
	sequences := 25
	if long {
		sequences = 500
	}
	for seed := range sequences {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, wandbtest.Solo())
			h := &history{t: t, rng: rand.New(rand.NewPCG(uint64(seed), 7)), s: s, offline: -1}
			for i := range h.machines {
				h.machines[i] = newMachine(t, s, wandbtest.AliceKey)
			}
			for range 15 {
				h.step()
			}
			defer func() {
				if t.Failed() {
					t.Log(strings.Join(h.trace, "\n"))
				}
			}()
			h.check()
		})
	}
}
