package runstore

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/runconfig"
	"github.com/wandgo/wandgo/internal/rundir"
)

// process writes the log of a process of run r that starts minutes after noon and logs rows
// of loss = 10·process + step.
func process(t *testing.T, root string, minutes int, offline bool, run record.Run, steps ...int) *logged {
	t.Helper()
	at := noon.Add(time.Duration(minutes) * time.Minute)
	dir, err := rundir.Create(filepath.Join(root, "wandb"), "r", !offline, at)
	require.NoError(t, err)
	log, err := journal.Create(dir.Journal(), journal.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { _ = log.Close() })
	l := &logged{tb: t, dir: dir, log: log}
	run.ID, run.Entity, run.Project, run.StartTime = "r", "jo", "vision", at
	l.add(&record.Header{Producer: "wandgo 1"}, &run)
	for _, step := range steps {
		line := fmt.Appendf(nil, `{"loss":%d,"note":"%d at %d","_runtime":%d,"_step":%d}`, 100*minutes+step, minutes, step, step, step)
		require.NoError(t, log.AppendRow(&record.Row{Line: line, Step: int64(step)}))
	}
	return l
}

func config(key, value string) *record.Config {
	return &record.Config{Update: []record.Item{{Key: key, Value: []byte(value)}}}
}

func TestRuns_LogsOfOneRun_AreOneRunWithContinuousSteps(t *testing.T) {
	t.Parallel()
	back := &record.BranchPoint{Run: "r", Metric: "_step", Value: 1}
	for _, tc := range []struct {
		name    string
		offline bool
		second  record.Run
		steps   []int
		want    []float64 // steps
		loss    []float64
	}{
		{"offline, from 0 again", true, record.Run{}, []int{0, 1}, []float64{0, 1, 2, 3, 4}, []float64{0, 1, 2, 100, 101}},
		{"offline, the program counts on", true, record.Run{}, []int{3, 4}, []float64{0, 1, 2, 3, 4}, []float64{0, 1, 2, 103, 104}},
		{"offline, an overlap", true, record.Run{}, []int{2, 3}, []float64{0, 1, 2, 3, 4}, []float64{0, 1, 2, 102, 103}},
		{"online, resumed", false, record.Run{Resumed: true, StartingStep: 3}, []int{3, 4}, []float64{0, 1, 2, 3, 4}, []float64{0, 1, 2, 103, 104}},
		{"online, the server lacked a row", false, record.Run{Resumed: true, StartingStep: 2}, []int{2, 3}, []float64{0, 1, 2, 2, 3}, []float64{0, 1, 2, 102, 103}},
		{"rewound", false, record.Run{BranchPoint: back}, []int{2, 3}, []float64{0, 1, 2, 3}, []float64{0, 1, 102, 103}},
		{"rewound to before the first row", false, record.Run{BranchPoint: &record.BranchPoint{Run: "r", Metric: "_step"}}, []int{1}, []float64{0, 1}, []float64{0, 101}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			process(t, root, 0, tc.offline, record.Run{}, 0, 1, 2).finish(1)
			process(t, root, 1, tc.offline, tc.second, tc.steps...).finish(0)
			r := only(t, open(t, Options{}, root))
			xs, ys := points(t, r, History, KeyStep, "loss")
			assert.Equal(t, tc.want, xs)
			assert.Equal(t, tc.loss, ys)
			i := r.Info()
			assert.Equal(t, len(tc.want), i.Rows)
			assert.Equal(t, int64(tc.want[len(tc.want)-1]), i.Step)
			m := metric(t, i.Metrics, KeyStep)
			assert.Equal(t, []float64{0, tc.want[len(tc.want)-1]}, []float64{m.Min, m.Max})
			last := []float64{metric(t, i.Metrics, "loss").Last}
			assert.Equal(t, tc.loss[len(tc.loss)-1:], last)
			assert.Equal(t, len(tc.loss), metric(t, i.Metrics, "loss").Numbers)
			values, more, err := r.Values(t.Context(), "note", i.Rows, 100)
			require.NoError(t, err)
			assert.False(t, more)
			require.Len(t, values, len(tc.want))
			for k, v := range values {
				assert.Equal(t, int64(tc.want[len(tc.want)-1-k]), v.Step)
				assert.Equal(t, len(tc.want)-1-k, v.Row)
			}
			values, more, err = r.Values(t.Context(), "note", i.Rows, 1)
			require.NoError(t, err)
			assert.True(t, more)
			assert.Len(t, values, 1)
		})
	}
}

func TestRuns_LogsOfOneRun_StateOfTheLastAndFactsOfAll(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	first := process(t, root, 0, true, record.Run{Config: config("lr", "0.1")}, 0, 1, 2)
	first.add(&record.OutputRaw{Stdout: true, Text: "one\n"}, config("epochs", "3"))
	first.finish(1)
	second := process(t, root, 10, true, record.Run{Config: config("lr", "0.2")}, 0, 1)
	second.add(&record.OutputRaw{Stdout: true, Text: "two\n"})
	for l, text := range map[*logged]string{first: "1", second: "2"} {
		require.NoError(t, os.MkdirAll(l.dir.Files(), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(l.dir.Files(), "both.txt"), []byte(text), 0o600))
		require.NoError(t, os.WriteFile(filepath.Join(l.dir.Files(), text+".txt"), []byte(text), 0o600))
	}
	second.flush()
	s := open(t, Options{}, root)
	r := only(t, s)
	i := r.Info()
	assert.Equal(t, []any{Running, noon, 5, 4.0}, []any{i.State, i.Started, i.Rows, i.Values["summary._step"]})
	assert.Equal(t, []any{0.2, 3.0}, []any{i.Values["config.lr"], i.Values["config.epochs"]})
	assert.Equal(t, second.dir.Path(), i.Dir)
	assert.Equal(t, 5, i.Unsent)
	require.Len(t, i.Lives, 2)
	assert.Equal(t, []any{first.dir.Path(), Failed, 3, int64(0), int64(2)}, []any{i.Lives[0].Dir, i.Lives[0].State, i.Lives[0].Rows, i.Lives[0].FirstStep, i.Lives[0].LastStep})
	assert.Equal(t, []any{Running, 2, int64(3), int64(4)}, []any{i.Lives[1].State, i.Lives[1].Rows, i.Lives[1].FirstStep, i.Lives[1].LastStep})
	for _, log := range s.logs() {
		assert.Same(t, r, s.Run(log.key))
	}
	_, runtimes := points(t, r, History, KeyStep, KeyRuntime)
	assert.Equal(t, []float64{0, 1, 2, 2, 3}, runtimes)

	lines, err := r.Console(t.Context())
	require.NoError(t, err)
	require.Len(t, lines, 2)
	assert.Equal(t, ConsoleLine{Number: 1, Text: "two", Time: lines[1].Time}, lines[1])
	files, more, err := r.Files()
	require.NoError(t, err)
	assert.False(t, more)
	require.Len(t, files, 3)
	for name, want := range map[string]string{"both.txt": "2", "1.txt": "1"} {
		f, err := r.OpenFile(name)
		require.NoError(t, err)
		text, err := io.ReadAll(f)
		require.NoError(t, err)
		require.NoError(t, f.Close())
		assert.Equal(t, want, string(text))
	}
	_, err = r.OpenFile("none.txt")
	require.ErrorIs(t, err, os.ErrNotExist)

	version := r.Version() // it grows
	second.row(`,"note":"grown"`)
	second.finish(0)
	s.Refresh(t.Context())
	require.Same(t, r, only(t, s))
	assert.Greater(t, r.Version(), version)
	assert.Equal(t, []any{Finished, 6}, []any{r.Info().State, r.Info().Rows})
	process(t, root, 20, true, record.Run{}, 0).finish(0) // and is continued
	s.Refresh(t.Context())
	assert.Equal(t, r.Key(), only(t, s).Key())
	assert.Len(t, only(t, s).Info().Lives, 3)
}

func TestRuns_RewoundLongLog_KeepsPartsAndIndex(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	first := process(t, root, 0, false, record.Run{})
	for range 3000 {
		first.row("")
	}
	first.finish(1)
	process(t, root, 1, false, record.Run{BranchPoint: &record.BranchPoint{Run: "r", Metric: "_step", Value: 1999}}, 2000).finish(0)
	cache := t.TempDir()
	for range 2 { // the second time from the index
		s := Open([]string{root}, Options{Cache: cache})
		s.memory = 1
		s.crew.section = 32 << 10
		s.Refresh(t.Context())
		r := only(t, s)
		xs, ys := points(t, r, History, KeyStep, "loss")
		require.Len(t, xs, 2001)
		assert.Equal(t, []float64{1999, 2000, 1999. / 8, 2100}, []float64{xs[1999], xs[2000], ys[1999], ys[2000]})
		assert.Equal(t, []float64{2100}, []float64{metric(t, r.Info().Metrics, "loss").Max})
		assert.Equal(t, 2000, r.Info().Lives[0].Rows)
		s.Close()
	}
	indexes, err := filepath.Glob(filepath.Join(cache, "*.index"))
	require.NoError(t, err)
	assert.Len(t, indexes, 1)
}

func TestRuns_CopiesAndSharedLogs_StayApart(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	log := process(t, root, 0, true, record.Run{}, 0).finish(0)
	copyLog(t, log, filepath.Join(root, "backup", filepath.Base(filepath.Dir(log))), "")
	assert.Len(t, open(t, Options{}, root).Runs(), 2)

	root = t.TempDir()
	for minute := range 2 {
		shared := &record.Telemetry{Feature: []int32{int32(runconfig.FeatureSharedMode)}}
		process(t, root, minute, false, record.Run{Telemetry: shared}, 0).finish(0)
	}
	assert.Len(t, open(t, Options{}, root).Runs(), 2)
}

// copyLog copies a log to another directory, with more bytes at its end.
func copyLog(t *testing.T, log, dir, more string) {
	t.Helper()
	content, err := os.ReadFile(log)
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(dir, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, filepath.Base(log)), append(content, more...), 0o600))
}

func TestRuns_CopyInADirectoryOfAnotherName_RowsAreCountedOnce(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	process(t, root, 0, true, record.Run{}, 0, 1, 2).finish(1)
	second := process(t, root, 1, true, record.Run{}, 0, 1).finish(0)
	copyLog(t, second, filepath.Join(root, "b"), "x")
	rows := map[string]int{}
	for _, r := range open(t, Options{}, root).Runs() {
		rows[filepath.Base(r.Info().Dir)] = r.Info().Rows
	}
	assert.Equal(t, map[string]int{filepath.Base(filepath.Dir(second)): 5, "b": 2}, rows)

	root = t.TempDir() // neither name says when the run started
	for _, name := range []string{"a", "b"} {
		copyLog(t, second, filepath.Join(root, name), name)
	}
	for _, r := range open(t, Options{}, root).Runs() {
		assert.Equal(t, []any{2, 0}, []any{r.Info().Rows, len(r.Info().Lives)})
	}
}

func TestRuns_LogsOfTheSameSecond_AreInTheOrderOfTheirDirectories(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	var want []string
	for step := range 11 { // the last is ….-11
		want = append(want, filepath.Base(process(t, root, 0, true, record.Run{}, step).dir.Path()))
	}
	s := Open([]string{root}, Options{})
	defer s.Close()
	s.Refresh(t.Context())
	var dirs []string
	for _, l := range only(t, s).Info().Lives {
		dirs = append(dirs, filepath.Base(l.Dir))
	}
	assert.Equal(t, want, dirs)
}
