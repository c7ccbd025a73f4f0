package record

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNullRemovesFromASummary(t *testing.T) {
	t.Parallel()
	var sum Tree
	item := func(value string, path ...string) Item { return Item{NestedKey: path, Value: []byte(value)} }
	require.Zero(t, sum.ApplySummary(&Summary{Update: []Item{item(`1`, "best"), item(`2`, "deep", "x"), item(`3`, "deep", "y"), item(`{"z":null}`, "object")}}))
	require.Zero(t, sum.ApplySummary(&Summary{Update: []Item{item(` null `, "best"), item(`null`, "deep", "x"), item(`null`, "never")}}))
	assert.JSONEq(t, `{"deep":{"y":3},"object":{"z":null}}`, string(sum.AppendJSON(nil)))
	var config Tree
	require.Zero(t, config.ApplyConfig(&Config{Update: []Item{item(`null`, "none")}}))
	assert.JSONEq(t, `{"none":null}`, string(config.AppendJSON(nil)))
}
