package history_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/wandgo/wandgo/internal/history"
)

// metrics returns a row of n floats with all their digits, like losses.
func metrics(n int) map[string]any {
	r := rand.New(rand.NewPCG(1, 2))
	row := make(map[string]any, n)
	for i := range n {
		row[fmt.Sprintf("train/metric_%03d", i)] = r.Float64()
	}
	return row
}

// nested returns a row of n floats in nested maps.
func nested(n int) map[string]any {
	row := make(map[string]any)
	for k, v := range metrics(n) {
		group := k[len(k)-1:]
		if row[group] == nil {
			row[group] = make(map[string]any)
		}
		row[group].(map[string]any)[k] = v
	}
	return row
}

var benchRows = []struct {
	name string
	row  map[string]any
}{
	{"20", metrics(20)},
	{"500", metrics(500)},
	{"nested-20", nested(20)},
}

var benchMeta = history.Meta{Step: 42, HasStep: true, Runtime: 101.25, Timestamp: 1795432414.31}

func BenchmarkRow(b *testing.B) {
	for _, bb := range benchRows {
		b.Run("wandgo/"+bb.name, func(b *testing.B) {
			var e history.Encoder
			var buf []byte
			b.ReportAllocs()
			for b.Loop() {
				buf, _ = e.AppendRow(buf[:0], bb.row, benchMeta)
			}
			b.SetBytes(int64(len(buf)))
		})
		b.Run("encoding-json/"+bb.name, func(b *testing.B) {
			b.ReportAllocs()
			var n int
			for b.Loop() {
				out, err := json.Marshal(bb.row)
				if err != nil {
					b.Fatal(err)
				}
				n = len(out)
			}
			b.SetBytes(int64(n))
		})
	}
}

// Two sets of keys by turns, as in a loop that validates after every step.
func BenchmarkAlternatingRows(b *testing.B) {
	var e history.Encoder
	var buf []byte
	rows := []map[string]any{metrics(20), metrics(19)}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		buf, _ = e.AppendRow(buf[:0], rows[i%2], benchMeta)
	}
}
