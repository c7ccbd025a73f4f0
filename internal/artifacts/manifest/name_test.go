package manifest_test

import (
	"path"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/artifacts/manifest"
)

func TestCheck_NamesOfTheServer(t *testing.T) {
	t.Parallel()
	name := manifest.CheckName
	typ := func(s string) error { return manifest.CheckType(s, "net") }
	for _, tt := range []struct {
		what  string
		check func(string) error
		good  []string
		bad   []string
	}{
		{"name", name, []string{"a", "run-x_1.2", strings.Repeat("a", 128)}, []string{"", "a b", "a/b", "a:v1", "é", "a\n", strings.Repeat("a", 129)}},
		{"type", typ, []string{"model", "data set", "run_table", "Größe"}, []string{"", "a/b", "a:b", "job", "wandb-history", "a\x1b[1m"}},
		{"type of run table", func(s string) error { return manifest.CheckType(s, "run-x") }, []string{"model", "code"}, []string{"run_table"}},
		{"type of code", func(s string) error { return manifest.CheckType(s, "source-x") }, []string{"run_table"}, []string{"code"}},
		{"alias", manifest.CheckAlias, []string{"latest", "v", "v3.1", "rev3", "best one", "step=5"}, []string{"", "a/b", "a:b", "a\x00", "v3", "v0"}},
		{"tag", manifest.CheckTag, []string{"a", "a b", "a-b_c"}, []string{"", " a", "a ", "a/b", "a.b"}},
	} {
		t.Run(tt.what, func(t *testing.T) {
			t.Parallel()
			for _, s := range tt.good {
				require.NoError(t, tt.check(s), "%q", s)
			}
			for _, s := range tt.bad {
				err := tt.check(s)
				require.ErrorIs(t, err, errors.ErrInvalidInput, "%q", s)
				assert.NotContains(t, err.Error(), "\x1b")
			}
		})
	}
}

func FuzzCheckPath(f *testing.F) {
	for _, seed := range []string{"a", "a/b.txt", "/a", "a/../b", "..", ".", "", "a//b", "a/", "a\x00", "C:\\x", "é", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, p string) {
		if err := manifest.CheckPath(p); err != nil {
			require.ErrorIs(t, err, manifest.ErrPath)
			return
		}
		assert.Equal(t, p, path.Clean(p))
		assert.False(t, path.IsAbs(p))
		assert.NotEqual(t, "..", strings.Split(p, "/")[0])
	})
}
