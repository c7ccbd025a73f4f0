package client_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/wandbtest"
)

func TestRunConfig_EachKindOfValue_IsReadOrZero(t *testing.T) {
	t.Parallel()
	c := newClient(t, wandbtest.New(t, everybody()), key("member"))
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", Config: map[string]any{
		"half": 0.5, "three": 3, "whole": 4.0, "large": int64(1<<53 + 1), "huge": 1e300, "text": "adam", "digits": "7", "yes": true,
		"nothing": nil, "not a number": math.NaN(), "nested": map[string]any{"lr": 0.1},
	}})
	require.NoError(t, err)
	t.Cleanup(func() { _ = run.Finish(t.Context()) })
	nan := math.NaN()
	tests := map[string]struct {
		float float64
		int   int
		text  string
		bool  bool
	}{
		"half": {float: 0.5}, "three": {float: 3, int: 3}, "whole": {float: 4, int: 4}, "large": {float: 1 << 53, int: 1<<53 + 1}, "huge": {float: 1e300},
		"text": {float: nan, text: "adam"}, "digits": {float: nan, text: "7"}, "yes": {float: nan, bool: true},
		"nothing": {float: nan}, "not a number": {float: nan}, "nested": {float: nan}, "missing": {float: nan},
	}
	for key, want := range tests {
		t.Run(key, func(t *testing.T) {
			t.Parallel()
			config := run.Config()
			if got := config.Float(key); math.IsNaN(want.float) {
				assert.True(t, math.IsNaN(got), "%v", got)
			} else {
				assert.InDelta(t, want.float, got, 0)
			}
			assert.Equal(t, want.int, config.Int(key))
			assert.Equal(t, want.text, config.String(key))
			assert.Equal(t, want.bool, config.Bool(key))
		})
	}
	var none client.RunConfig
	assert.True(t, math.IsNaN(none.Float("half")))
	assert.Zero(t, none.Int("three"))
}
