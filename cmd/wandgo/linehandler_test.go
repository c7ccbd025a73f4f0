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

func TestSweepCreate_ExponentsLikeValues_AreWarnedAbout(t *testing.T) {
	t.Parallel()
	_, i := sweeping(t, joKey)
	file := filepath.Join(i.dir, "log.yaml")
	require.NoError(t, os.WriteFile(file, []byte("method: random\nproject: vision\nparameters:\n"+
		"  lr: {distribution: log_uniform, min: 1.0e-5, max: 0.1}\n  meant: {distribution: log_uniform, min: -9.0, max: -2.0}\n"), 0o600))
	r := i.run(t, "sweep", "create", file)
	require.Zero(t, r.status, r.stderr)
	assert.Equal(t, "wandgo: warning: parameters.lr: the min and max of log_uniform are exponents of e: the values are from 1 to 1.105. "+
		"For values from 1e-05 to 0.1 use log_uniform_values\n", r.stderr)
}

func TestSweepCreate_NoFile_SaysWhatToGive(t *testing.T) {
	t.Parallel()
	r := in(t, nil).run(t, "sweep", "create", "nothere.yaml")
	assert.Equal(t, 33, r.status)
	assert.Contains(t, flat(r.stderr), "What to do: Give the path of a YAML file. To see what is in one: wandgo help sweep create")
}
