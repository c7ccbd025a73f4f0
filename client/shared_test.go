package client_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

func TestSharedRun(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	var runs []*client.Run
	var logs []*strings.Builder
	for rank := range 3 {
		text := new(strings.Builder)
		c := newClient(t, s, wandbtest.AliceKey, environ(
			"RANK", fmt.Sprint(rank), "WORLD_SIZE", "3",
			"WANDB_RUN_ID", "job1", "WANDB_MODE", "shared", "WANDB_X_LABEL", fmt.Sprintf("rank %d", rank),
			"WANDB_X_FILE_STREAM_TRANSMIT_INTERVAL", "0.001",
		), func(o *client.Options) {
			o.Logger = slog.New(slog.NewTextHandler(text, &slog.HandlerOptions{Level: slog.LevelWarn}))
		}, described)
		run, err := c.Init(t.Context(), client.RunOptions{Project: "p", Config: map[string]any{fmt.Sprintf("of%d", rank): rank}, Name: "all"})
		require.NoError(t, err)
		assert.Equal(t, int64(-1), run.Step())
		runs, logs = append(runs, run), append(logs, text)
	}
	for rank, run := range runs {
		require.NoError(t, run.Log(map[string]any{"rank": rank, "n": 0}))
		require.NoError(t, run.LogAt(9, map[string]any{"rank": rank, "n": 1}), "the step is ignored")
		require.NoError(t, run.LogAt(3, map[string]any{"rank": rank, "n": 2}), "also one in the past")
		require.NoError(t, run.LogPartial(map[string]any{"rank": rank}))
		require.NoError(t, run.LogPartial(map[string]any{"n": 3}))
		require.NoError(t, run.Commit())
		require.NoError(t, run.Commit(), "nothing is open")
		require.NoError(t, run.OverwriteConfig(map[string]any{"common": rank}))
		fmt.Fprintln(run.Stdout(io.Discard), "hello of", rank)
	}
	for rank, run := range runs[1:] {
		require.NoError(t, run.FinishWithCode(t.Context(), 7))
		v, _ := s.Run("acme", "p", "job1")
		assert.Equal(t, "running", v.State, "rank %d is not the last word", rank+1)
	}
	require.NoError(t, runs[0].FinishWithCode(t.Context(), 0))

	v, _ := s.Run("acme", "p", "job1")
	assert.Equal(t, "finished", v.State)
	assert.Equal(t, 0, *v.ExitCode)
	require.Len(t, v.HistoryLines, 12)
	for i, row := range v.History() {
		assert.InDelta(t, i, row["_step"], 0, "the server numbers them")
	}
	require.Len(t, v.Writers, 3)
	owner := make(map[float64]bool)
	for _, w := range v.Writers {
		assert.Len(t, w.ClientID, 32)
		rows := w.History()
		require.Len(t, rows, 4)
		rank := rows[0]["rank"].(float64)
		owner[rank] = true
		for i, row := range rows {
			assert.NotContains(t, row, "_step")
			assert.Contains(t, row, "_timestamp")
			assert.Contains(t, row, "_runtime")
			assert.InDelta(t, i, row["n"], 0)
			assert.InDelta(t, rank, row["rank"], 0)
		}
		assert.NotContains(t, w.RawSummary, "_step")
		assert.Equal(t, rank == 0, w.Complete)
		require.Len(t, w.Logs, 1)
		assert.Contains(t, w.Logs[0], fmt.Sprintf(" [rank %v] hello of %v", rank, rank))
		for _, event := range w.EventLines {
			assert.Contains(t, event, fmt.Sprintf(`/l:rank %v":`, rank))
			assert.NotContains(t, strings.ReplaceAll(event, fmt.Sprintf("/l:rank %v\"", rank), ""), `"system.cpu"`)
		}
	}
	assert.Len(t, owner, 3)

	// Only the primary process describes the run.
	for _, name := range []string{"wandb-metadata.json", "config.yaml", "wandb-summary.json", "requirements.txt"} {
		assert.Equal(t, 1, uploads(s, name), name)
	}
	for rank := range runs {
		assert.Equal(t, fmt.Sprintf("hello of %d\n", rank), string(v.Files[fmt.Sprintf("output_rank %d.log", rank)]))
	}
	assert.NotContains(t, v.Files, "output.log")
	var config map[string]struct{ Value json.RawMessage }
	require.NoError(t, json.Unmarshal([]byte(v.RawConfig), &config))
	var own struct {
		E map[string]json.RawMessage
		T map[string]json.RawMessage
	}
	require.NoError(t, json.Unmarshal(config["_wandb"].Value, &own))
	require.Len(t, own.E, 1)
	for writer := range own.E {
		assert.Contains(t, s.Requests()[0].Header.Get("X-Wandb-Client-Id"), writer, "rank 0 came first")
	}
	var features []int
	require.NoError(t, json.Unmarshal(own.T["3"], &features))
	assert.Subset(t, features, []int{67, 69})
	for _, key := range []string{"of0", "of1", "of2", "common"} {
		assert.Contains(t, v.Config, key)
	}

	// The two headers have different names for one id.
	ids := make(map[string]bool)
	for _, r := range s.Requests() {
		switch r.Operation {
		case "PUT":
			assert.Empty(t, r.Header.Get("X-Wandb-Use-Async-Filestream"))
			continue
		case "file_stream":
			assert.Empty(t, r.Header.Get("X-Wandb-Client-Id"))
			ids[r.Header.Get("X-Wandb-Async-Client-Id")] = true
		default:
			assert.Empty(t, r.Header.Get("X-Wandb-Async-Client-Id"))
			ids[r.Header.Get("X-Wandb-Client-Id")] = true
		}
		assert.Equal(t, "true", r.Header.Get("X-Wandb-Use-Async-Filestream"), r.Operation)
	}
	assert.Len(t, ids, 3)
	for _, text := range logs {
		assert.Equal(t, 1, strings.Count(text.String(), "steps are ignored"), text)
	}
}

// uploads counts how often a file was stored.
func uploads(s *wandbtest.Server, name string) int {
	n := 0
	for _, r := range s.Requests() {
		if r.Operation == "PUT" && strings.Contains(r.Path, name) {
			n++
		}
	}
	return n
}

func TestSharedRoles(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name              string
		env               []string
		shared            client.Shared
		primary, finishes bool
	}{
		{name: "nothing says anything", primary: true, finishes: true},
		{name: "rank 0", env: []string{"RANK", "0"}, primary: true, finishes: true},
		{name: "rank 1", env: []string{"RANK", "1"}},
		{name: "Slurm", env: []string{"SLURM_PROCID", "2"}},
		{name: "an index of a Kubernetes job", env: []string{"JOB_COMPLETION_INDEX", "0"}, primary: true, finishes: true},
		{name: "Open MPI", env: []string{"OMPI_COMM_WORLD_RANK", "1"}},
		{name: "variable over rank", env: []string{"RANK", "1", "WANDB_X_PRIMARY", "true"}, primary: true, finishes: true},
		{name: "variables", env: []string{"WANDB_X_PRIMARY", "false", "WANDB_X_UPDATE_FINISH_STATE", "true"}, finishes: true},
		{name: "options over variables", env: []string{"WANDB_X_PRIMARY", "false", "WANDB_X_UPDATE_FINISH_STATE", "false"}, shared: client.Shared{Primary: new(true), FinishesRun: new(true)}, primary: true, finishes: true},
		{name: "the last rank ends the run", env: []string{"RANK", "3"}, shared: client.Shared{FinishesRun: new(true)}, finishes: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, wandbtest.Solo())
			cl := newClient(t, s, wandbtest.AliceKey, environ(c.env...), described)
			run, err := cl.Init(t.Context(), client.RunOptions{Project: "p", ID: "job", Mode: "shared", Shared: c.shared})
			require.NoError(t, err)
			require.NoError(t, run.Log(map[string]any{"x": 1}))
			fmt.Fprintln(run.Stdout(io.Discard), "hi")
			require.NoError(t, run.Finish(t.Context()))
			v, _ := s.Run("acme", "p", "job")
			assert.Equal(t, c.primary, len(v.Files["wandb-metadata.json"]) > 0)
			assert.Equal(t, c.primary, len(v.Files["wandb-summary.json"]) > 0)
			assert.Equal(t, c.finishes, v.State == "finished")
			assert.Len(t, v.HistoryLines, 1)
			named := false
			for name := range v.Files {
				named = named || strings.HasPrefix(name, "output_") && len(name) > len("output_-12345678.log")
			}
			assert.True(t, named, "there is a label by default")
		})
	}
}

func TestSharedInput(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		env   []string
		opts  client.RunOptions
		field string
		says  string
	}{
		{"no id", nil, client.RunOptions{}, "ID", "set RunOptions.ID or WANDB_RUN_ID"},
		{"no id in a Slurm job", []string{"SLURM_JOB_ID", "4711"}, client.RunOptions{}, "ID", "for example to 4711 (SLURM_JOB_ID)"},
		{"no id and none to suggest", []string{"TORCHELASTIC_RUN_ID", "none"}, client.RunOptions{}, "ID", "WANDB_RUN_ID"},
		{"fork", nil, client.RunOptions{ID: "a", ForkFrom: client.RunStep{RunID: "b", Step: 1}}, "ForkFrom and RewindTo", "shared mode"},
		{"rewind", nil, client.RunOptions{RewindTo: client.RunStep{RunID: "b", Step: 1}}, "ForkFrom and RewindTo", "shared mode"},
		{"never", nil, client.RunOptions{ID: "a", Resume: "never"}, "resume", "allow or must"},
		{"auto", []string{"WANDB_RESUME", "auto"}, client.RunOptions{ID: "a"}, "resume", "allow or must"},
		{"label that is a path", nil, client.RunOptions{ID: "a", Shared: client.Shared{Label: "../x"}}, "label", "64 characters"},
		{"label of two lines", []string{"WANDB_X_LABEL", "a\nb"}, client.RunOptions{ID: "a"}, "label", "control character"},
		{"long label", nil, client.RunOptions{ID: "a", Shared: client.Shared{Label: strings.Repeat("é", 65)}}, "label", "64 characters"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, wandbtest.Solo())
			cl := newClient(t, s, wandbtest.AliceKey, environ(c.env...))
			c.opts.Mode = "shared"
			_, err := cl.Init(t.Context(), c.opts)
			in, ok := errors.AsType[*errors.InputError](err)
			require.True(t, ok, "%v", err)
			assert.Equal(t, c.field, in.Field)
			assert.Contains(t, err.Error(), c.says)
			assert.NotContains(t, err.Error(), "\n")
			assert.Empty(t, s.Requests())
		})
	}
}

func TestSharedResume(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	for i := range 2 {
		c := newClient(t, s, wandbtest.AliceKey)
		run, err := c.Init(t.Context(), client.RunOptions{Project: "p", ID: "job", Mode: "shared", Resume: "allow"})
		require.NoError(t, err)
		assert.Equal(t, i == 1, run.Resumed())
		require.NoError(t, run.Log(map[string]any{"x": i}))
		require.NoError(t, run.Finish(t.Context()))
	}
	v, _ := s.Run("acme", "p", "job")
	require.Len(t, v.Writers, 2)
	for _, w := range v.Writers {
		assert.Len(t, w.HistoryLines, 1)
		assert.Zero(t, w.Missing, "each begins at line 0")
	}
	_, err := newClient(t, s, wandbtest.AliceKey).Init(t.Context(), client.RunOptions{Project: "p", ID: "nojob", Mode: "shared", Resume: "must"})
	require.ErrorIs(t, err, errors.ErrRunMissing)
}

// What one of several processes left on disk does not take the place of the others' rows.
func TestSync_OfflineWriterOfSharedRun_AddsItsRows(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	c := newClient(t, s, wandbtest.AliceKey)
	opts := client.RunOptions{Project: "p", ID: "job", Mode: "shared"}
	good, err := c.Init(t.Context(), opts)
	require.NoError(t, err)
	require.NoError(t, good.Log(map[string]any{"x": "good"}))
	fault := s.Inject(wandbtest.Fault{Operation: "UpsertBucket", Status: 400})
	opts.OnRefused = client.GoOfflineOnRefusal
	lost, err := newClient(t, s, wandbtest.AliceKey, quickly).Init(t.Context(), opts)
	require.NoError(t, err)
	require.NoError(t, lost.Log(map[string]any{"x": "lost"}))
	require.NoError(t, lost.Finish(t.Context()))
	fault.Remove()
	require.NoError(t, good.Finish(t.Context()))

	report, err := c.Sync(t.Context(), []string{lost.Dir()}, client.SyncOptions{})
	require.NoError(t, err)
	assert.Equal(t, client.SyncDone, report.Runs[0].Outcome)
	v, _ := s.Run("acme", "p", "job")
	require.Len(t, v.HistoryLines, 2)
	assert.Contains(t, v.HistoryLines[0], "good")
	assert.Contains(t, v.HistoryLines[1], "lost")

	report, err = c.Sync(t.Context(), []string{lost.Dir()}, client.SyncOptions{RunID: "alone"})
	require.NoError(t, err)
	assert.Equal(t, client.SyncDone, report.Runs[0].Outcome)
	v, _ = s.Run("acme", "p", "alone")
	require.Len(t, v.HistoryLines, 1)
	assert.Contains(t, v.HistoryLines[0], "lost")
}

func TestSync_KilledWriterOfSharedRun_AddsItsRows(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	m := newMachine(t, s, wandbtest.AliceKey)
	opts := client.RunOptions{Entity: "acme", Project: "p", ID: "job", Mode: "shared"}
	first, second := m.start(t), m.start(t)
	survivor, err := first.Init(t.Context(), opts)
	require.NoError(t, err)
	log(t, survivor, 0, 10)
	require.NoError(t, survivor.Flush(t.Context()))
	killed, err := second.Init(t.Context(), opts)
	require.NoError(t, err)
	log(t, killed, 100, 120)
	require.NoError(t, killed.Flush(t.Context()))
	second.net.unplugged.Store(true)
	log(t, killed, 120, 150)
	second.kill(t, killed)
	log(t, survivor, 10, 20)
	require.NoError(t, survivor.Finish(t.Context()))

	for range 2 {
		_, err := m.start(t).Sync(t.Context(), nil, client.SyncOptions{IncludeSynced: true})
		require.NoError(t, err)
		v := onServer(t, s, "acme", "p", "job")
		seen := make(map[int]int)
		for _, row := range v.History() {
			seen[int(row["i"].(float64))]++
		}
		assert.Len(t, seen, 70)
		assert.Len(t, v.HistoryLines, 70, "each once")
	}
}
