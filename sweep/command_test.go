package sweep

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseCommands_Lists_AreRead(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]command{
		`[]`:   {},
		`null`: {},
		`[{"type":"run","run_id":"a","program":"p","args":{"z":{"value":1},"b":{"value":0.5},"odd":1},"new":1},{"type":"exit"}]`: {
			{Type: "run", RunID: "a", Program: "p", Params: map[string]any{"z": int64(1), "b": 0.5}, order: []string{"z", "b"}},
			{Type: "exit", Params: map[string]any{}},
		},
	} {
		got, err := parseCommands(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
	for _, text := range []string{``, `{`, `{}`, `[{"type":"run"}]`, `[1]`} {
		_, err := parseCommands(text)
		require.Error(t, err, text)
	}
}

func TestParseCommands_RunIDThatIsAPath_IsRefused(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"x/../../../evil", "/etc/x", `a\\..\\..\\evil`, `a\u0000b`} {
		_, err := parseCommands(`[{"type":"run","run_id":"` + id + `","args":{}}]`)
		require.Error(t, err, id)
	}
}

func FuzzParseCommands(f *testing.F) {
	f.Add(`[{"type":"run","run_id":"a","program":"p","args":{"z":{"value":1},"z":{"value":NaN}}},{"type":"stop","run_id":"b"}]`)
	f.Add(`[[],null,{"args":{"\ud800":{"value":{}}}}]`)
	f.Fuzz(func(t *testing.T, text string) {
		commands, err := parseCommands(text)
		if err != nil {
			return
		}
		for _, c := range commands {
			trial := Trial{RunID: c.RunID, Params: c.Params, Program: c.Program, order: c.order}
			for _, name := range trial.names() {
				assert.Contains(t, c.Params, name)
			}
			_ = expand([]string{"${args}", "${args_json}", "${args_no_boolean_flags}"}, trial, "f", nil)
		}
	})
}
