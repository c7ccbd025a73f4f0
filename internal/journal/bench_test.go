package journal_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/history"
	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/record/wire"
)

// line is a row of n floats with full digits, as losses have.
func line(n int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	row := make(map[string]any, n)
	for i := range n {
		row[fmt.Sprintf("train/metric_%03d", i)] = r.Float64()
	}
	var e history.Encoder
	out, _ := e.AppendRow(nil, row, history.Meta{Step: 42, HasStep: true, Runtime: 101.25, Timestamp: 1795432414.31})
	return out
}

// BenchmarkAppend is the cost of keeping a row of 20 metrics.
func BenchmarkAppend(b *testing.B) {
	row := line(20)
	for _, bb := range []struct {
		name    string
		sync    journal.SyncPolicy
		summary bool
	}{
		{"history", journal.SyncNever, false},
		{"history+summary", journal.SyncNever, true},
		{"history/sync-interval", journal.SyncInterval, false},
		{"history/sync-each", journal.SyncAlways, false},
	} {
		b.Run(bb.name, func(b *testing.B) {
			w, _ := create(b, journal.Options{Sync: bb.sync})
			b.ReportAllocs()
			step := int64(0)
			for b.Loop() {
				if bb.summary {
					if err := w.AppendSummaryLine(row); err != nil {
						b.Fatal(err)
					}
				}
				if err := w.AppendRow(&record.Row{Line: row, Step: step}); err != nil {
					b.Fatal(err)
				}
				step++
			}
			size, _ := w.Sizes()
			b.ReportMetric(float64(size)/float64(step), "B/row")
		})
	}
}

// BenchmarkAppendRecord is the same row, given as items.
func BenchmarkAppendRecord(b *testing.B) {
	rec, err := wire.Decode(must(new(wire.LineEncoder).AppendHistory(nil, 0, line(20), nil, 0)))
	require.NoError(b, err)
	w, _ := create(b, journal.Options{})
	b.ReportAllocs()
	for b.Loop() {
		if err := w.Append(rec.Body); err != nil {
			b.Fatal(err)
		}
	}
}

// rows writes a log of n rows.
func rows(b *testing.B, n int) []byte {
	b.Helper()
	path := filepath.Join(b.TempDir(), "run.wandb")
	w, err := journal.Create(path, journal.Options{})
	require.NoError(b, err)
	row := line(20)
	for i := range n {
		require.NoError(b, w.AppendRow(&record.Row{Line: row, Step: int64(i)}))
	}
	require.NoError(b, w.Close())
	data, err := os.ReadFile(path)
	require.NoError(b, err)
	return data
}

func BenchmarkRead(b *testing.B) {
	const n = 10_000
	data := rows(b, n)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		count := 0
		for _, err := range journal.NewReader(bytes.NewReader(data)).All() {
			if err != nil {
				b.Fatal(err)
			}
			count++
		}
		if count != n {
			b.Fatal(count)
		}
	}
	b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkReplay(b *testing.B) {
	const n = 10_000
	data := rows(b, n)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		size := 0
		s, err := journal.Replay(journal.NewReader(bytes.NewReader(data)), &journal.Handler{
			History: func(line []byte, _ int64) error { size += len(line); return nil },
		})
		if err != nil || s.Rows != n {
			b.Fatal(err, s.Rows)
		}
	}
	b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
