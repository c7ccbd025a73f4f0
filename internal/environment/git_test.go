package environment

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/record"
)

var (
	commit = strings.Repeat("ab12", 10)
	other  = strings.Repeat("cd34", 16) // SHA-256
)

// files writes a directory: names to texts.
func files(t *testing.T, dir string, texts map[string]string) {
	t.Helper()
	for name, text := range texts {
		path := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
}

const config = `[core]
	bare = false
	url = wrong
[remote "upstream"]
	url = https://example.com/up.git
[remote "origin"]
	fetch = +refs/heads/*:refs/remotes/origin/*
	URL = "https://jo:pw@example.com/a/b.git"
[branch "main"]
	remote = origin
`

// repository makes a work tree as git does, with a directory cmd/train.
func repository(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	files(t, dir, map[string]string{
		".git/HEAD": "ref: refs/heads/main\n", ".git/config": config, ".git/refs/heads/main": commit + "\n",
		"cmd/train/main.go": "",
	})
	return dir
}

func TestGit(t *testing.T) {
	t.Parallel()
	const url = "https://jo:pw@example.com/a/b.git"
	for _, c := range []struct {
		name string
		in   string // where the program runs
		tree map[string]string
		want record.Git
	}{
		{"branch", ".", map[string]string{
			".git/HEAD": "ref: refs/heads/main\n", ".git/config": config, ".git/refs/heads/main": commit + "\n",
		}, record.Git{RemoteURL: url, Commit: commit}},
		{"deep inside", "a/b/c", map[string]string{
			".git/HEAD": commit + "\n", ".git/config": config, "a/b/c/x": "",
		}, record.Git{RemoteURL: url, Commit: commit}},
		{"detached, SHA-256, no config", ".", map[string]string{".git/HEAD": other + "\n"}, record.Git{Commit: other}},
		{"packed", ".", map[string]string{
			".git/HEAD":        "ref: refs/heads/main\n",
			".git/packed-refs": "# pack-refs with: peeled fully-peeled sorted\n" + other + " refs/heads/mai\n" + commit + " refs/heads/main\n^" + other + "\n",
		}, record.Git{Commit: commit}},
		{"before the first commit", ".", map[string]string{".git/HEAD": "ref: refs/heads/main\n", ".git/config": config}, record.Git{RemoteURL: url}},
		{"chain", ".", map[string]string{
			".git/HEAD": "ref: refs/heads/alias", ".git/refs/heads/alias": "ref: refs/heads/main", ".git/refs/heads/main": commit,
		}, record.Git{Commit: commit}},
		{"circle", ".", map[string]string{
			".git/HEAD": "ref: refs/heads/a", ".git/refs/heads/a": "ref: refs/heads/b", ".git/refs/heads/b": "ref: refs/heads/a",
		}, record.Git{}},
		{"escape", ".", map[string]string{".git/HEAD": "ref: ../../secret", "secret": commit}, record.Git{}},
		{"reftable", ".", map[string]string{".git/HEAD": "ref: refs/heads/.invalid\n", ".git/reftable/tables.list": ""}, record.Git{}},
		{"nonsense", ".", map[string]string{".git/HEAD": "\x00\xff", ".git/config": "[remote \"origin\"\nurl"}, record.Git{}},
		{"submodule", "lib", map[string]string{
			"lib/.git": "gitdir: ../.git/modules/lib\n", ".git/HEAD": "ref: refs/heads/main",
			".git/modules/lib/HEAD": commit, ".git/modules/lib/config": config,
		}, record.Git{RemoteURL: url, Commit: commit}},
		{"further work tree", "tree", map[string]string{
			"tree/.git": "gitdir: ../main/.git/worktrees/tree", "main/.git/worktrees/tree/HEAD": "ref: refs/heads/topic",
			"main/.git/worktrees/tree/commondir": "../..\n", "main/.git/config": config, "main/.git/refs/heads/topic": commit,
			"main/.git/HEAD": other,
		}, record.Git{RemoteURL: url, Commit: commit}},
		{"empty .git inside of a repository", "x", map[string]string{
			"x/.git/keep": "", ".git/HEAD": commit,
		}, record.Git{Commit: commit}},
		{"broken .git file", ".", map[string]string{".git": "what"}, record.Git{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			files(t, dir, c.tree)
			_, got := findGit(filepath.Join(dir, filepath.FromSlash(c.in)), "origin")
			assert.Equal(t, c.want, got)
		})
	}
}

func TestRemoteByName(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "https://example.com/up.git", remoteURL(config, "upstream"))
	assert.Empty(t, remoteURL(config, "none"))
}

func TestCleanRemote(t *testing.T) {
	t.Parallel()
	token := strings.Repeat("T0ken", 8)
	for in, want := range map[string]string{
		"":                                       "",
		"git@github.com:a/b.git":                 "git@github.com:a/b.git",
		"/srv/git/b.git":                         "/srv/git/b.git",
		"https://github.com/a/b.git":             "https://github.com/a/b.git",
		"ssh://git@github.com:22/a/b.git":        "ssh://git@github.com:22/a/b.git",
		"https://jo:pw@github.com/a/b.git":       "https://jo:@github.com/a/b.git",
		"https://jo:p@w@github.com/a/b.git":      "https://jo:@github.com/a/b.git",
		"https://" + token + "@github.com/a/b":   "https://github.com/a/b",
		"https://" + token + ":x@github.com/a/b": "https://github.com/a/b",
		"https://oauth2:" + token + "@host":      "https://oauth2:@host",
		"https://host/a?private_token=" + token:  "https://host/a",
		"https://%zz:pw@host/a":                  "https://host/a",
		"https://short@host/a":                   "https://host/a",
		"https://git@host/a":                     "https://git@host/a",
		token + "@host:a/b.git":                  "host:a/b.git",
	} {
		assert.Equal(t, want, cleanRemote(in), in)
	}
}

func FuzzCleanRemote(f *testing.F) {
	f.Add("https://jo:hunter2@github.com/a/b.git")
	f.Add("https://hunter2@x@y:z/@")
	f.Fuzz(func(t *testing.T, remote string) {
		once := cleanRemote(remote)
		require.Equal(t, once, cleanRemote(once), "cleaning is complete")
	})
}
