package runfiles_test

import (
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/runfiles"
)

func TestExpand_Pattern_ListsWhatMatches(t *testing.T) {
	t.Parallel()
	fsys := fstest.MapFS{}
	for _, name := range []string{"a.pt", "b.txt", ".hid", ".git/config", "d/.h/a.pt", "d/a.pt", "d/e/a.pt", "d/e/f/x.pt", "g/e/a.pt"} {
		fsys[name] = &fstest.MapFile{}
	}
	for pattern, want := range map[string]string{
		"*.pt":         "a.pt",
		"*":            "a.pt b.txt d g",
		".*":           ".git .hid",
		".git/*":       ".git/config",
		"d/.h/**":      "d/.h/a.pt",
		"[!ab]*":       "d g",
		"[^ab]*":       "d g",
		"*/[!a]*":      "d/e g/e",
		"d":            "d",
		"*/a.pt":       "d/a.pt",
		"**":           "a.pt b.txt d/a.pt d/e/a.pt d/e/f/x.pt g/e/a.pt",
		"**/a.pt":      "a.pt d/a.pt d/e/a.pt g/e/a.pt",
		"d/**/*.pt":    "d/a.pt d/e/a.pt d/e/f/x.pt",
		"*/e/**":       "d/e/a.pt d/e/f/x.pt g/e/a.pt",
		"**/e/**/x.pt": "d/e/f/x.pt",
		"d/**/**/a.pt": "d/a.pt d/e/a.pt",
		"**x":          "",
		"none/**":      "",
		"[ab].*":       "a.pt b.txt",
	} {
		got, err := runfiles.Expand(fsys, pattern, func(string) {})
		require.NoError(t, err, pattern)
		assert.Equal(t, want, strings.Join(got, " "), pattern)
	}
	for _, pattern := range []string{"[", "d/[", "**/["} {
		_, err := runfiles.Expand(fsys, pattern, func(string) {})
		require.ErrorIs(t, err, path.ErrBadPattern, pattern)
	}
}

func TestExpand_NameOfAFile_StandsForThatFile(t *testing.T) {
	t.Parallel()
	fsys := fstest.MapFS{"lr[0.5].pt": {}, "lr0.pt": {}, "what?.txt": {}, "whats.txt": {}, "a*b": {}, "axb": {}, "open[": {}}
	for pattern, want := range map[string]string{
		"lr[0.5].pt": "lr[0.5].pt",
		"lr[0].pt":   "lr0.pt",
		"what?.txt":  "what?.txt",
		"a*b":        "a*b",
		"open[":      "open[",
	} {
		got, err := runfiles.Expand(fsys, pattern, func(string) {})
		require.NoError(t, err, pattern)
		assert.Equal(t, want, strings.Join(got, " "), pattern)
	}
}

func TestExpand_FileOfSecrets_NeedsItsName(t *testing.T) {
	t.Parallel()
	fsys := fstest.MapFS{}
	secrets := []string{"d/.env", "d/.env.local", "d/.netrc", "d/ID_RSA", "d/credentials.json", "d/server.pem", "d/service-account-7.json"}
	for _, name := range append(secrets, "d/model.pt", "d/environment.yaml", "d/keys.txt") {
		fsys[name] = &fstest.MapFile{}
	}
	for _, pattern := range []string{"d/*", "d/.*", "**", "d/**/*", "*/*", "**/**"} {
		var withheld []string
		got, err := runfiles.Expand(fsys, pattern, func(name string) { withheld = append(withheld, name) })
		require.NoError(t, err, pattern)
		for _, name := range secrets {
			assert.NotContains(t, got, name, pattern)
		}
		for _, name := range withheld {
			assert.Contains(t, secrets, name, pattern)
		}
		if pattern != "d/.*" {
			assert.Equal(t, []string{"d/environment.yaml", "d/keys.txt", "d/model.pt"}, got, pattern)
			assert.ElementsMatch(t, []string{"d/ID_RSA", "d/credentials.json", "d/server.pem", "d/service-account-7.json"}, withheld, pattern)
		}
	}
	for _, name := range secrets {
		got, err := runfiles.Expand(fsys, name, func(string) { t.Error(name) })
		require.NoError(t, err)
		assert.Equal(t, []string{name}, got, "named whole")
	}
}

func TestExpand_UnreadableDirectory_IsSkipped(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir+"/open/a", "")
	require.NoError(t, os.Mkdir(dir+"/shut", 0o000))
	outside := t.TempDir()
	write(t, outside+"/far", "")
	require.NoError(t, os.Symlink(outside, dir+"/link"))
	require.NoError(t, os.Symlink(dir, dir+"/open/loop"))
	got, err := runfiles.Expand(os.DirFS(dir), "**/[af]*", func(string) {})
	require.NoError(t, err)
	assert.Equal(t, []string{"open/a"}, got, "** follows no link, so that it cannot go round")
	got, err = runfiles.Expand(os.DirFS(dir), "link/*", func(string) {})
	require.NoError(t, err)
	assert.Equal(t, []string{"link/far"}, got, "a link that is named is followed")
}

func FuzzExpand(f *testing.F) {
	for _, s := range []string{"*", "**", "**/**/x", "d/**/*.pt", "[a-", `\`, "a/../b", "**/[^a]*"} {
		f.Add(s)
	}
	fsys := fstest.MapFS{"a.pt": {}, "d/a.pt": {}, "d/e/x.pt": {}}
	f.Fuzz(func(t *testing.T, pattern string) {
		found, err := runfiles.Expand(fsys, pattern, func(string) {})
		if err != nil {
			return
		}
		for _, name := range found {
			if _, err := fs.Stat(fsys, name); err != nil {
				t.Errorf("pattern %q finds %q: %v", pattern, name, err)
			}
		}
	})
}
