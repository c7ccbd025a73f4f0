package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseSize(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{
		"": 0, "0": 0, "12": 12, "1kB": 1000, "1 KiB": 1024, "10GB": 10e9, "1.5gib": 3 << 29, "2TB": 2e12, "7b": 7,
		"x": -1, "-1": -1, "GB": -1, "nan": -1, "inf": -1, "1e300GB": -1,
	} {
		got, err := parseSize(text)
		if want < 0 {
			require.Error(t, err, text)
			continue
		}
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
}

func TestArtifactCache_ShowsAndTrims(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	entry := filepath.Join(dir, "artifacts", "obj", "md5", "5d", "41402abc4b2a76b9719d911017c592")
	require.NoError(t, os.MkdirAll(filepath.Dir(entry), 0o755))
	require.NoError(t, os.WriteFile(entry, []byte("hello"), 0o600))
	m := on(t, "http://127.0.0.1:9", "")
	m.vars["WANDB_CACHE_DIR"] = dir
	where := filepath.Join(dir, "artifacts")
	r := m.run(t, "artifact", "cache")
	assert.Equal(t, where+"\t1\t5\t0\t0\n", r.stdout)
	r = m.run(t, "artifact", "cache", "--trim", "0", "--json")
	require.Zero(t, r.status, r.stderr)
	assert.JSONEq(t, `{"dir":"`+where+`","files":0,"bytes":0,"tempBytes":0,"removed":5}`, r.stdout)
	assert.NoFileExists(t, entry)
	assert.Equal(t, exitUsage, m.run(t, "artifact", "cache", "--trim", "much").status)
	assert.Equal(t, exitUsage, m.run(t, "artifact", "cache", "x").status)
}
