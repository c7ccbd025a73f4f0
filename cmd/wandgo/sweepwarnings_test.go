package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSweepCreate_UnknownKeyOfAParameter_IsWarnedAbout(t *testing.T) {
	t.Parallel()
	_, i := sweeping(t, joKey)
	file := filepath.Join(i.dir, "odd.yaml")
	require.NoError(t, os.WriteFile(file, []byte("method: random\nproject: vision\nparameters: {a: {value: 1, zzz: 3}}\n"), 0o600))
	r := i.run(t, "sweep", "create", file)
	require.Zero(t, r.status, r.stderr)
	assert.Equal(t, "wandgo: warning: parameters.a.zzz is not a known key; the server may ignore it\n", r.stderr)
	assert.Equal(t, 1, strings.Count(r.stdout, "\n"))
}
