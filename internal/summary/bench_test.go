package summary_test

import (
	"fmt"
	"testing"

	"github.com/wandgo/wandgo/internal/history"
	"github.com/wandgo/wandgo/internal/metric"
	"github.com/wandgo/wandgo/internal/summary"
)

func metrics(n int) row {
	r := make(row, n)
	for i := range n {
		r[fmt.Sprintf("train/metric_%03d", i)] = float64(i)*1.1 + 0.123456789
	}
	return r
}

func BenchmarkUpdate(b *testing.B) {
	nested := row{}
	for i := range 4 {
		nested[fmt.Sprint("group", i)] = metrics(5)
	}
	for _, bb := range []struct {
		name string
		row  row
		ops  metric.Ops
	}{
		{"20", metrics(20), 0},
		{"20-with-ops", metrics(20), allOps},
		{"500", metrics(500), 0},
		{"nested-20", nested, 0},
	} {
		b.Run(bb.name, func(b *testing.B) {
			var s summary.Summary
			var enc history.Encoder
			if bb.ops != 0 {
				for key := range bb.row {
					s.Configure(bb.ops, key)
				}
			}
			b.ReportAllocs()
			for step := int64(0); b.Loop(); step++ {
				s.Update(enc.Split(bb.row))
				s.SetMeta(step, 1.5, 2.5)
			}
		})
	}
}

// BenchmarkAlternatingRows has two key sets in turn, as a loop that validates
// after every step does.
func BenchmarkAlternatingRows(b *testing.B) {
	var s summary.Summary
	var enc history.Encoder
	turns := []row{metrics(20), metrics(19)}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		s.Update(enc.Split(turns[i%2]))
	}
}

func BenchmarkAppendJSON(b *testing.B) {
	for _, n := range []int{20, 500, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var s summary.Summary
			s.Update(split(metrics(n)))
			var buf []byte
			b.ReportAllocs()
			for b.Loop() {
				buf = s.AppendJSON(buf[:0])
			}
			b.SetBytes(int64(len(buf)))
		})
	}
}
