package client_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// TestCadenceInput: what is out of bounds is named before anything is done.
func TestCadenceInput(t *testing.T) {
	t.Parallel()
	const ns, ms = time.Nanosecond, time.Millisecond
	for name, tc := range map[string]struct {
		cadence client.Cadence
		field   string // "" for none
	}{
		"zero":                     {client.Cadence{}, ""},
		"the least":                {client.Cadence{ms, ms, ms, ms, ms, ms}, ""},
		"the most":                 {client.Cadence{time.Hour, time.Hour, 4 * time.Minute, time.Hour, time.Hour, time.Hour}, ""},
		"interval without a unit":  {client.Cadence{Interval: 15 * ns}, "Interval"},
		"interval too long":        {client.Cadence{Interval: time.Hour + 1}, "Interval"},
		"interval negative":        {client.Cadence{Interval: -time.Second}, "Interval"},
		"fastest without a unit":   {client.Cadence{MinInterval: 2 * ns}, "MinInterval"},
		"fastest negative":         {client.Cadence{MinInterval: -1}, "MinInterval"},
		"fastest above interval":   {client.Cadence{Interval: time.Second, MinInterval: 2 * time.Second}, "MinInterval"},
		"fastest above usual pace": {client.Cadence{MinInterval: time.Minute}, ""},
		"heartbeat too long":       {client.Cadence{Heartbeat: 4*time.Minute + 1}, "Heartbeat"},
		"heartbeat negative":       {client.Cadence{Heartbeat: -1}, "Heartbeat"},
		"config delay":             {client.Cadence{ConfigDelay: 5 * ns}, "ConfigDelay"},
		"file delay":               {client.Cadence{FileDelay: 2 * time.Hour}, "FileDelay"},
		"live poll":                {client.Cadence{LivePoll: -ms}, "LivePoll"},
	} {
		c, err := client.New(client.Options{Getenv: alone, Cadence: tc.cadence})
		if tc.field == "" {
			require.NoError(t, err, name)
			require.NoError(t, c.Close())
			continue
		}
		require.ErrorIs(t, err, errors.ErrInvalidInput, name)
		in, ok := errors.AsType[*errors.InputError](err)
		require.True(t, ok, name)
		assert.Equal(t, "Cadence."+tc.field, in.Field, name)
		assert.NotContains(t, err.Error(), "\n")
	}
	_, err := client.New(client.Options{Getenv: alone, Cadence: client.Cadence{Interval: 15}})
	assert.ErrorContains(t, err, "15ns")
	assert.ErrorContains(t, err, "a number without a unit counts nanoseconds")
}

// at returns a change of the options' cadence.
func at(c client.Cadence) func(*client.Options) { return func(o *client.Options) { o.Cadence = c } }

// briefly is a cadence that hardly gathers changes and names of files.
var briefly = client.Cadence{ConfigDelay: 10 * time.Millisecond, FileDelay: 10 * time.Millisecond}

// paced makes a run.
func paced(t *testing.T, s *wandbtest.Server, change ...func(*client.Options)) *client.Run {
	t.Helper()
	c := newClient(t, s, wandbtest.AliceKey, change...)
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision", ID: "r", StatsInterval: -1})
	require.NoError(t, err)
	return run
}

// soon is a context for much less time than what is waited for takes unless it
// was set.
func soon(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

// await waits for a state of the run.
func await(ctx context.Context, t *testing.T, s *wandbtest.Server, cond func(wandbtest.RunView) bool) {
	t.Helper()
	_, err := s.WaitRun(ctx, "acme", "vision", "r", cond)
	require.NoError(t, err)
}

// logUntil logs until the server has had n posts with rows, and returns the time from
// the first of them to the last.
func logUntil(t *testing.T, s *wandbtest.Server, run *client.Run, n int) time.Duration {
	t.Helper()
	ctx := soon(t, time.Minute)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for i := 0; ; i++ {
		require.NoError(t, ctx.Err())
		log(t, run, i, i+1)
		<-tick.C
		var posts []wandbtest.Post
		v, _ := s.Run("acme", "vision", "r")
		for _, p := range v.Posts {
			if p.Rows > 0 {
				posts = append(posts, p)
			}
		}
		if len(posts) >= n {
			return posts[n-1].At.Sub(posts[0].At)
		}
	}
}

// roomy is a server that has room for more posts than any run sends.
func roomy(t *testing.T) *wandbtest.Server {
	t.Helper()
	return wandbtest.New(t, wandbtest.Solo(), wandbtest.WithRateLimit(1_000_000, time.Minute))
}

// TestIntervalIsKept: what is set for the time between posts is what the server
// sees, also where it would let the client go faster.
func TestIntervalIsKept(t *testing.T) {
	t.Parallel()
	const short = 200 * time.Millisecond
	for name, tc := range map[string]struct {
		change func(*client.Options)
		posts  int
		least  time.Duration // for so many posts; less than it is, as a busy machine delays some
	}{
		"by option":   {at(client.Cadence{Interval: short}), 4, 2 * short},
		"by variable": {environ("WANDB_X_FILE_STREAM_TRANSMIT_INTERVAL", "3"), 2, 2500 * time.Millisecond}, // the usual MinInterval is 2 s
		"by both": {func(o *client.Options) {
			environ("WANDB_X_FILE_STREAM_TRANSMIT_INTERVAL", "3600")(o)
			at(client.Cadence{Interval: short})(o)
		}, 4, 2 * short},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := roomy(t)
			run := paced(t, s, tc.change)
			took := logUntil(t, s, run, tc.posts)
			assert.GreaterOrEqual(t, took, tc.least)
			assert.Less(t, took, 15*time.Second, "the usual interval")
			require.NoError(t, run.Finish(t.Context()))
		})
	}
}

// TestServerWithRoomIsToldSooner: the chart moves faster than the interval while the
// server says that it has room, and not otherwise.
func TestServerWithRoomIsToldSooner(t *testing.T) {
	t.Parallel()
	s := roomy(t)
	const fastest = 50 * time.Millisecond
	run := paced(t, s, at(client.Cadence{Interval: time.Hour, MinInterval: fastest, Heartbeat: 4 * time.Minute}))
	assert.GreaterOrEqual(t, logUntil(t, s, run, 9), 4*fastest) // twice as much where nothing else goes on
	require.NoError(t, run.Finish(t.Context()))
}

// TestHeartbeatIsSettable: an idle run is heard of as often as was asked.
func TestHeartbeatIsSettable(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	run := paced(t, s, at(client.Cadence{Heartbeat: 50 * time.Millisecond}))
	await(soon(t, 20*time.Second), t, s, func(v wandbtest.RunView) bool { return v.Heartbeats >= 3 })
	require.NoError(t, run.Finish(t.Context()))
}

// TestDelaysAreSettable: what is gathered for five seconds goes when it is set to go.
func TestDelaysAreSettable(t *testing.T) {
	t.Parallel()
	const delay = 20 * time.Second
	opts := client.RunOptions{StatsInterval: -1, ID: "r"}
	files := func(st *stage) map[string][]byte {
		v, _ := st.s.Run("acme", "vision", "r")
		return v.Files
	}
	t.Run("config", func(t *testing.T) {
		t.Parallel()
		bubble(t, opts, alone, func(t *testing.T, st *stage) {
			require.NoError(t, st.run.UpdateConfig(map[string]any{"lr": 1}))
			pass(delay - time.Millisecond)
			assert.Len(t, st.upserts(t), 1)
			pass(time.Millisecond)
			assert.Len(t, st.upserts(t), 2)
		}, at(client.Cadence{ConfigDelay: delay}))
	})
	t.Run("files", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "f.txt")
		require.NoError(t, os.WriteFile(path, []byte("x"), 0o600))
		bubble(t, opts, alone, func(t *testing.T, st *stage) {
			_, err := st.run.SaveFile(path, filepath.Dir(path), client.SaveNow)
			require.NoError(t, err)
			pass(delay - time.Millisecond)
			assert.NotContains(t, files(st), "f.txt")
			pass(time.Millisecond)
			assert.Contains(t, files(st), "f.txt")
		}, at(client.Cadence{FileDelay: delay}))
	})
	t.Run("live files", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "live.txt")
		require.NoError(t, os.WriteFile(path, []byte("x"), 0o600))
		bubble(t, opts, alone, func(t *testing.T, st *stage) {
			_, err := st.run.SaveFile(path, filepath.Dir(path), client.SaveLive)
			require.NoError(t, err)
			pass(2 * delay)
			for _, want := range []string{"xx", "xxx"} { // the looks at it are a delay apart
				require.NotEmpty(t, files(st)["live.txt"])
				require.NoError(t, os.WriteFile(path, []byte(want), 0o600))
				pass(delay / 2)
				assert.NotEqual(t, want, string(files(st)["live.txt"]))
				pass(delay)
				assert.Equal(t, want, string(files(st)["live.txt"]))
				pass(delay / 2)
			}
		}, at(client.Cadence{FileDelay: time.Millisecond, LivePoll: delay}))
	})
}

// TestFileTransferIsSettable: WANDB_X_FILE_TRANSFER_* and WANDB_FILE_PUSHER_TIMEOUT
// say how uploads of files are repeated, and when an attempt is given up.
func TestFileTransferIsSettable(t *testing.T) {
	t.Parallel()
	quick := []string{"WANDB_X_FILE_TRANSFER_RETRY_WAIT_MIN_SECONDS", "0.001", "WANDB_X_FILE_TRANSFER_RETRY_WAIT_MAX_SECONDS", "0.002"}
	for name, tc := range map[string]struct {
		env   []string
		fault wandbtest.Fault
		fails bool
	}{
		"waits":   {quick, wandbtest.Fault{Status: http.StatusServiceUnavailable, Count: 30}, false}, // minutes by default
		"retries": {append([]string{"WANDB_X_FILE_TRANSFER_RETRY_MAX", "2"}, quick...), wandbtest.Fault{Status: http.StatusServiceUnavailable}, true},
		"timeout": {append([]string{"WANDB_FILE_PUSHER_TIMEOUT", "0.2"}, quick...), wandbtest.Fault{Hang: true, Count: 1}, false}, // none by default
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, wandbtest.Solo())
			tc.fault.Operation = http.MethodPut
			fault := s.Inject(tc.fault)
			run := paced(t, s, environ(tc.env...))
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			err := run.Finish(ctx)
			require.NoError(t, ctx.Err())
			v, _ := s.Run("acme", "vision", "r")
			if tc.fails {
				require.Error(t, err)
				assert.Equal(t, 3*len(uploadsOf(s)), fault.Hits(), "two more attempts for each")
				return
			}
			require.NoError(t, err)
			assert.Equal(t, tc.fault.Count, fault.Hits())
			assert.NotEmpty(t, v.Files["config.yaml"])
		})
	}
}

// uploadsOf are the names of the files that clients tried to upload.
func uploadsOf(s *wandbtest.Server) map[string]bool {
	names := map[string]bool{}
	for _, r := range s.Requests() {
		if r.Method == http.MethodPut {
			names[r.Path] = true
		}
	}
	return names
}

// TestRunsOfAClientShareUploads: many runs open no more connections for files than
// one does.
func TestRunsOfAClientShareUploads(t *testing.T) {
	t.Parallel()
	const slots = 16
	s := wandbtest.New(t, wandbtest.Solo())
	held := s.Inject(wandbtest.Fault{Operation: http.MethodPut, Hang: true, Count: slots})
	c := newClient(t, s, wandbtest.AliceKey, at(client.Cadence{FileDelay: time.Millisecond}))
	start := func(id string, files int) *client.Run {
		run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision", ID: id, StatsInterval: -1})
		require.NoError(t, err)
		dir := t.TempDir()
		for i := range files {
			require.NoError(t, os.WriteFile(filepath.Join(dir, fmt.Sprint(i, ".txt")), []byte("x"), 0o600))
		}
		_, err = run.SaveFile(filepath.Join(dir, "*.txt"), dir, client.SaveNow)
		require.NoError(t, err)
		return run
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	greedy := start("greedy", slots)
	require.NoError(t, held.Wait(ctx, slots))

	other := start("other", 1)
	brief, stop := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer stop()
	require.ErrorIs(t, other.Finish(brief), context.DeadlineExceeded, "all slots are taken")
	v, _ := s.Run("acme", "vision", "other")
	assert.Empty(t, v.Files)

	ended, end := context.WithCancel(t.Context())
	end()
	require.ErrorIs(t, greedy.Finish(ended), context.Canceled)
}
