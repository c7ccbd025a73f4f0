package settings

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/secret"
)

const newKey = "a11cedeadbeef000000000000000000000000009"

func TestSetNetrcKey_File_ChangesOnePassword(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, before, want string }{
		{"empty", "", "machine h:1\n  login user\n  password KEY\n"},
		{"other machine", "machine a\n  login b\n  password c", "machine a\n  login b\n  password c\nmachine h:1\n  login user\n  password KEY\n"},
		{"default entry only", "default login b password c\n", "default login b password c\nmachine h:1\n  login user\n  password KEY\n"},
		{
			"same machine, in the middle", "# mine\nmachine h:1\n  login user # me\n  password old\n\n# theirs\nmachine a login b password c\n",
			"# mine\nmachine h:1\n  login user # me\n  password KEY\n\n# theirs\nmachine a login b password c\n",
		},
		{"one line", "machine a login b password c machine h:1 login user password old", "machine a login b password c machine h:1 login user password KEY"},
		{"quoted", "machine h:1 password \"o l\\\"d\" login x\n", "machine h:1 password KEY login x\n"},
		{"no password", "machine h:1 login user\nmachine a password b\n", "machine h:1 login user\n  password KEY\nmachine a password b\n"},
		{"twice: the last counts", "machine h:1 password old1\nmachine h:1 password old2\n", "machine h:1 password old1\nmachine h:1 password KEY\n"},
		{"macro", "macdef init\n  machine h:1 password no\n\nmachine a password b\n", "macdef init\n  machine h:1 password no\n\nmachine a password b\nmachine h:1\n  login user\n  password KEY\n"},
		{"byte order mark", "\ufeffmachine h:1 password old\r\n", "\ufeffmachine h:1 password KEY\r\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := SetNetrcKey([]byte(tt.before), "h:1", secret.New(newKey))
			require.NoError(t, err)
			assert.Equal(t, strings.ReplaceAll(tt.want, "KEY", newKey), string(got))
			again, err := SetNetrcKey(got, "h:1", secret.New(newKey))
			require.NoError(t, err)
			assert.Equal(t, string(got), string(again))
		})
	}
}

func TestSetNetrcKey_FileNotUnderstood_NamesLine(t *testing.T) {
	t.Parallel()
	_, err := SetNetrcKey([]byte("machine a\n  pass word\n"), "h", secret.New(newKey))
	require.ErrorContains(t, err, "line 2")
	_, err = SetNetrcKey([]byte("machine a password \"open"), "h", secret.New(newKey))
	require.ErrorContains(t, err, "in the middle of a value")
}

func TestSetFileOption_File_ChangesOption(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, before, option, value, want string
	}{
		{"empty", "", "mode", "offline", "[default]\nmode = offline\n"},
		{"empty, nothing to remove", "", "mode", "", ""},
		{"added", "[default]\nentity = acme\n\n; end\n", "mode", "offline", "[default]\nentity = acme\nmode = offline\n\n; end\n"},
		{"replaced", "[default]\nMode: online\nentity = acme\n", "mode", "offline", "[default]\nmode = offline\nentity = acme\n"},
		{"removed, with its continuation", "[default]\nmode = a\n  b\n\n  c\nentity = acme\n", "mode", "", "[default]\nentity = acme\n"},
		{"other section", "[other]\nmode = x\n", "mode", "offline", "[other]\nmode = x\n[default]\nmode = offline\n"},
		{"section before another", "[default]\n[other]\nmode = x\n", "mode", "offline", "[default]\nmode = offline\n[other]\nmode = x\n"},
		{"per cent sign", "", "base_url", "https://h/%20", "[default]\nbase_url = https://h/%%20\n"},
		{"the only one removed", "[default]\nbase_url = x\n", "base_url", "", "[default]\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := SetFileOption([]byte(tt.before), tt.option, tt.value)
			require.NoError(t, err)
			assert.Equal(t, tt.want, string(got))
		})
	}
}

func TestEditFile_LinkAndMode_AreKept(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	target := filepath.Join(dir, "dotfiles", "netrc")
	link := filepath.Join(dir, ".netrc")
	require.NoError(t, os.Mkdir(filepath.Dir(target), 0o755))
	require.NoError(t, os.WriteFile(target, []byte("old"), 0o640))
	require.NoError(t, os.Chmod(target, 0o640), "whatever the umask is")
	require.NoError(t, os.Symlink(target, link))
	require.NoError(t, EditFile(link, 0o600, func([]byte) ([]byte, error) { return []byte("new"), nil }))
	text, err := os.ReadFile(target)
	require.NoError(t, err)
	assert.Equal(t, "new", string(text))
	info, err := os.Stat(target)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o640), info.Mode().Perm())
	entries, err := os.ReadDir(filepath.Dir(target))
	require.NoError(t, err)
	assert.Len(t, entries, 1, "no temporary file stays")
}

func TestEditFile_FileMissing_IsMade(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a", "b", "netrc")
	require.NoError(t, EditFile(path, 0o600, func(data []byte) ([]byte, error) {
		assert.Nil(t, data)
		return []byte("new"), nil
	}))
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

func FuzzSetNetrcKey(f *testing.F) {
	for _, s := range []string{"", "machine a login b password c\n", "machine h:1\npassword 'x'\n#c\n", "default password \"", "macdef m\n\nmachine h:1", "machine h:1 password \\ "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, before string) {
		old, err := parseNetrc([]byte(before))
		if err != nil {
			return
		}
		after, err := SetNetrcKey([]byte(before), "h:1", secret.New(newKey))
		if err != nil {
			return
		}
		changed, err := parseNetrc(after)
		if err != nil {
			t.Fatalf("%q became %q: %v", before, after, err)
		}
		if e, _ := changed.find("h:1"); e.password.Reveal() != newKey {
			t.Errorf("%q became %q", before, after)
		}
		for _, m := range old.machines() {
			was, _ := old.find(m)
			is, _ := changed.find(m)
			if !strings.EqualFold(m, "h:1") && was.password.Reveal() != is.password.Reveal() {
				t.Errorf("%q became %q: password of %q changed", before, after, m)
			}
		}
	})
}

func FuzzSetFileOption(f *testing.F) {
	for _, s := range []string{"", "[default]\nmode = x\n y\n", "[DEFAULT]\nmode=a\n[default]\n", " [default]\n  a=b\n c=d\nmode: x", "[x]\na:b\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, before string) {
		old, err := parseFile([]byte(before))
		if err != nil {
			return
		}
		after, err := SetFileOption([]byte(before), "mode", "off%line")
		if err != nil {
			return
		}
		changed, err := parseFile(after)
		if err != nil {
			t.Fatalf("%q became %q: %v", before, after, err)
		}
		if changed["mode"] != "off%line" {
			t.Errorf("%q became %q", before, after)
		}
		for name, value := range old {
			if name != "mode" && !strings.Contains(before, "%") && changed[name] != value {
				t.Errorf("%q became %q: option %q changed from %q to %q", before, after, name, value, changed[name])
			}
		}
	})
}
