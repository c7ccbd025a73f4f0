package client_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// begin makes a run of five rows with some of everything that a resume must keep.
func begin(t *testing.T, c *client.Client, id string) {
	t.Helper()
	run, err := c.Init(t.Context(), client.RunOptions{
		Entity: "acme", Project: "vision", ID: id, Name: "first", Notes: "old note", Tags: []string{"old"},
		Config: map[string]any{"lr": 0.1, "depth": 3},
	})
	require.NoError(t, err)
	require.NoError(t, run.DefineMetric("loss", client.MetricOptions{StepMetric: "epoch"}))
	for i := range 5 {
		require.NoError(t, run.Log(map[string]any{"i": i, "only_first": i}))
	}
	require.NoError(t, run.FinishWithCode(t.Context(), 1))
}

func TestResume(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	c := newClient(t, s, wandbtest.AliceKey, quickly)
	begin(t, c, "r1")
	for _, mode := range []string{"allow", "must"} {
		before, ok := s.Run("acme", "vision", "r1")
		require.True(t, ok)
		run, err := c.Init(t.Context(), client.RunOptions{
			Entity: "acme", Project: "vision", ID: "r1", Resume: client.Resume(mode), Config: map[string]any{"lr": 0.2},
		})
		require.NoError(t, err, mode)
		assert.True(t, run.Resumed())
		n := len(before.HistoryLines)
		assert.EqualValues(t, n, run.Step())
		require.NoError(t, run.Log(map[string]any{"i": n}))
		require.NoError(t, run.Finish(t.Context()))
	}
	v, _ := s.Run("acme", "vision", "r1")
	require.Len(t, v.HistoryLines, 7)
	for i, row := range v.History() {
		assert.InDelta(t, i, row["_step"], 0)
		assert.InDelta(t, i, row["i"], 0)
	}
	assert.InDelta(t, 4, v.Summary["only_first"], 0, "the old summary is kept")
	assert.InDelta(t, 0.2, v.Config["lr"], 0, "the new process's config wins")
	assert.InDelta(t, 3, v.Config["depth"], 0, "and the rest is kept")
	assert.Equal(t, []string{"old"}, v.Tags)
	assert.Equal(t, "old note", v.Notes)
	assert.Equal(t, "first", v.DisplayName)
	assert.Equal(t, "finished", v.State)
	assert.Contains(t, v.RawConfig, `"1":"loss"`, "metric definitions are kept")
	assert.Zero(t, v.Overwritten)
}

func TestResumeModes(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	c := newClient(t, s, wandbtest.AliceKey, quickly)
	begin(t, c, "exists")
	tests := []struct {
		name, mode, id string
		cause          error // nil: the run goes ahead
		resumed        bool
	}{
		{"must, missing", "must", "missing1", errors.ErrRunMissing, false},
		{"must, exists", "must", "exists", nil, true},
		{"allow, missing", "allow", "missing2", nil, false},
		{"allow, exists", "allow", "exists", nil, true},
		{"never, missing", "never", "missing3", nil, false},
		{"never, exists", "never", "exists", errors.ErrRunExists, false},
		{"no such mode", "maybe", "exists", errors.ErrInvalidInput, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision", ID: tt.id, Resume: client.Resume(tt.mode)})
			if tt.cause != nil {
				require.ErrorIs(t, err, tt.cause)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, tt.resumed, run.Resumed())
			require.NoError(t, run.Finish(t.Context()))
		})
	}
}

func TestInit_OfflineWithALogOfTheRun_WarnsOnce(t *testing.T) {
	t.Parallel()
	const unsent, sent = "unsent", "sent"
	for _, tc := range []struct {
		name   string
		opts   client.RunOptions
		before string // what happened to an earlier process's log; "" without one
		want   int    // warnings
	}{
		{"allow", client.RunOptions{ID: "r1", Resume: client.ResumeAllow}, unsent, 1},
		{"must", client.RunOptions{ID: "r1", Resume: client.ResumeMust}, unsent, 1},
		{"never", client.RunOptions{ID: "r1", Resume: client.ResumeNever}, unsent, 0},
		{"not asked to resume", client.RunOptions{ID: "r1"}, unsent, 0},
		{"another run", client.RunOptions{ID: "r", Resume: client.ResumeAllow}, unsent, 0},
		{"first log", client.RunOptions{ID: "r1", Resume: client.ResumeAllow}, "", 0},
		{"refused, steps continue behind the unsent rows", client.RunOptions{ID: "r1", Resume: client.ResumeAllow, OnRefused: client.GoOfflineOnRefusal}, unsent, 0},
		{"refused, steps start at 0", client.RunOptions{ID: "r1", Resume: client.ResumeAllow, OnRefused: client.GoOfflineOnRefusal}, sent, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, wandbtest.Solo())
			var shown bytes.Buffer
			c := newClient(t, s, wandbtest.AliceKey, func(o *client.Options) { o.Output = &shown })
			tc.opts.Entity, tc.opts.Project = "acme", "vision"
			var dir string
			if tc.before != "" {
				first := tc.opts
				first.ID = "r1"
				dir = offlineRun(t, c, first, 3)
				assert.NotContains(t, shown.String(), "resume is ignored")
			}
			if tc.before == sent {
				synced(t, c, client.SyncOptions{})
			}
			refused := tc.opts.OnRefused != nil
			if refused {
				require.NoError(t, s.RemoveMember("acme", "alice"))
				run, err := c.Init(t.Context(), tc.opts)
				require.NoError(t, err)
				log(t, run, 3, 5)
				require.NoError(t, run.Finish(t.Context()))
				require.NoError(t, s.AddMember("acme", wandbtest.TeamMember{Username: "alice", Role: wandbtest.RoleMember}))
			} else {
				offlineRun(t, c, tc.opts, 2)
			}
			assert.Equal(t, tc.want, strings.Count(shown.String(), "resume is ignored"), shown.String())
			if tc.want > 0 {
				assert.Contains(t, strings.Join(strings.Fields(shown.String()), ""), filepath.Base(dir))
			} else if !refused {
				return
			}
			synced(t, c, client.SyncOptions{})
			v := onServer(t, s, "acme", "vision", "r1")
			require.Len(t, v.HistoryLines, 5)
			for i, row := range v.History() {
				assert.EqualValues(t, i, row["_step"])
			}
		})
	}
}

// TestResumeHidden: a run that must be resumed in a project the key cannot see is
// refused with the same diagnosis as one that is created there.
func TestResumeHidden(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	c := newClient(t, s, wandbtest.AliceKey)
	for project, want := range map[string]error{"vision": errors.ErrNotTeamMember, "nothing": errors.ErrNotTeamMember} {
		_, err := c.Init(t.Context(), client.RunOptions{Entity: "globex", Project: project, ID: "r1", Resume: "must"})
		require.ErrorIs(t, err, want)
		require.ErrorIs(t, err, errors.ErrPermissionDenied)
		require.NotErrorIs(t, err, errors.ErrRunMissing)
	}
	_, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "nothing", ID: "r1", Resume: "must"})
	require.ErrorIs(t, err, errors.ErrProjectMissing)
}

// TestResumeAuto goes on with the run that did not end well, and starts afresh
// after one that did.
func TestResumeAuto(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	c := newClient(t, s, wandbtest.AliceKey, quickly)
	start := func() *client.Run {
		run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision", Resume: "auto"})
		require.NoError(t, err)
		require.NoError(t, run.Log(map[string]any{"x": 1}))
		return run
	}
	first := start()
	require.NoError(t, first.FinishWithCode(t.Context(), 1))
	second := start()
	assert.Equal(t, first.ID(), second.ID())
	assert.True(t, second.Resumed())
	require.NoError(t, second.Finish(t.Context()))
	third := start()
	assert.NotEqual(t, first.ID(), third.ID())
	require.NoError(t, third.Finish(t.Context()))
}

// TestResumeFile: which starts forget the run that resume mode auto goes on with,
// and which leave it alone, as with the official client 0.31.
func TestResumeFile(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		opts client.RunOptions
		code int
		want string // the id kept afterwards
		warn bool
	}{
		"without resume":          {client.RunOptions{}, 1, "", false},
		"offline, without resume": {client.RunOptions{Mode: "offline"}, 1, "", false},
		"fork":                    {client.RunOptions{ForkFrom: client.RunStep{RunID: "other", Step: 1}}, 1, "", false},
		"allow":                   {client.RunOptions{Resume: "allow", ID: "second"}, 1, "first", false},
		"never":                   {client.RunOptions{Resume: "never"}, 1, "first", false},
		"disabled":                {client.RunOptions{Mode: "disabled"}, 1, "first", false},
		"disabled, auto":          {client.RunOptions{Mode: "disabled", Resume: "auto", ID: "second"}, 0, "first", false},
		"auto":                    {client.RunOptions{Resume: "auto"}, 1, "first", false},
		"auto, offline":           {client.RunOptions{Resume: "auto", Mode: "offline"}, 1, "first", true},
		"auto, of the same id":    {client.RunOptions{Resume: "auto", ID: "first"}, 1, "first", false},
		"auto, of another id":     {client.RunOptions{Resume: "auto", ID: "second"}, 1, "second", true},
		"auto, that ends well":    {client.RunOptions{Resume: "auto"}, 0, "", false},
		"allow, that ends well":   {client.RunOptions{Resume: "allow", ID: "second"}, 0, "", false},
		"never, that ends well":   {client.RunOptions{Resume: "never"}, 0, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, wandbtest.Solo())
			var said bytes.Buffer
			dir := t.TempDir()
			c := newClient(t, s, wandbtest.AliceKey, quickly, func(o *client.Options) {
				o.Dir, o.Logger = dir, slog.New(slog.NewTextHandler(&said, &slog.HandlerOptions{Level: slog.LevelWarn}))
			})
			start := func(opts client.RunOptions, code int) {
				opts.Entity, opts.Project = "acme", "vision"
				run, err := c.Init(t.Context(), opts)
				require.NoError(t, err)
				require.NoError(t, run.FinishWithCode(t.Context(), code))
			}
			path := filepath.Join(dir, "wandb", "wandb-resume.json")
			start(client.RunOptions{Resume: "auto", ID: "first"}, 1)
			require.FileExists(t, path)
			start(tt.opts, tt.code)
			if tt.want == "" {
				require.NoFileExists(t, path)
			} else {
				text, err := os.ReadFile(path)
				require.NoError(t, err)
				assert.JSONEq(t, `{"run_id":"`+tt.want+`"}`, string(text))
			}
			assert.Equal(t, tt.warn, said.Len() > 0, said.String())
		})
	}
}

// TestResumeFileSpoilt: what is no run id is not gone on with.
func TestResumeFileSpoilt(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "{", `{"run_id":3}`, `{"run_id":"../../x"}`, `{"run_id":""}`} {
		s := wandbtest.New(t, wandbtest.Solo())
		dir := t.TempDir()
		c := newClient(t, s, wandbtest.AliceKey, quickly, func(o *client.Options) { o.Dir = dir })
		require.NoError(t, os.MkdirAll(filepath.Join(dir, "wandb"), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "wandb", "wandb-resume.json"), []byte(text), 0o600))
		run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision", Resume: "auto"})
		require.NoError(t, err, text)
		assert.Len(t, run.ID(), 8)
		require.NoError(t, run.Finish(t.Context()))
	}
}

func TestRewindAndFork(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	c := newClient(t, s, wandbtest.AliceKey, quickly)
	begin(t, c, "r1")

	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision", RewindTo: client.RunStep{RunID: "r1", Step: 2}})
	require.NoError(t, err)
	assert.Equal(t, "r1", run.ID())
	assert.EqualValues(t, 3, run.Step())
	require.NoError(t, run.Log(map[string]any{"i": "again"}))
	require.NoError(t, run.Finish(t.Context()))
	v, _ := s.Run("acme", "vision", "r1")
	require.Len(t, v.HistoryLines, 4)
	assert.Equal(t, "again", v.History()[3]["i"])

	fork, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision", ID: "r2", ForkFrom: client.RunStep{RunID: "r1", Step: 1}})
	require.NoError(t, err)
	assert.EqualValues(t, 2, fork.Step())
	assert.False(t, fork.Resumed())
	require.NoError(t, fork.Log(map[string]any{"i": "forked"}))
	require.NoError(t, fork.Finish(t.Context()))
	v, _ = s.Run("acme", "vision", "r2")
	require.Len(t, v.HistoryLines, 3, "after the rows that the server took over")
	assert.Zero(t, v.Overwritten)
	assert.InDelta(t, 1, v.History()[1]["i"], 0)
	assert.Equal(t, "forked", v.History()[2]["i"])
	assert.Contains(t, v.RawConfig, `"branch_point":{"run_id":"r1","step":1}`)

	for name, o := range map[string]client.RunOptions{
		"both":           {ForkFrom: client.RunStep{RunID: "a", Step: 1}, RewindTo: client.RunStep{RunID: "b", Step: 1}},
		"with resume":    {ForkFrom: client.RunStep{RunID: "a", Step: 1}, Resume: "must"},
		"malformed":      {ForkFrom: client.RunStep{RunID: "a", Step: -1}},
		"fork of itself": {ID: "a", ForkFrom: client.RunStep{RunID: "a", Step: 1}},
		"rewind another": {ID: "a", RewindTo: client.RunStep{RunID: "b", Step: 1}},
	} {
		_, err := c.Init(t.Context(), o)
		require.ErrorIs(t, err, errors.ErrInvalidInput, name)
	}
	_, err = c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision", RewindTo: client.RunStep{RunID: "missing", Step: 2}})
	require.Error(t, err)
}

// TestStop holds that a stop in the web UI ends the run's context with a cause.
func TestStop(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	c := newClient(t, s, wandbtest.AliceKey, quickly)
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision"})
	require.NoError(t, err)
	require.NoError(t, run.Context().Err())
	require.NoError(t, s.StopRun("acme", "vision", run.ID()))
	for run.Context().Err() == nil {
		require.NoError(t, run.Log(map[string]any{"x": 1}))
	}
	require.ErrorIs(t, context.Cause(run.Context()), client.ErrStopped)
	require.NoError(t, run.FinishWithCode(t.Context(), 1))
	v, _ := s.Run("acme", "vision", run.ID())
	assert.Equal(t, "killed", v.State)
}

// TestReservedRunIsNotResumed: a run without telemetry was never started, also
// where somebody wrote lines to it, which are not overwritten.
func TestReservedRunIsNotResumed(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	c := newClient(t, s, wandbtest.AliceKey, quickly)
	begin(t, c, "r1")
	s.Inject(wandbtest.Fault{Operation: "ResumeStatus", Body: strings.ReplaceAll(resumeAnswer(`"[]"`), `{\"t\":{\"5\":\"x\"}}`, "{}")})
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision", ID: "r1", Resume: "allow"})
	require.NoError(t, err)
	assert.False(t, run.Resumed())
	assert.Zero(t, run.Step())
	log(t, run, 0, 2)
	require.NoError(t, run.Finish(t.Context()))
	v, _ := s.Run("acme", "vision", "r1")
	assert.Len(t, v.HistoryLines, 7)
	assert.Zero(t, v.Overwritten)
}

// TestSameIDAgain: a second run of an id that is not to be resumed destroys
// nothing of the first.
func TestSameIDAgain(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	c := newClient(t, s, wandbtest.AliceKey, quickly)
	for range 2 {
		run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision", ID: "r1"})
		require.NoError(t, err)
		assert.False(t, run.Resumed())
		assert.Zero(t, run.Step())
		log(t, run, 0, 2)
		require.NoError(t, run.Finish(t.Context()))
	}
	v, _ := s.Run("acme", "vision", "r1")
	assert.Len(t, v.HistoryLines, 4)
	assert.Zero(t, v.Overwritten)
}

func TestInit_ResumeMustWithoutID_ReturnsErrInvalidInput(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	c := newClient(t, s, wandbtest.AliceKey)
	_, err := c.Init(t.Context(), client.RunOptions{Resume: client.ResumeMust})
	require.ErrorIs(t, err, errors.ErrInvalidInput)
	assert.Contains(t, err.Error(), "WANDB_RUN_ID")
	assert.Empty(t, s.Requests(), "nothing was sent")
}
