package jsonx_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/history"
	"github.com/wandgo/wandgo/internal/jsonx"
)

func BenchmarkQuoted(b *testing.B) {
	var e history.Encoder
	row := make(map[string]any)
	for i := range 20 {
		row[fmt.Sprintf("train/metric_%03d", i)] = 0.123456789 * float64(i)
	}
	split := e.Split(row)
	line, err := e.AppendSplit(nil, split, history.Meta{Step: 42, HasStep: true, Runtime: 101.25, Timestamp: 1795432414.31})
	require.NoError(b, err)
	plain := make([]byte, len(line))
	for i := range plain {
		plain[i] = 'x'
	}
	for _, bb := range []struct {
		name string
		text []byte
	}{{"row", line}, {"plain", plain}} {
		b.Run(bb.name, func(b *testing.B) {
			var buf []byte
			b.SetBytes(int64(len(bb.text)))
			b.ReportAllocs()
			for b.Loop() {
				buf = jsonx.AppendQuoted(buf[:0], bb.text)
			}
		})
	}
	b.Run("row/layout", func(b *testing.B) {
		var q jsonx.Quoter
		var buf []byte
		b.SetBytes(int64(len(line)))
		b.ReportAllocs()
		for b.Loop() {
			buf = q.Append(buf[:0], line, split.Layout())
		}
	})
}
