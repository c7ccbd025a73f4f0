package session

import (
	"log/slog"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/connection"
	"github.com/wandgo/wandgo/internal/settings"
)

// disabled is a session that stores nothing.
func disabled(w *Writer) *Session {
	env := &Env{Connection: &connection.Connection{Settings: &settings.Settings{}, Log: slog.New(slog.DiscardHandler)}}
	return New(env, &Plan{Entity: "e", Project: "p", ID: "r", Started: time.Now(), Writer: w})
}

func TestSession_StepBeforeTheCurrentOne_ReturnsErrStepInPast(t *testing.T) {
	t.Parallel()
	s := disabled(nil)
	require.NoError(t, s.LogAt(3, map[string]any{"a": 1}))
	require.NoError(t, s.LogAt(3, map[string]any{"b": 2}), "the row is open")
	require.NoError(t, s.Commit())
	assert.EqualValues(t, 4, s.Step())
	err := s.LogAt(2, map[string]any{"a": 1})
	require.ErrorIs(t, err, errors.ErrStepInPast)
	require.EqualError(t, err, "log to run e/p/r: step 2 is before the current step 4: "+errors.ErrStepInPast.Error())
	b, ok := s.Summary("b")
	assert.True(t, ok)
	assert.EqualValues(t, 2, b)
}

func TestSession_Shared_StepsAreIgnored(t *testing.T) {
	t.Parallel()
	s := disabled(&Writer{ID: "w", Label: "node"})
	require.NoError(t, s.LogAt(7, map[string]any{"a": 1}))
	assert.EqualValues(t, -1, s.Step())
	assert.Equal(t, "output_node.log", s.plan.Writer.ConsoleFile())
}

func TestSession_Finished_RefusesEverything(t *testing.T) {
	t.Parallel()
	finished := 0
	s := disabled(nil)
	s.plan.OnFinished = func(clean bool) {
		finished++
		assert.True(t, clean)
	}
	require.NoError(t, s.LogPartial(map[string]any{"a": 1}))
	require.NoError(t, s.Finish(t.Context(), 0))
	require.NoError(t, s.Finish(t.Context(), 1), "the first call decides")
	assert.Equal(t, 1, finished)
	require.ErrorIs(t, s.Context().Err(), s.ctx.Err())
	for name, err := range map[string]error{
		"Log":            s.Log(nil),
		"LogPartial":     s.LogPartial(nil),
		"Commit":         s.Commit(),
		"SetSummary":     s.SetSummary(1, "a"),
		"UpdateConfig":   s.UpdateConfig(map[string]any{"a": 1}, false),
		"Relabel":        s.Relabel(func(*Labels) error { return nil }),
		"MarkPreempting": s.MarkPreempting(),
		"Flush":          s.Flush(t.Context()),
	} {
		require.ErrorIs(t, err, errors.ErrRunFinished, name)
	}
}

// The largest int64 has no next step: the row after it would have a negative one.
func TestSession_LargestStep_IsRefused(t *testing.T) {
	t.Parallel()
	row := map[string]any{"a": 1}
	s := disabled(nil)
	err := s.LogAt(math.MaxInt64, row)
	input, ok := errors.AsType[*errors.InputError](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, "step", input.Field)
	assert.Zero(t, s.Step(), "nothing changed")

	require.NoError(t, s.LogAt(math.MaxInt64-1, row))
	require.NoError(t, s.Commit(), "the last row")
	assert.EqualValues(t, math.MaxInt64, s.Step())
	for name, err := range map[string]error{"Log": s.Log(row), "Commit": s.Commit(), "LogAt": s.LogAt(math.MaxInt64, row)} {
		_, ok := errors.AsType[*errors.InputError](err)
		assert.True(t, ok, "%s: %v", name, err)
	}
	assert.EqualValues(t, math.MaxInt64, s.Step(), "and never a negative step")
}
