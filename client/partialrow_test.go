package client_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// TestLogPartialOfLoops: a map that contains itself twice over must cost neither
// the program nor an eternity.
func TestLogPartialOfLoops(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, "")
	run, err := c.Init(t.Context(), client.RunOptions{Mode: "disabled", Project: "p"})
	require.NoError(t, err)
	loop := map[string]any{"x": 1}
	loop["left"], loop["right"] = loop, loop
	require.ErrorIs(t, run.Log(map[string]any{"loop": loop, "i": 0}), errors.ErrInvalidInput)
	require.ErrorIs(t, run.LogPartial(map[string]any{"loop": loop, "i": 1}), errors.ErrInvalidInput)
	require.NoError(t, run.Commit())
	i, ok := run.Summary("i")
	assert.True(t, ok)
	assert.EqualValues(t, 1, i)
	require.NoError(t, run.Finish(t.Context()))
}

// TestParts: the parts of a row are merged key by key, whatever types they have.
func TestParts(t *testing.T) {
	t.Parallel()
	type losses struct {
		A float64 `json:"a"`
		B float64 `json:"b,omitempty"`
	}
	type part = map[string]any
	for _, tt := range []struct {
		name  string
		parts []part
		want  part
	}{
		{"maps", []part{{"n": part{"a": 1}}, {"n": part{"b": 2}}}, part{"n": part{"a": 1, "b": 2}}},
		{"typed maps", []part{{"n": map[string]float64{"a": 1}}, {"n": map[string]int{"b": 2}}}, part{"n": part{"a": 1, "b": 2}}},
		{"structs", []part{{"n": losses{A: 1, B: 3}}, {"n": &losses{A: 2}}}, part{"n": part{"a": 2, "b": 3}}},
		{"a map and a struct", []part{{"n": part{"b": part{"c": 1}}}, {"n": losses{A: 1}}}, part{"n": part{"a": 1, "b": part{"c": 1}}}},
		{"a typed map deep down", []part{{"n": part{"m": map[string]int{"a": 1}}}, {"n": part{"m": part{"b": 2}}}}, part{"n": part{"m": part{"a": 1, "b": 2}}}},
		{"an object for a number", []part{{"n": 1}, {"n": map[string]int{"a": 1}}}, part{"n": part{"a": 1}}},
		{"a number for an object", []part{{"n": map[string]int{"a": 1}}, {"n": 1}}, part{"n": 1}},
		{"empty objects", []part{{"n": 1, "m": "x", "o": 2}, {"n": part{}, "m": map[string]int{}, "o": part{"p": part{}}}}, part{"n": 1, "m": "x", "o": 2}},
		{"own time of the last part", []part{{"a": 1}, {"_timestamp": 1234.5}}, part{"a": 1, "_timestamp": 1234.5}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newClient(t, wandbtest.New(t, everybody()), "")
			run, err := c.Init(t.Context(), client.RunOptions{Mode: "offline"})
			require.NoError(t, err)
			for _, p := range tt.parts {
				require.NoError(t, run.LogPartial(p))
			}
			require.NoError(t, run.Finish(t.Context()))
			row := onDisk(t, run.Dir()).Rows[0]
			want, err := json.Marshal(tt.want)
			require.NoError(t, err)
			for _, own := range []string{"_step", "_runtime", "_timestamp"} {
				if _, asked := tt.want[own]; !asked {
					delete(row, own)
				}
			}
			got, err := json.Marshal(row)
			require.NoError(t, err)
			assert.JSONEq(t, string(want), string(got))
		})
	}
}

// A time of the program's own is that of its call, and not of the row.
func TestPartsOwnTime(t *testing.T) {
	t.Parallel()
	c := newClient(t, wandbtest.New(t, everybody()), "")
	run, err := c.Init(t.Context(), client.RunOptions{Mode: "offline"})
	require.NoError(t, err)
	require.NoError(t, run.LogPartial(map[string]any{"a": 1, "_timestamp": 1234.5}))
	require.NoError(t, run.LogPartial(map[string]any{"b": 1}))
	require.NoError(t, run.Finish(t.Context()))
	assert.Greater(t, onDisk(t, run.Dir()).Rows[0]["_timestamp"], 1e9, "the last call had none")
}
