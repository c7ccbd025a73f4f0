package journal_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/record/wire"
)

// follow reads a file from a position and returns where to continue.
func follow(tb testing.TB, file []byte, from journal.Position) (out []*wire.Entry, to journal.Position) {
	tb.Helper()
	r := journal.NewReaderAt(bytes.NewReader(file), from)
	for rec, err := range r.All() {
		require.NoError(tb, err)
		out = append(out, rec.Clone())
	}
	return out, r.Position()
}

func TestNewReaderAt_FileGrew_ReadsTheRest(t *testing.T) {
	t.Parallel()
	whole := blocks(t)
	tests := map[string][]byte{
		"whole":          whole,
		"bytes too many": slices.Concat(whole[:40_000], []byte("what is this"), whole[40_000:]),
		"bytes missing":  slices.Concat(whole[:40_000], whole[40_500:]),
		"official":       fixture(t, officialKilled),
	}
	for name, file := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all, _ := readAll(t, file)
			require.NotEmpty(t, all)
			var got []*wire.Entry
			var at journal.Position
			for n := 0; n < len(file)+1777; n += 1777 { // where a reader finds the end of the file
				more, next := follow(t, file[:min(n, len(file))], at)
				got, at = append(got, more...), next
			}
			require.Len(t, got, len(all))
			for i := range all {
				require.Equal(t, all[i].Offset, got[i].Offset)
				require.True(t, bytes.Equal(all[i].Payload, got[i].Payload))
			}
			again, next := follow(t, file, at)
			require.Empty(t, again)
			require.Equal(t, at, next)
		})
	}
}

// A worker that reads a part of a file begins at the start of a block.
func TestNewReaderAt_StartOfABlock_ReadsTheRecordsThatBeginAfterIt(t *testing.T) {
	t.Parallel()
	file := blocks(t)
	all, _ := readAll(t, file)
	for at := int64(block); at < int64(len(file)); at += block {
		got, _ := follow(t, file, journal.Position{Offset: at})
		want := slices.DeleteFunc(slices.Clone(all), func(rec *wire.Entry) bool { return rec.Offset < at })
		require.Len(t, got, len(want))
		for i := range want {
			require.Equal(t, want[i].Offset, got[i].Offset)
		}
	}
}
