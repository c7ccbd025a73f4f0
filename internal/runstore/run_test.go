package runstore

import (
	"encoding/json"
	"math"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/rundir"
)

func TestInfo_OfficialLogs_HaveEverything(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"0.16.6", "0.19.11", "0.22.3", "0.31.0"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			official(t, root, version)
			r := only(t, open(t, Options{}, root))
			i := r.Info()
			require.NoError(t, i.Err)
			assert.Equal(t, "run-of-"+version, i.Name)
			assert.Equal(t, "versions", i.Project)
			assert.Equal(t, Failed, i.State)
			require.NotNil(t, i.Exit)
			assert.EqualValues(t, 3, *i.Exit)
			assert.Equal(t, 25, i.Rows)
			assert.EqualValues(t, 24, i.Step)
			assert.False(t, i.Ours)
			assert.True(t, i.Offline)
			assert.Equal(t, 25, i.Unsent)
			assert.Equal(t, 2026, i.Started.Year())
			assert.Positive(t, i.Duration)
			assert.Equal(t, 0.1, i.Values["config.lr"]) //nolint:testifylint // exact
			assert.Equal(t, "adam", i.Values["config.opt.name"])
			assert.Equal(t, 0.95, i.Values["summary.val/acc"]) //nolint:testifylint // exact
			assert.Equal(t, "html-file", metric(t, i.Metrics, "page").Type)
			assert.Equal(t, "epoch", metric(t, i.Metrics, "val/acc").Step)
			assert.Equal(t, []string{KeyRuntime, KeyStep, KeyTimestamp, "epoch"}, i.Axes)
			nan := metric(t, i.Metrics, "nan")
			assert.Equal(t, 1, nan.NonFinite)
			assert.True(t, math.IsNaN(nan.Last))
			for _, m := range i.Metrics {
				assert.NotEqual(t, "page.size", m.Name, "the members of media are no metrics")
			}
			xs, ys := points(t, r, History, "epoch", "val/acc")
			assert.Equal(t, []float64{0, 1, 2, 3}, xs)
			assert.Equal(t, []float64{0.2, 0.45, 0.7, 0.95}, ys)
			xs, ys = points(t, r, History, KeyStep, "deep.a")
			assert.Len(t, xs, 20)
			assert.InDelta(t, 19, ys[19], 0)

			values, more, err := r.Values(t.Context(), "page", math.MaxInt, 10)
			require.NoError(t, err)
			assert.False(t, more)
			require.Len(t, values, 1)
			assert.EqualValues(t, 24, values[0].Step)
			page, ok := values[0].Value.(map[string]any)
			require.True(t, ok)
			assert.Contains(t, page["path"], "media/html/page_24_")
			values, _, err = r.Values(t.Context(), "word", math.MaxInt, 10)
			require.NoError(t, err)
			require.Len(t, values, 1)
			assert.Equal(t, "text", values[0].Value)

			if version != "0.16.6" { // it keeps the output in a file of its own
				lines, err := r.Console(t.Context())
				require.NoError(t, err)
				require.NotEmpty(t, lines)
				assert.Equal(t, "a line of output", lines[0].Text)
			}
			assert.Empty(t, i.Damage)
		})
	}
}

func TestRefresh_LogGrows_OnlyTheRestIsRead(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	l := start(t, root, "r1")
	l.row("")
	l.flush()
	s := open(t, Options{}, root)
	r := only(t, s)
	assert.Equal(t, Running, r.Info().State)
	assert.Equal(t, 0.0, r.Info().Values["summary.loss"], "the last value, as there is no summary") //nolint:testifylint // exact
	for range 50 {
		l.row("")
		l.flush()
		s.Refresh(t.Context())
	}
	assert.Len(t, r.parts, 1, "small parts are joined")
	xs, ys := points(t, r, History, KeyStep, "loss")
	require.Len(t, xs, 51)
	assert.InDelta(t, 50.0/8, ys[50], 0)
	assert.InDelta(t, 50.0/8, metric(t, r.Info().Metrics, "loss").Max, 0)

	l.row(`,"late":1`)
	l.finish(0)
	s.Refresh(t.Context())
	assert.Equal(t, Finished, r.Info().State)
	assert.Equal(t, 51*time.Second, r.Info().Duration, "of the rows, as it is longer than that of the exit")
	xs, ys = points(t, r, History, KeyStep, "late")
	assert.Equal(t, []float64{51}, xs)
	assert.Equal(t, []float64{1}, ys)
	xs, _ = points(t, r, History, "late", "loss")
	assert.Equal(t, []float64{1}, xs)
}

func TestRefresh_LogIsReplaced_IsReadAnew(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	l := start(t, root, "r1")
	for range 50 {
		l.row("")
	}
	path := l.finish(0)
	s := open(t, Options{}, root)
	other := start(t, t.TempDir(), "r9")
	other.row("")
	log, err := os.ReadFile(other.finish(1))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, log, 0o600))
	s.Refresh(t.Context())
	i := only(t, s).Info()
	assert.Equal(t, "r9", i.ID)
	assert.Equal(t, 1, i.Rows)
	assert.Equal(t, Failed, i.State)
}

func TestInfo_DamagedInTheMiddle_ShowsTheRestAndWhatIsMissing(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	l := start(t, root, "r1")
	for range 3000 {
		l.row("")
	}
	path := l.finish(0)
	file, err := os.ReadFile(path)
	require.NoError(t, err)
	middle := len(file) / 2
	copy(file[middle:], make([]byte, 500))
	require.NoError(t, os.WriteFile(path, file, 0o600))
	i := only(t, open(t, Options{}, root)).Info()
	assert.Equal(t, Finished, i.State)
	assert.Less(t, i.Rows, 3000)
	assert.Greater(t, i.Rows, 2980)
	assert.EqualValues(t, 1, i.DamageTotal)
	require.Len(t, i.Damage, 1)
	assert.InDelta(t, middle, i.Damage[0].Offset, 200)

	require.NoError(t, os.WriteFile(path, []byte("something else entirely"), 0o600))
	i = only(t, open(t, Options{}, root)).Info()
	require.Error(t, i.Err)
	assert.Equal(t, "r1", i.ID, "from the name of the directory")
}

func TestInfo_NotesBesideTheLog_SayWhatIsNotUploaded(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	l := start(t, root, "r1")
	for range 10 {
		l.row("")
	}
	l.finish(0)
	reason, err := json.Marshal(&errors.PermissionError{Op: "create run", Entity: "acme", Cause: errors.ErrViewerRole, Confidence: errors.Certain})
	require.NoError(t, err)
	require.NoError(t, l.dir.SaveRefusal(reason))
	s := open(t, Options{}, root)
	r := only(t, s)
	assert.Equal(t, 10, r.Info().Unsent)
	require.ErrorIs(t, r.Info().Refusal, errors.ErrViewerRole)
	refusal, ok := errors.AsType[*errors.PermissionError](r.Info().Refusal)
	require.True(t, ok)
	steps := refusal.Remedies()
	assert.Contains(t, steps[len(steps)-1].Command, "wandgo sync "+plaintext.ShellPath(l.dir.Path()))

	require.NoError(t, l.dir.ClearRefusal())
	require.NoError(t, l.dir.SaveUploaded(rundir.Uploaded{History: 6, Entity: "acme", Project: "p", Name: "better"}))
	s.Refresh(t.Context())
	i := r.Info()
	require.NoError(t, i.Refusal)
	assert.Equal(t, 4, i.Unsent)
	assert.Equal(t, []string{"better", "acme", "p"}, []string{i.Name, i.Entity, i.Project})

	require.NoError(t, l.dir.SaveUploaded(rundir.Uploaded{Done: true, Bytes: 1 << 40}))
	require.NoError(t, os.Chtimes(l.dir.Journal()+".uploaded", noon, noon))
	s.Refresh(t.Context())
	assert.Zero(t, r.Info().Unsent)
}

func TestInfo_NoExitAndNobodyWrites_IsCrashed(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	l := start(t, root, "r1")
	l.row("")
	l.add(&record.Preempting{})
	l.flush()
	assert.Equal(t, Preempting, only(t, open(t, Options{}, root)).Info().State)
	require.NoError(t, l.log.Close())
	require.NoError(t, os.Chtimes(l.dir.Journal(), noon, time.Now().Add(-time.Hour)))
	assert.Equal(t, Crashed, only(t, open(t, Options{}, root)).Info().State)
}

func TestChunks_SystemMetrics_HaveTheTimeSinceTheStart(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	l := start(t, root, "r1")
	for i := range 3 {
		l.add(&record.Stats{
			Timestamp: noon.Add(time.Duration(i+1) * time.Second),
			Items:     []record.Item{{Key: "cpu", Value: []byte("12.5")}},
		})
	}
	l.finish(0)
	r := only(t, open(t, Options{}, root))
	xs, ys := points(t, r, System, KeyRuntime, "cpu")
	assert.Equal(t, []float64{1, 2, 3}, xs)
	assert.Equal(t, []float64{12.5, 12.5, 12.5}, ys)
	assert.Equal(t, 3, metric(t, r.Info().System, "cpu").Numbers)
}
