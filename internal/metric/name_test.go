package metric_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/metric"
)

func TestParseName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]string{
		"a": {"a"}, "a.b": {"a", "b"}, `a\.b`: {"a.b"}, `a\.b.c`: {"a.b", "c"}, "a..b": {"a", "", "b"},
		".a": {"", "a"}, "a.": {"a"}, ".": {""}, "": {""},
		`a\b`: {`a\b`}, `a\\b`: {`a\\b`}, `a\`: {"a"}, `a\\.b`: {`a\\`, "b"}, `a\\\.b`: {`a\\.b`},
	} {
		assert.Equal(t, want, metric.ParseName(name), name)
	}
}

func FuzzParseName(f *testing.F) {
	for _, seed := range []string{"a", "a.b", `a\.b`, `a\`, "..", "é.ü"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		path := metric.ParseName(name)
		require.NotEmpty(t, path)
		if last := path[len(path)-1]; last != "" && !strings.Contains(name, `\`) {
			assert.Equal(t, path, metric.ParseName(metric.JoinName(path...)))
		}
	})
}
