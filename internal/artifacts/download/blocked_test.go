package download_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/artifacts/download"
)

func TestDownload_NameIsTaken_SaysByWhatAndWhatToDo(t *testing.T) {
	t.Parallel()
	link := func(to string) func(string) error {
		return func(path string) error { return os.Symlink(to, path) }
	}
	dir := func(path string) error { return os.Mkdir(path, 0o700) }
	file := func(path string) error { return os.WriteFile(path, nil, 0o600) }
	for name, c := range map[string]struct {
		at   string
		put  func(path string) error
		want string
	}{
		"directory in place of a file": {"f", dir, "is a directory, and the download needs a file of that name"},
		"file in place of a directory": {"a", file, "is a file, and the download needs a directory of that name"},
		"link that leads out":          {"a", link(".."), "is a symbolic link, and the download needs a directory of that name"},
		"link to itself":               {"a", link("a"), "is a symbolic link, and the download needs a directory of that name"},
		"partial files":                {".wandgo-partial", file, "is a file, and the download needs a directory of that name"},
		"link to a directory in it":    {"a", link("b"), ""},
		"link to nothing in it":        {"a", link("none"), ""},
		"link in place of a file":      {"f", link("none"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStand(t, map[string][]byte{"a/b/c": []byte("one"), "f": []byte("two")})
			to := t.TempDir()
			require.NoError(t, os.Mkdir(filepath.Join(to, "b"), 0o700))
			require.NoError(t, c.put(filepath.Join(to, c.at)))
			_, err := s.version(t, "").Download(t.Context(), download.Options{Dir: to})
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			require.Error(t, err)
			text := errors.Explain(err)
			assert.Contains(t, text, c.at+`" `+c.want)
			assert.Contains(t, text, "Move it away, or download to another directory.")
			assert.NotContains(t, text, "renameat")
		})
	}
}
