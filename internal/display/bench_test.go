package display

import (
	"fmt"
	"io"
	"testing"

	"github.com/wandgo/wandgo/internal/history"
	"github.com/wandgo/wandgo/internal/term"
)

// BenchmarkRow is what a row of 20 numbers costs whoever logs it in a terminal.
func BenchmarkRow(b *testing.B) {
	d := newScreen(io.Discard, term.Style{}).Run("r")
	row := make(map[string]any)
	for i := range 20 {
		row[fmt.Sprint("train/metric_", i)] = float64(i)
	}
	split := new(history.Encoder).Split(row)
	b.ReportAllocs()
	for b.Loop() {
		d.Row(split)
	}
}
