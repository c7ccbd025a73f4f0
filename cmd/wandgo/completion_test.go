package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCompletion_Script_NamesEveryCommandAndFlag(t *testing.T) {
	t.Parallel()
	for _, shell := range []string{"bash", "zsh", "fish"} {
		t.Run(shell, func(t *testing.T) {
			t.Parallel()
			r := in(t, nil).run(t, "completion", shell)
			require.Equal(t, exitAllowed, r.status, r.stderr)
			for _, c := range commands() {
				assert.Contains(t, r.stdout, c.name)
				for _, flag := range c.flagNames() {
					assert.Contains(t, r.stdout, strings.TrimPrefix(flag, "--"), c.name)
				}
			}
		})
	}
}

func TestCompletion_Bash_CompletesFlags(t *testing.T) {
	t.Parallel()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash here")
	}
	script := filepath.Join(t.TempDir(), "completion")
	require.NoError(t, os.WriteFile(script, []byte(in(t, nil).run(t, "completion", "bash").stdout), 0o600))
	out, err := exec.CommandContext(t.Context(), bash, "-c",
		`source "$1"; COMP_WORDS=(wandgo sync --incl) COMP_CWORD=2; _wandgo; echo "${COMPREPLY[@]}"`, "bash", script).CombinedOutput()
	require.NoError(t, err, string(out))
	assert.Equal(t, "--include-online --include-synced\n", string(out))
}

func TestCompletion_UnknownShell_IsUsageError(t *testing.T) {
	t.Parallel()
	assert.Equal(t, exitUsage, in(t, nil).run(t, "completion", "tcsh").status)
}
