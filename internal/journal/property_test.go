package journal_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/record/wire"
)

// TestRoundTripProperty writes records whose sizes bring the writer to every
// place of a block, above all to its last bytes, and reads them back.
func TestRoundTripProperty(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		path := filepath.Join(dir, "run.wandb")
		_ = os.Remove(path)
		w, err := journal.Create(path, journal.Options{})
		require.NoError(t, err)
		defer w.Close()
		var want []string
		n := rapid.IntRange(1, 12).Draw(t, "records")
		for i := range n {
			var size int
			if rapid.Bool().Draw(t, "to the boundary") {
				// Aim a few bytes around the end of the block. 16 is about what the
				// framing and the tags of a record take.
				at, _ := w.Sizes()
				left := block - int(at)%block
				size = max(0, left-16+rapid.IntRange(-12, 24).Draw(t, "around"))
			} else {
				size = rapid.IntRange(0, 3*block).Draw(t, "size")
			}
			text := strings.Repeat(string(rune('a'+i)), size)
			want = append(want, text)
			require.NoError(t, w.Append(&record.OutputLogger{Text: text}))
		}
		size, _ := w.Sizes()
		require.NoError(t, w.Close())
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Len(t, data, int(size))

		r := journal.NewReader(bytes.NewReader(data))
		i := 0
		for rec, err := range r.All() {
			require.NoError(t, err)
			require.Less(t, i, len(want))
			require.EqualValues(t, i+1, rec.Num)
			require.Equal(t, want[i], rec.Body.(*record.OutputLogger).Text)
			i++
		}
		require.Equal(t, len(want), i)
		skipped, _ := r.Skipped()
		require.Empty(t, skipped)
	})
}

// TestNestedRowProperty has rows of random shape come back as the same tree.
func TestNestedRowProperty(t *testing.T) {
	t.Parallel()
	key := rapid.SampledFrom([]string{"a", "b", "a.b", "", "é", "\"", "\n", "loss"})
	leaf := rapid.SampledFrom([]string{`1`, `-2.5e-07`, `NaN`, `-Infinity`, `"x"`, `null`, `[1,{"z":{}}]`, `true`})
	var object func(t *rapid.T, depth int) (text string, leaves int)
	object = func(t *rapid.T, depth int) (string, int) {
		var parts []string
		leaves := 0
		for _, k := range rapid.SliceOfNDistinct(key, 0, 5, rapid.ID).Draw(t, "keys") {
			v, n := leaf.Draw(t, "leaf"), 1
			if depth < 4 && rapid.Bool().Draw(t, "deeper") {
				if v, n = object(t, depth+1); n == 0 {
					continue // vanishes
				}
			}
			leaves += n
			parts = append(parts, string(quote(k))+":"+v)
		}
		return "{" + strings.Join(parts, ",") + "}", leaves
	}
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		line, _ := object(t, 0)
		path := filepath.Join(dir, "run.wandb")
		_ = os.Remove(path)
		w, err := journal.Create(path, journal.Options{})
		require.NoError(t, err)
		defer w.Close()
		require.NoError(t, w.AppendRow(&record.Row{Line: []byte(line), Step: 1}))
		require.NoError(t, w.Close())
		r, err := journal.Open(path)
		require.NoError(t, err)
		defer r.Close()
		_, err = journal.Replay(r, &journal.Handler{
			History: func(got []byte, step int64) error { require.Equal(t, line, string(got)); return nil },
			Other:   func(*wire.Entry) error { t.Fatalf("only a row was written"); return nil },
		})
		require.NoError(t, err)
	})
}
