package resume

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wandgo/wandgo/graphql"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// state is a run that can be resumed, changed by the test.
func state(change ...func(*graphql.RunState)) *graphql.RunState {
	r := &graphql.RunState{
		Id: "storage", Name: "run1",
		Config:           new(`{"lr":{"value":0.1},"_wandb":{"value":{"t":{"5":"x"}}}}`),
		WandbConfig:      new(`{"t":{"5":"x"}}`),
		SummaryMetrics:   new(`{"loss":NaN,"_step":7,"_runtime":3,"_wandb":{"runtime":12}}`),
		HistoryLineCount: new(8), EventsLineCount: new(2), LogLineCount: new(5),
		HistoryTail: new(`["{\"_step\":7,\"_runtime\":11.5,\"loss\":Infinity}"]`),
		EventsTail:  new(`["{\"_runtime\":13.9}"]`),
		Tags:        []string{"a"}, Notes: new("note"),
	}
	for _, f := range change {
		f(r)
	}
	return r
}

func TestExists(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		run  *graphql.RunState
		want bool
	}{
		{"no run", nil, false},
		{"started", state(), true},
		{"reserved by a sweep: no telemetry", state(func(r *graphql.RunState) { r.WandbConfig = new(`{}`) }), false},
		{"null config", state(func(r *graphql.RunState) { r.WandbConfig = nil }), false},
		{"config is no object", state(func(r *graphql.RunState) { r.WandbConfig = new(`[]`) }), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, Exists(tt.run))
		})
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	s, err := Read(state())
	require.NoError(t, err)
	assert.Equal(t, int64(8), s.Step)
	assert.Equal(t, int64(13), s.Runtime, "the longest of summary, history and events, as whole seconds")
	assert.Equal(t, []int64{8, 2, 5}, []int64{s.HistoryLines, s.EventLines, s.ConsoleLines})
	assert.JSONEq(t, `0.1`, string(s.Config["lr"]))
	assert.Equal(t, []string{"a"}, s.Tags)
	assert.Equal(t, "note", s.Notes)
	assert.Equal(t, "storage", s.StorageID)
}

func TestFirstStep(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, summary, tail string
		lines               int
		want                int64
	}{
		{"after the last row", `{"_step":3}`, `["{\"_step\":7}"]`, 8, 8},
		{"the row wins over the summary", `{"_step":99}`, `["{\"_step\":7}"]`, 8, 8},
		{"summary alone", `{"_step":3}`, `["{}"]`, 4, 4},
		{"step 0 was logged", `{}`, `["{\"_step\":0}"]`, 1, 1},
		{"nothing was logged", `{}`, `[]`, 0, 0},
		{"no lines although a step is known", `{"_step":3}`, `[]`, 0, 3},
		{"a fractional step is ignored", `{"_step":2}`, `["{\"_step\":7.5}"]`, 5, 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, err := Read(state(func(r *graphql.RunState) {
				r.SummaryMetrics, r.HistoryTail, r.HistoryLineCount = &tt.summary, &tt.tail, &tt.lines
			}))
			require.NoError(t, err)
			assert.Equal(t, tt.want, s.Step)
		})
	}
}

// TestReadFails holds that a state with a hole is an error and no fresh start.
func TestReadFails(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*graphql.RunState){
		"no config":             func(r *graphql.RunState) { r.Config = nil },
		"no summary":            func(r *graphql.RunState) { r.SummaryMetrics = nil },
		"no history count":      func(r *graphql.RunState) { r.HistoryLineCount = nil },
		"no events count":       func(r *graphql.RunState) { r.EventsLineCount = nil },
		"no console count":      func(r *graphql.RunState) { r.LogLineCount = nil },
		"no history tail":       func(r *graphql.RunState) { r.HistoryTail = nil },
		"no events tail":        func(r *graphql.RunState) { r.EventsTail = nil },
		"summary is a list":     func(r *graphql.RunState) { r.SummaryMetrics = new(`[]`) },
		"tail is no list":       func(r *graphql.RunState) { r.HistoryTail = new(`{}`) },
		"row in tail is broken": func(r *graphql.RunState) { r.HistoryTail = new(`["{"]`) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Read(state(change))
			require.ErrorContains(t, err, "run1")
		})
	}
}

func TestParseMoment(t *testing.T) {
	t.Parallel()
	m, err := ParseMoment("abc?_step=12")
	require.NoError(t, err)
	assert.Equal(t, Moment{RunID: "abc", Step: 12}, m)
	for _, text := range []string{"", "abc", "abc?_step=", "abc?_step=-1", "abc?_step=1.5", "?_step=1", "abc?step=1"} {
		_, err := ParseMoment(text)
		require.Error(t, err, text)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(`{"lr":{"value":1}}`, `{"_step":7}`, `["{\"_step\":7}"]`, 8)
	f.Add(`null`, `{"_wandb":3,"_runtime":-Infinity}`, `["NaN","x"]`, -1)
	f.Fuzz(func(t *testing.T, config, summary, tail string, lines int) {
		s, err := Read(state(func(r *graphql.RunState) {
			r.Config, r.SummaryMetrics, r.HistoryTail, r.HistoryLineCount = &config, &summary, &tail, &lines
		}))
		if err == nil {
			_, err := json.Marshal(s.Config)
			require.NoError(t, err)
			require.GreaterOrEqual(t, s.Runtime, int64(0))
		}
	})
}
