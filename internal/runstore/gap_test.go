package runstore

import (
	"context"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/record/wire"
)

// overwrite destroys the records of a log from one number to another, which it leaves.
func overwrite(t *testing.T, path string, from, to int64) {
	t.Helper()
	log, err := os.ReadFile(path)
	require.NoError(t, err)
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	begin, end := int64(0), int64(len(log))
	require.NoError(t, journal.NewReaderAt(f, journal.Position{}).Each(func(offset int64, payload []byte) error {
		switch wire.Num(payload) {
		case from:
			begin = offset
		case to:
			end = offset
		}
		return nil
	}))
	for i := begin; i < end; i++ {
		log[i] ^= 0x5a
	}
	require.NoError(t, os.WriteFile(path, log, 0o600))
	require.NoError(t, os.Chtimes(path, noon, noon)) // nobody writes it
}

func TestGaps_DamagedLog_SaysWhichStepsAreMissing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		from, to int64 // records; the run is 1, the row of step s is s+2
		want     Gap
	}{
		"in the middle": {12, 17, Gap{Before: 9, After: 15, Records: 5}},
		"one row":       {12, 13, Gap{Before: 9, After: 11, Records: 1}},
		"in front":      {2, 5, Gap{Before: -1, After: 3, Records: 3}},
		"at the end":    {100, 0, Gap{Before: 97, After: -1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			l := start(t, root, "a")
			for range 100 {
				l.row("")
			}
			overwrite(t, l.finish(0), c.from, c.to)
			r := only(t, open(t, Options{}, root))
			gaps, err := r.Gaps(t.Context())
			require.NoError(t, err)
			require.NotEmpty(t, gaps)
			assert.Len(t, gaps, int(r.Info().DamageTotal))
			got := Gap{Before: gaps[0].Before, After: gaps[0].After, Records: gaps[0].Records}
			assert.Equal(t, c.want, got)
			assert.NotZero(t, gaps[0].Length)

			require.NoError(t, os.Remove(r.dir.Journal()))
			again, err := r.Gaps(t.Context())
			require.NoError(t, err)
			assert.Equal(t, gaps, again, "it is read once")
		})
	}
}

func TestGaps_WholeLogOrFeed_HasNone(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	l := start(t, root, "a")
	l.row("")
	l.finish(0)
	gaps, err := only(t, open(t, Options{}, root)).Gaps(t.Context())
	require.NoError(t, err)
	assert.Empty(t, gaps)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	overwrite(t, l.dir.Journal(), 2, 3)
	_, err = only(t, open(t, Options{}, root)).Gaps(ctx)
	assert.ErrorIs(t, err, context.Canceled)
}
