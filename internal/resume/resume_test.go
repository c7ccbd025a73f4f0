package resume

import (
	"encoding/json"
	"testing"
	"time"

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
	assert.Equal(t, 13900*time.Millisecond, s.Runtime, "the longest of summary, history and events")
	assert.Equal(t, []int64{8, 2, 5}, []int64{s.Lines.History, s.Lines.Events, s.Lines.Console})
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
		{"the summary is ahead of the row", `{"_step":9}`, `["{\"_step\":5}"]`, 2, 10},
		{"also without lines", `{"_step":9}`, `["{\"_step\":7}"]`, 0, 10},
		{"summary alone", `{"_step":3}`, `["{}"]`, 4, 4},
		{"step 0 was logged", `{}`, `["{\"_step\":0}"]`, 1, 1},
		{"nothing was logged", `{}`, `[]`, 0, 0},
		{"no lines although a step is known", `{"_step":3}`, `[]`, 0, 4},
		{"no step is known", `{}`, `["{}"]`, 4, 4},
		{"only the last row of several counts", `{"_step":1}`, `["{\"_step\":9}","{\"_step\":5}"]`, 2, 6},
		{"a fractional step is ignored", `{"_step":2}`, `["{\"_step\":7.5}"]`, 5, 3},
		{"and so is a whole one in that form", `{"_step":5.0}`, `["{\"_step\":7.0}"]`, 4, 4},
		{"and one with an exponent", `{}`, `["{\"_step\":1e+06}"]`, 2, 2},
		{"and text", `{"_step":"9"}`, `["{\"_step\":null}"]`, 3, 3},
		{"and a negative one", `{"_step":-5}`, `["{\"_step\":-2}"]`, 3, 3},
		{"there is no step after the greatest", `{}`, `["{\"_step\":9223372036854775807}"]`, 3, 3},
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

func TestRuntime(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, summary, tail, events string
		want                        time.Duration
	}{
		{"the row's, with its fraction", `{"_runtime":3}`, `["{\"_runtime\":99.4}"]`, `["{\"_runtime\":5.5}"]`, 99400 * time.Millisecond},
		{"the event's", `{}`, `["{\"_runtime\":99.6}"]`, `["{\"_runtime\":200.2}"]`, 200200 * time.Millisecond},
		{"the summary's", `{"_runtime":10.75}`, `["{\"_runtime\":3.25}"]`, `[]`, 10750 * time.Millisecond},
		{"of the summary the client's own", `{"_runtime":500,"_wandb":{"runtime":20}}`, `["{\"_runtime\":1.2}"]`, `[]`, 20 * time.Second},
		{"text is ignored", `{"_runtime":"9"}`, `["{}"]`, `["{\"_runtime\":\"x\"}"]`, 0},
		{"a negative number is ignored", `{"_wandb":{"runtime":-8}}`, `["{\"_runtime\":-5}"]`, `[]`, 0},
		{"longer than anything runs", `{"_runtime":1e300}`, `[]`, `[]`, maxRuntime},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, err := Read(state(func(r *graphql.RunState) {
				r.SummaryMetrics, r.HistoryTail, r.EventsTail = &tt.summary, &tt.tail, &tt.events
			}))
			require.NoError(t, err)
			assert.InDelta(t, tt.want.Seconds(), s.Runtime.Seconds(), 1e-6)
		})
	}
}

// The wanted values are those that the official client 0.31.0 was seen to use.
func TestReadConfig(t *testing.T) {
	t.Parallel()
	config, err := ReadConfig(new(`{"a":{"value":1},"none":{"value":null},"described":{"desc":"x"},"both":{"desc":"x","value":[2]}}`))
	require.NoError(t, err)
	assert.Equal(t, map[string]json.RawMessage{"a": json.RawMessage("1"), "none": json.RawMessage("null"), "both": json.RawMessage("[2]")}, config)
	for _, text := range []string{`{"lr":1}`, `{"wandb_version":1,"a":{"value":1}}`, `{"lr":null}`, `{"lr":"x"}`, `{"lr":[1]}`} {
		_, err := ReadConfig(&text)
		require.Error(t, err, "%s: an entry without its wrapper would be lost", text)
	}
}

// An incomplete state is an error and not a new start.
func TestRead_MissingOrMalformedData_ReturnsError(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*graphql.RunState){
		"no config":               func(r *graphql.RunState) { r.Config = nil },
		"no summary":              func(r *graphql.RunState) { r.SummaryMetrics = nil },
		"no history count":        func(r *graphql.RunState) { r.HistoryLineCount = nil },
		"no events count":         func(r *graphql.RunState) { r.EventsLineCount = nil },
		"no console count":        func(r *graphql.RunState) { r.LogLineCount = nil },
		"no history tail":         func(r *graphql.RunState) { r.HistoryTail = nil },
		"no events tail":          func(r *graphql.RunState) { r.EventsTail = nil },
		"summary is a list":       func(r *graphql.RunState) { r.SummaryMetrics = new(`[]`) },
		"tail is no list":         func(r *graphql.RunState) { r.HistoryTail = new(`{}`) },
		"config has a bare entry": func(r *graphql.RunState) { r.Config = new(`{"lr":0.1}`) },
		"row in tail is broken":   func(r *graphql.RunState) { r.HistoryTail = new(`["{"]`) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Read(state(change))
			require.ErrorContains(t, err, "run1")
		})
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
			require.GreaterOrEqual(t, s.Runtime, time.Duration(0))
			require.GreaterOrEqual(t, s.Step, int64(0))
		}
	})
}
