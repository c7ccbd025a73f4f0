package client_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
)

// badValues are what no metric can be.
func badValues() map[string]any {
	loop := fields{}
	loop["again"] = loop
	type ring struct{ Next *ring }
	circle := &ring{}
	circle.Next = circle
	return map[string]any{
		"channel": make(chan int), "function": func() {}, "complex": complex(1, 2),
		"map that contains itself": loop, "pointer that leads to itself": circle,
		"text of 11 MB": strings.Repeat("x", 11<<20), "nested channel": fields{"deep": make(chan int)},
		"map with keys that are no text": map[[2]int]int{{1, 2}: 3},
	}
}

// TestBadInput: whatever way a bad value comes, the error is typed and names the
// key, and the rest of the row is kept.
func TestBadInput(t *testing.T) {
	t.Parallel()
	ways := map[string]func(run *client.Run, row fields) error{
		"Log": func(run *client.Run, row fields) error { return run.Log(row) },
		"LogAt": func(run *client.Run, row fields) error {
			return errors.Join(run.LogAt(0, row), run.Commit())
		},
		"LogPartial": func(run *client.Run, row fields) error {
			return errors.Join(run.LogPartial(row), run.Commit())
		},
	}
	const huge = "text of 11 MB"
	for name, bad := range badValues() {
		for way, log := range ways {
			if name == huge && way != "Log" && !long {
				continue
			}
			t.Run(name+" by "+way, func(t *testing.T) {
				t.Parallel()
				st := newStage(t, client.RunOptions{})
				err := log(st.run, fields{"good": 1, "evil": bad})
				require.ErrorIs(t, err, errors.ErrInvalidInput)
				assert.Contains(t, err.Error(), "evil", "the key is named")
				assert.Less(t, len(err.Error()), 1000)
				v := st.finish(t)
				require.Len(t, v.HistoryLines, 1)
				assert.InDelta(t, 1, v.History()[0]["good"], 0, "the rest of the row is kept")
				assert.InDelta(t, 1, v.Summary["good"], 0)
			})
		}
		if name == huge && !long { // as a config with 11 MB of text takes long to write as YAML
			continue
		}
		t.Run(name+" in the config", func(t *testing.T) {
			t.Parallel()
			st := newStage(t, client.RunOptions{})
			err := st.run.UpdateConfig(fields{"good": 1, "evil": bad})
			if name != huge { // the server's to refuse
				require.ErrorIs(t, err, errors.ErrInvalidInput)
				assert.Contains(t, err.Error(), "evil")
			}
			assert.InDelta(t, 1, st.finish(t).Config["good"], 0)
		})
	}
}

// TestReservedKeys: keys that the client writes itself are refused by name, and the
// rest of a row is logged.
func TestReservedKeys(t *testing.T) {
	t.Parallel()
	v := finished(t, client.RunOptions{}, func(run *client.Run) {
		for _, key := range []string{"_step", "_runtime"} {
			err := run.Log(map[string]any{key: 99, "a": 1})
			require.ErrorIs(t, err, errors.ErrInvalidInput)
			require.ErrorContains(t, err, key)
		}
		for _, key := range []string{"_step", "_runtime", "_timestamp", "_wandb"} {
			err := run.SetSummary(99, key)
			require.ErrorIs(t, err, errors.ErrInvalidInput)
			require.ErrorContains(t, err, key)
			require.ErrorIs(t, run.SetSummary(99, key, "below"), errors.ErrInvalidInput)
			require.ErrorIs(t, run.DeleteSummary(key), errors.ErrInvalidInput)
		}
		require.ErrorIs(t, run.SetSummary(1), errors.ErrInvalidInput)
		require.ErrorIs(t, run.DeleteSummary(), errors.ErrInvalidInput)
	})
	require.Len(t, v.HistoryLines, 2)
	assert.EqualValues(t, 1, v.Summary["_step"])
	assert.EqualValues(t, 1, v.Summary["a"])
}

// TestOddKeysAndTexts: what can be stored is, and what cannot is named.
func TestOddKeysAndTexts(t *testing.T) {
	t.Parallel()
	st := newStage(t, client.RunOptions{})
	require.NoError(t, st.run.Log(fields{"bad utf8": "a\xffb", "nul": "\x00"}))
	for _, key := range []string{"", "_step"} {
		err := st.run.Log(fields{key: 1, "good": 1})
		require.ErrorIs(t, err, errors.ErrInvalidInput, "%q is not a metric", key)
	}
	require.ErrorIs(t, st.run.UpdateConfig(fields{"_wandb": 1}), errors.ErrInvalidInput)
	require.ErrorIs(t, st.run.SetSummary(1), errors.ErrInvalidInput)
	v := st.finish(t)
	require.Len(t, v.HistoryLines, 3)
	assert.Equal(t, "a\ufffdb", v.History()[0]["bad utf8"])
	assert.Equal(t, "\x00", v.History()[0]["nul"])
	for _, row := range v.History()[1:] {
		assert.InDelta(t, 1, row["good"], 0)
	}
	run := st.run
	for name, err := range map[string]error{
		"Log": run.Log(fields{"a": 1}), "LogAt": run.LogAt(99, fields{"a": 1}), "LogPartial": run.LogPartial(nil), "Commit": run.Commit(),
		"DefineMetric": run.DefineMetric("a", client.MetricOptions{}), "SetSummary": run.SetSummary(1, "a"), "DeleteSummary": run.DeleteSummary("a"),
		"UpdateConfig": run.UpdateConfig(fields{"a": 1}), "SetName": run.SetName("n"),
		"Alert": run.Alert(t.Context(), client.Alert{Title: "t"}),
	} {
		require.ErrorIs(t, err, errors.ErrRunFinished, name)
	}
}
