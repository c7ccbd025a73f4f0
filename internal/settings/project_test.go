package settings

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// repository makes a git repository as far as this package looks.
func repository(t *testing.T, name string) string {
	t.Helper()
	root := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.MkdirAll(filepath.Join(root, ".git"), 0o700))
	require.NoError(t, os.MkdirAll(filepath.Join(root, "train", "vision"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(root, ".git", "HEAD"), []byte("ref: refs/heads/main\n"), 0o600))
	return root
}

func TestDefaultProject(t *testing.T) {
	t.Parallel()
	repo, odd, long := repository(t, "myrepo"), repository(t, "my repo#1:a"), repository(t, strings.Repeat("m", 150))
	linked := filepath.Join(t.TempDir(), "linked")
	require.NoError(t, os.MkdirAll(linked, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(linked, ".git"), []byte("gitdir: /elsewhere\n"), 0o600))
	fake := filepath.Join(t.TempDir(), "fake")
	require.NoError(t, os.MkdirAll(filepath.Join(fake, ".git"), 0o700))

	for _, tt := range []struct{ name, work, want string }{
		{"no repository", t.TempDir(), "uncategorized"},
		{"root", repo, "myrepo"},
		{"directory below", filepath.Join(repo, "train", "vision"), "myrepo-train_vision"},
		{"odd characters", odd, "my repo_1_a"},
		{"long", long, strings.Repeat("m", 128)},
		{"linked work tree", linked, "linked"},
		{"empty .git directory", fake, "uncategorized"},
		{"no such directory", filepath.Join(t.TempDir(), "gone"), "uncategorized"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := defaultProject(tt.work)
			assert.Equal(t, tt.want, got)
			assert.NoError(t, CheckProject(got))
		})
	}
	s, err := Resolve(Env{LookupEnv: MapEnv(nil), Home: t.TempDir(), WorkDir: filepath.Join(repo, "train")}, Explicit{})
	require.NoError(t, err)
	assert.Equal(t, Value{"myrepo-train", SourceDefault}, s.Project)
}
