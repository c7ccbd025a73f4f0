package client_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"runtime/metrics"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/wandbtest"
)

// shape is a kind of row, made several times over with different values, so that
// what is measured is Log and not the making of rows.
type shape struct {
	name string
	rows []map[string]any
}

func shapes() []shape {
	const variants = 16
	value := func(i, k int) any { return 0.123456789 * float64(i+variants*k+1) }
	flat := func(n int) shape {
		s := shape{name: fmt.Sprint(n)}
		for i := range variants {
			row := make(map[string]any, n)
			for k := range n {
				row[fmt.Sprintf("train/metric_%03d", k)] = value(i, k)
			}
			s.rows = append(s.rows, row)
		}
		return s
	}
	nested := shape{name: "nested 20"}
	for i := range variants {
		row := map[string]any{}
		for k, path := range []string{"train/a", "train/b", "val/a", "val/b"} {
			part, layer, _ := strings.Cut(path, "/")
			below, _ := row[part].(map[string]any)
			if below == nil {
				below = map[string]any{}
				row[part] = below
			}
			leaves := map[string]any{}
			for m, name := range []string{"loss", "acc", "grad", "lr", "time"} {
				leaves[name] = value(i, 5*k+m)
			}
			below[layer] = leaves
		}
		nested.rows = append(nested.rows, row)
	}
	return []shape{flat(20), flat(500), nested}
}

// BenchmarkRunLog is what Log costs the training loop, summary and journal
// included, beside what encoding/json takes for the text of the row alone.
func BenchmarkRunLog(b *testing.B) {
	for _, sh := range shapes() {
		b.Run(sh.name+"/encoding json", func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if _, err := json.Marshal(sh.rows[i%len(sh.rows)]); err != nil {
					b.Fatal(err)
				}
			}
		})
		for _, mode := range []string{"disabled", "offline", "online"} {
			b.Run(sh.name+"/"+mode, func(b *testing.B) {
				s := wandbtest.New(b, wandbtest.Solo())
				s.Inject(wandbtest.Fault{Operation: "file_stream", Status: 200, Body: "{}"})
				run := quietRun(b, s, mode)
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					if err := run.Log(sh.rows[i%len(sh.rows)]); err != nil {
						b.Fatal(err)
					}
				}
				b.StopTimer()
				require.NoError(b, run.Finish(b.Context()))
			})
		}
	}
}

// quietRun is a run that sends only what must be sent.
func quietRun(b *testing.B, s *wandbtest.Server, mode string) *client.Run {
	b.Helper()
	c := newClient(b, s, wandbtest.AliceKey, environ(
		"WANDB_X_FILE_STREAM_TRANSMIT_INTERVAL", "3600",
		"WANDB_X_FILE_STREAM_RETRY_WAIT_MIN_SECONDS", "0.1", "WANDB_X_FILE_STREAM_RETRY_WAIT_MAX_SECONDS", "0.1",
	))
	run, err := c.Init(b.Context(), client.RunOptions{Entity: "acme", Project: "vision", Mode: client.Mode(mode), StatsInterval: -1})
	require.NoError(b, err)
	return run
}

// BenchmarkBatching is what 1,000 rows of 20 metrics are on the wire at the usual
// pace.
func BenchmarkBatching(b *testing.B) {
	rows := shapes()[0]
	var requests, bytes int
	for b.Loop() {
		s := wandbtest.New(b, wandbtest.Solo())
		c := newClient(b, s, wandbtest.AliceKey)
		run, err := c.Init(b.Context(), client.RunOptions{Entity: "acme", Project: "vision", StatsInterval: -1})
		require.NoError(b, err)
		for i := range 1000 {
			require.NoError(b, run.Log(rows.rows[i%len(rows.rows)]))
		}
		require.NoError(b, run.Finish(b.Context()))
		for _, r := range s.Requests() {
			if r.Operation == "file_stream" {
				requests++
				bytes += r.BodySize
			}
		}
	}
	b.ReportMetric(float64(requests)/float64(b.N), "requests/1000rows")
	b.ReportMetric(float64(bytes)/float64(b.N), "B/1000rows")
}

// BenchmarkFinishMillion is Finish with 1,000,000 rows that wait, with the greatest
// heap meanwhile and before. The server is in the same process and takes part in
// both.
func BenchmarkFinishMillion(b *testing.B) {
	const rows = 1_000_000
	var logging, peakLogging, peakFinish float64
	for b.Loop() {
		b.StopTimer()
		var down atomic.Bool // what answers while rows are logged, so that all of them wait
		down.Store(true)
		s := wandbtest.New(b, wandbtest.Solo())
		s.Inject(wandbtest.Fault{Operation: "file_stream", Status: 503, Match: func(*http.Request, []byte) bool { return down.Load() }})
		s.Inject(wandbtest.Fault{Operation: "file_stream", Status: 200, Body: "{}"})
		run := quietRun(b, s, "online")
		values := map[string]any{"loss": 0.123456789, "accuracy": 0.987654321}
		began := time.Now()
		peakLogging = max(peakLogging, peakHeap(func() {
			for range rows {
				require.NoError(b, run.Log(values))
			}
		}))
		logging += time.Since(began).Seconds()
		down.Store(false)
		b.StartTimer()
		peakFinish = max(peakFinish, peakHeap(func() { require.NoError(b, run.Finish(b.Context())) }))
	}
	b.ReportMetric(logging/float64(b.N), "s-logging/op")
	b.ReportMetric(peakLogging/1e6, "MB-peak-logging")
	b.ReportMetric(peakFinish/1e6, "MB-peak-finish")
}

// peakHeap is the greatest heap while f runs, in bytes.
func peakHeap(f func()) float64 {
	var most uint64
	done := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		for {
			metrics.Read(sample)
			most = max(most, sample[0].Value.Uint64())
			select {
			case <-tick.C:
			case <-done:
				return
			}
		}
	})
	f()
	close(done)
	watching.Wait()
	return float64(most)
}
