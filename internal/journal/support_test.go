package journal_test

import (
	"bytes"
	"compress/gzip"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/record/wire"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares text with a file that people have read.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), got)
}

// fixture is a file that the official client 0.31.0 recorded offline.
func fixture(tb testing.TB, name string) []byte {
	tb.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(tb, err)
	if !strings.HasSuffix(name, ".gz") {
		return data
	}
	z, err := gzip.NewReader(bytes.NewReader(data))
	require.NoError(tb, err)
	data, err = io.ReadAll(z)
	require.NoError(tb, err)
	return data
}

// officialFull has everything, officialKilled is of a process that was killed,
// with rows over several blocks and a torn end, officialMerge changes config and
// summary in every way.
const (
	officialFull   = "official-0.31.0-full.wandb"
	officialKilled = "official-0.31.0-killed.wandb.gz"
	officialMerge  = "official-0.31.0-merge.wandb"
)

// create makes a writer that the test closes.
func create(tb testing.TB, opts journal.Options) (w *journal.Writer, path string) {
	tb.Helper()
	path = filepath.Join(tb.TempDir(), "run-x.wandb")
	w, err := journal.Create(path, opts)
	require.NoError(tb, err)
	tb.Cleanup(func() { w.Close() })
	return w, path
}

// readAll reads every record, and says what was skipped.
func readAll(tb testing.TB, file []byte) ([]*wire.Entry, []journal.Skipped) {
	tb.Helper()
	r := journal.NewReader(bytes.NewReader(file))
	var out []*wire.Entry
	for rec, err := range r.All() {
		require.NoError(tb, err)
		out = append(out, rec.Clone())
	}
	skipped, total := r.Skipped()
	require.Len(tb, skipped, int(total))
	return out, skipped
}
