package runconfig

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wandgo/wandgo/errors"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestUpdate(t *testing.T) {
	t.Parallel()
	type model struct {
		Depth int     `json:"depth"`
		Rate  float64 `json:"rate"`
	}
	tests := []struct {
		name string
		in   any
		want string
	}{
		{"plain", map[string]any{"lr": 0.5, "n": 3, "s": "x", "b": true, "z": nil}, `{"b":true,"lr":0.5,"n":3,"s":"x","z":null}`},
		{"nested, and dotted keys stay", map[string]any{"a": map[string]any{"b": 1}, "c.d": 2}, `{"a":{"b":1},"c.d":2}`},
		{"struct", model{Depth: 3, Rate: 0.1}, `{"depth":3,"rate":0.1}`},
		{"struct within", map[string]any{"model": &model{Depth: 1}}, `{"model":{"depth":1,"rate":0}}`},
		{"NaN and infinity are null, at any depth", map[string]any{"a": math.NaN(), "b": []float64{1, math.Inf(-1)}}, `{"a":null,"b":[1,null]}`},
		{"empty objects vanish", map[string]any{"a": map[string]any{}, "b": 1}, `{"b":1}`},
		{"dashes around a key go", map[string]any{"--lr": 1}, `{"lr":1}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var c Config
			changed, err := c.Update(tt.in, false)
			require.NoError(t, err)
			assert.True(t, changed)
			assert.Equal(t, tt.want, string(c.Values()))
		})
	}
}

// The wanted configs are those that the official client 0.31.0 stores.
func TestUpdate_Overwrite_MergesObjects(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, old, over, want string }{
		{"objects are merged", `{"a":1,"d":{"x":1}}`, `{"b":2,"d":{"y":2}}`, `{"a":1,"b":2,"d":{"x":1,"y":2}}`},
		{"at any depth", `{"a":{"b":{"c":1}}}`, `{"a":{"b":{"d":2}}}`, `{"a":{"b":{"c":1,"d":2}}}`},
		{"lists are replaced", `[1,2]`, `[3]`, `[3]`},
		{"scalar by object", `5`, `{"n":1}`, `{"n":1}`},
		{"object by scalar", `{"n":1}`, `3`, `3`},
		{"an empty object changes nothing", `{"k":1}`, `{}`, `{"k":1}`},
		{"nor within", `{"k":{"l":1}}`, `{"k":{}}`, `{"k":{"l":1}}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var c Config
			_, err := c.Update(map[string]any{"key": json.RawMessage(tt.old)}, false)
			require.NoError(t, err)
			changed, err := c.Update(map[string]any{"key": json.RawMessage(tt.over)}, true)
			require.NoError(t, err)
			assert.JSONEq(t, `{"key":`+tt.want+`}`, string(c.Values()))
			assert.Equal(t, tt.old != tt.want, changed)
		})
	}
}

func TestUpdate_InvalidKey_ReturnsInputError(t *testing.T) {
	t.Parallel()
	var c Config
	_, err := c.Update(map[string]any{"lr": 1, "bad": make(chan int), "_wandb": 2}, false)
	require.ErrorIs(t, err, errors.ErrInvalidInput)
	assert.ErrorContains(t, err, `config["bad"]`)
	assert.ErrorContains(t, err, `config["_wandb"]`)
	assert.JSONEq(t, `{"lr":1}`, string(c.Values()), "the good keys are taken")

	changed, err := c.Update(map[string]any{"lr": 1}, false)
	require.NoError(t, err, "the same value again is no change")
	assert.False(t, changed)

	_, err = c.Update(map[string]any{"lr": 2}, false)
	require.ErrorIs(t, err, errors.ErrInvalidInput)
	assert.JSONEq(t, `{"lr":1}`, string(c.Values()))

	_, err = c.Update(map[string]any{"lr": 2}, true)
	require.NoError(t, err)
	assert.JSONEq(t, `{"lr":2}`, string(c.Values()))

	_, err = c.Update([]int{1}, true)
	require.ErrorIs(t, err, errors.ErrInvalidInput)
}

// A server writes JSON in its own way. The config that it returns for a resumed run
// must not count as another value than the program's.
func TestUpdate_SameValue_IsNotAChange(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, server string
		program      any
		same         bool
	}{
		{"spaces and order", `{ "b": [1, 2],  "a": 1 }`, map[string]any{"a": 1, "b": []int{1, 2}}, true},
		{"an exponent", `1E-07`, 1e-7, true},
		{"zeros", `0.10`, 0.1, true},
		{"an integer as a fraction", `5.0`, 5, true},
		{"a fraction as an integer", `5`, 5.0, true},
		{"great integers", `18446744073709551615`, uint64(math.MaxUint64), true},
		{"great integers, rounded", `1.8446744073709552e+19`, uint64(math.MaxUint64), true},
		{"great integers that differ", `9007199254740993`, int64(9007199254740992), false},
		{"escapes", `"h\u00e9\u003c"`, "hé<", true},
		{"a list in another order", `[2,1]`, []int{1, 2}, false},
		{"a shorter list", `[1]`, []int{1, 2}, false},
		{"one key more", `{"a":1,"b":2}`, map[string]any{"a": 1}, false},
		{"another key", `{"b":1}`, map[string]any{"a": 1}, false},
		{"a number and text", `"1"`, 1, false},
		{"a number and a truth", `1`, true, false},
		{"null and nothing", `null`, "", false},
		{"null", `null`, nil, true},
		{"beyond floats", `1e400`, json.Number("1e401"), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var c Config
			c.Inherit(map[string]json.RawMessage{"key": json.RawMessage(tt.server)})
			changed, err := c.Update(map[string]any{"key": tt.program}, false)
			assert.False(t, changed)
			assert.Equal(t, tt.same, err == nil, "%v", err)
			assert.Equal(t, `{"key":`+tt.server+`}`, string(c.Values()), "the old form stays")
			if tt.same {
				changed, err = c.Update(map[string]any{"key": tt.program}, true)
				require.NoError(t, err)
				assert.False(t, changed, "nor is it a change to be sent")
			}
		})
	}
}

func TestInherit(t *testing.T) {
	t.Parallel()
	var c Config
	_, err := c.Update(map[string]any{"lr": 2}, false)
	require.NoError(t, err)
	c.Inherit(map[string]json.RawMessage{
		"lr": json.RawMessage(`1`), "old": json.RawMessage(`"x"`),
		"_wandb": json.RawMessage(`{"t":{"1":2},"mask/class_labels":{"a":1},"visualize":{}}`),
	})
	assert.JSONEq(t, `{"lr":2,"old":"x"}`, string(c.Values()))
	var wire map[string]struct{ Value map[string]json.RawMessage }
	_ = json.Unmarshal(c.Wire(), &wire) // other keys are no objects
	assert.JSONEq(t, `{"a":1}`, string(wire["_wandb"].Value["mask/class_labels"]))
	assert.NotContains(t, string(wire["_wandb"].Value["t"]), `"1"`, "telemetry is of this process")
}

func TestWire_EmptyConfig_HasTelemetry(t *testing.T) {
	t.Parallel()
	var c Config
	c.Own.Use(FeatureResumed)
	var wire map[string]struct {
		Value struct {
			T map[string]any `json:"t"`
			M []any          `json:"m"`
		} `json:"value"`
	}
	require.NoError(t, json.Unmarshal(c.Wire(), &wire))
	own := wire["_wandb"].Value
	assert.Equal(t, []any{5.0}, own.T["3"])
	assert.NotEmpty(t, own.T["5"])
	assert.NotNil(t, own.M)
}

// Defaults add whole keys that are not set. Fixed values are merged over others, and stay.
func TestFix_Values_CannotBeChanged(t *testing.T) {
	t.Parallel()
	var c Config
	_, err := c.Update(map[string]any{"a": 1, "o": map[string]any{"x": 1}, "f": map[string]any{"x": 1}}, false)
	require.NoError(t, err)
	require.NoError(t, c.SetDefaults(map[string]any{"--a": 2, "o": map[string]any{"y": 2}, "b": 2}))
	require.NoError(t, c.Fix(map[string]any{"f": map[string]any{"y": 3}, "-g": 3}))
	assert.JSONEq(t, `{"a":1,"b":2,"f":{"x":1,"y":3},"g":3,"o":{"x":1}}`, string(c.Values()))

	changed, err := c.Update(map[string]any{"f": 4, "g": 4, "a": 4}, true)
	require.ErrorIs(t, err, errors.ErrInvalidInput)
	assert.True(t, changed)
	assert.JSONEq(t, `{"a":4,"b":2,"f":{"x":1,"y":3},"g":3,"o":{"x":1}}`, string(c.Values()))
	_, err = c.Update(map[string]any{"g": 3}, true)
	require.NoError(t, err, "the same value is no change")
}

// The server refuses a config over 15 MB. The key that would make it so is refused when
// it is set; the others are stored.
func TestUpdate_ConfigOverTheServersLimit_RefusesTheKey(t *testing.T) {
	t.Parallel()
	var c Config
	half := strings.Repeat("x", MaxBytes/2)
	_, err := c.Update(map[string]any{"a": half, "b": half, "lr": 1}, false)
	require.ErrorContains(t, err, "15 MB")
	require.ErrorContains(t, err, `config["b"]`)
	var lr int
	ok, err := c.Get("lr", &lr)
	require.NoError(t, err)
	assert.True(t, ok)
	assert.Less(t, len(c.Wire()), 15_000_000)
	_, err = c.Update(map[string]any{"a": 1}, true)
	require.NoError(t, err)
	_, err = c.Update(map[string]any{"b": half}, false)
	require.NoError(t, err, "there is room again")
}
