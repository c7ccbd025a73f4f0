package runstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/journal"
)

// longLog is a log of several blocks, with rows that cross from one to the next.
func longLog(tb testing.TB, rows int) []byte {
	tb.Helper()
	l := start(tb, tb.TempDir(), "r1")
	for i := range rows {
		more := `,"acc":1`
		switch {
		case i%7 == 0:
			more = `,"word":` + text(2000)
		case i%11 == 0:
			more = `,"rare":NaN`
		}
		l.row(more)
	}
	log, err := os.ReadFile(l.finish(0))
	require.NoError(tb, err)
	return log
}

// whole reads a log as one part.
func whole(tb testing.TB, log []byte) *part {
	tb.Helper()
	p, err := readPart(bytes.NewReader(log), journal.Position{}, int64(len(log)), true)
	require.NoError(tb, err)
	return p
}

func TestReadParts_AnySectionSize_GivesTheSame(t *testing.T) {
	t.Parallel()
	log := longLog(t, 1500)
	require.Greater(t, len(log), 400_000)
	tests := map[string][]byte{
		"whole":             log,
		"flipped":           slices.Concat(log[:100_000], []byte{log[100_000] ^ 1}, log[100_001:]),
		"bytes missing":     slices.Concat(log[:200_000], log[200_777:]),
		"bytes too many":    slices.Concat(log[:64<<10], []byte("what is this"), log[64<<10:]),
		"a section missing": slices.Concat(log[:64<<10], make([]byte, 70<<10), log[134<<10:]),
		"torn":              log[:len(log)-3],
	}
	for name, log := range tests {
		want := whole(t, log)
		for _, section := range []int64{32 << 10, 64 << 10, 160 << 10} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				c := newCrew()
				c.section = section
				var got *part
				n := 0
				require.NoError(t, c.readParts(t.Context(), bytes.NewReader(log), journal.Position{}, int64(len(log)), func(p *part) {
					n++
					if got == nil {
						got = p
					} else {
						got = joinParts(got, p)
					}
				}))
				assert.Greater(t, n, 2)
				requireSame(t, want, got)
			})
		}
	}
}

// requireSame compares what two parts say.
func requireSame(t *testing.T, want, got *part) {
	t.Helper()
	assert.Equal(t, want.to, got.to)
	assert.Equal(t, want.begin, got.begin)
	assert.Equal(t, want.rare, got.rare)
	assert.Equal(t, want.skipped, got.skipped)
	assert.Equal(t, want.skippedTotal, got.skippedTotal)
	assert.Equal(t, want.tail, got.tail)
	for i, w := range want.tables() {
		g := got.tables()[i]
		require.Equal(t, w.rows, g.rows)
		require.Len(t, g.columns, len(w.columns))
		for k := range w.columns {
			a, b := &w.columns[k], g.column(w.columns[k].name)
			require.NotNil(t, b, a.name)
			assert.Equal(t, a.stat.rows, b.stat.rows, a.name)
			assert.Equal(t, a.stat.nonfinite, b.stat.nonfinite, a.name)
			assert.Equal(t, fmt.Sprint(a.values), fmt.Sprint(b.values), a.name) // NaN equals NaN
			assert.Equal(t, a.rows, b.rows, a.name)
			assert.Equal(t, a.at, b.at, a.name)
		}
	}
}

func TestReadParts_FileCannotBeRead_ReturnsTheErrorAfterWhatCould(t *testing.T) {
	t.Parallel()
	log := longLog(t, 1500)
	c := newCrew()
	c.section = 32 << 10
	broken := errors.New("broken disk")
	taken := 0
	err := c.readParts(t.Context(), failing{bytes.NewReader(log), 300_000, broken}, journal.Position{}, int64(len(log)), func(*part) { taken++ })
	require.ErrorIs(t, err, broken)
	assert.Positive(t, taken)

	require.ErrorIs(t, c.readParts(t.Context(), bytes.NewReader([]byte("no log at all")), journal.Position{}, 13, func(*part) {}), journal.ErrFormat)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, c.readParts(ctx, bytes.NewReader(log), journal.Position{}, int64(len(log)), func(*part) {}), context.Canceled)
}

// failing is a file that cannot be read from a place on.
type failing struct {
	*bytes.Reader
	from int64
	err  error
}

func (f failing) ReadAt(b []byte, off int64) (int, error) {
	if off+int64(len(b)) > f.from {
		return 0, f.err
	}
	return f.Reader.ReadAt(b, off)
}
