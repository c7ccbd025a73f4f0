package plaintext_test

import (
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/plaintext"
)

var shellTexts = []string{
	"", "plain", "/data/run-1", "two words", "it's", `back\slash`, "$HOME `id` $(id)", "new\nline", "tab\t", "esc\x1b[31m", "bidi\u202e", "bad\xff", "ünï", "*?[a]~", "-n", "!!", "a;b&c|d", "'", "'\n'",
}

func TestShellWord_AnyText_IsReadBackByBash(t *testing.T) {
	t.Parallel()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash here")
	}
	for _, text := range shellTexts {
		word := plaintext.ShellWord(text)
		assert.True(t, plaintext.Safe(word), "%q", word)
		out, err := exec.CommandContext(t.Context(), bash, "-c", "printf %s "+word).Output()
		require.NoError(t, err, "%q", word)
		if text != "-n" {
			assert.Equal(t, text, string(out), word)
		}
	}
}

func TestShellPath_LeadingDash_IsNoFlag(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "./-n", plaintext.ShellPath("-n"))
	assert.Equal(t, "'./-a b'", plaintext.ShellPath("-a b"))
	assert.Equal(t, "/x", plaintext.ShellPath("/x"))
}
