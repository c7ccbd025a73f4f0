package metric_test

import (
	"fmt"
	"maps"
	"testing"

	"github.com/wandgo/wandgo/internal/history"
	"github.com/wandgo/wandgo/internal/metric"
)

func BenchmarkSyncSteps(b *testing.B) {
	for _, n := range []int{20, 500} {
		r := row{}
		for i := range n {
			r[fmt.Sprintf("train/metric_%03d", i)] = float64(i) * 1.1
		}
		with := maps.Clone(r)
		with["epoch"] = 3
		for _, bb := range []struct {
			name string
			defs []metric.Definition
			row  row
		}{
			{"no-definitions", nil, r},
			{"step-in-row", []metric.Definition{{Name: "*", StepMetric: "epoch"}}, with},
			{"step-filled-in", []metric.Definition{{Name: "*", StepMetric: "epoch"}}, r},
		} {
			b.Run(fmt.Sprintf("%s/%d", bb.name, n), func(b *testing.B) {
				var s metric.Set
				for _, d := range bb.defs {
					if err := s.Define(d); err != nil {
						b.Fatal(err)
					}
				}
				var enc history.Encoder
				b.ReportAllocs()
				for b.Loop() {
					s.SyncSteps(enc.Split(bb.row))
				}
			})
		}
	}
}
