package filestream_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"

	"github.com/wandgo/wandgo/internal/filestream"
	"github.com/wandgo/wandgo/internal/history"
	"github.com/wandgo/wandgo/internal/jsonx"
)

// metrics is a row of n floats with full digits.
func metrics(n int) map[string]any {
	r := rand.New(rand.NewPCG(1, 2))
	row := make(map[string]any, n)
	for i := range n {
		row[fmt.Sprintf("train/metric_%03d", i)] = r.Float64()
	}
	return row
}

func encodeRow(b *testing.B, row map[string]any) []byte {
	b.Helper()
	var e history.Encoder
	line, err := e.AppendRow(nil, row, history.Meta{Step: 42, HasStep: true, Runtime: 101.25, Timestamp: 1795432414.31})
	if err != nil {
		b.Fatal(err)
	}
	return line
}

// discard is a Sender that takes everything.
type discard struct{}

func (discard) Send(context.Context, []byte) (*filestream.Reply, error) { return ok(), nil }

// BenchmarkAppend is what a row costs the caller, with the sending to nowhere
// beside it.
func BenchmarkAppend(b *testing.B) {
	for _, n := range []int{20, 500} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var e history.Encoder
			split := e.Split(metrics(n))
			line, err := e.AppendSplit(nil, split, history.Meta{Step: 42, HasStep: true, Runtime: 101.25, Timestamp: 1795432414.31})
			if err != nil {
				b.Fatal(err)
			}
			s := filestream.New(filestream.Config{Sender: discard{}, SpillDir: b.TempDir()})
			s.Start()
			defer s.Close()
			b.SetBytes(int64(len(line)))
			b.ReportAllocs()
			for b.Loop() {
				if err := s.AppendRow(line, split.Layout()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// poster sends over HTTP.
type poster struct {
	client *http.Client
	url    string
}

func (p poster) Send(ctx context.Context, body []byte) (*filestream.Reply, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url, &reader{b: body})
	if err != nil {
		return nil, err
	}
	req.ContentLength = int64(len(body))
	resp, err := p.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	return &filestream.Reply{StatusCode: resp.StatusCode, Header: resp.Header, Body: answer}, err
}

// reader is a bytes.Reader without its WriterTo, so that both sides of the
// comparison copy alike.
type reader struct{ b []byte }

func (r *reader) Read(p []byte) (int, error) {
	if len(r.b) == 0 {
		return 0, io.EOF
	}
	n := copy(p, r.b)
	r.b = r.b[n:]
	return n, nil
}

func sink(b *testing.B) poster {
	b.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = w.Write([]byte(`{"exitcode":null,"limits":{}}`))
	}))
	b.Cleanup(srv.Close)
	return poster{srv.Client(), srv.URL}
}

// BenchmarkRun logs 20,000 rows of 20 metrics from values to the end of the run
// over loopback, beside the floor: a bare loop that encodes the same rows with
// the same encoder and posts them in requests of the same size.
func BenchmarkRun(b *testing.B) {
	const rows = 20_000
	row := metrics(20)
	meta := history.Meta{HasStep: true, Runtime: 101.25, Timestamp: 1795432414.31}
	b.Run("stream", func(b *testing.B) {
		p := sink(b)
		b.ReportAllocs()
		for b.Loop() {
			s := filestream.New(filestream.Config{Sender: p, SpillDir: b.TempDir()})
			s.Start()
			var e history.Encoder
			var buf []byte
			for i := range rows {
				meta.Step = int64(i)
				buf, _ = e.AppendRow(buf[:0], row, meta)
				if err := s.AppendRow(buf, nil); err != nil {
					b.Fatal(err)
				}
			}
			if err := s.Finish(b.Context(), 0); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	})
	b.Run("floor", func(b *testing.B) {
		p := sink(b)
		b.ReportAllocs()
		for b.Loop() {
			var e history.Encoder
			var body, line []byte
			flush := func() {
				if _, err := p.Send(b.Context(), append(body, `]}}}`...)); err != nil {
					b.Fatal(err)
				}
				body = nil
			}
			for i := range rows {
				meta.Step = int64(i)
				line, _ = e.AppendRow(line[:0], row, meta)
				if len(body) == 0 {
					body = fmt.Appendf(make([]byte, 0, filestream.DefaultMaxRequestBytes+1<<16), `{"files":{"wandb-history.jsonl":{"offset":%d,"content":[`, i)
				} else {
					body = append(body, ',')
				}
				body = jsonx.AppendQuoted(body, line)
				if len(body) >= filestream.DefaultMaxRequestBytes {
					flush()
				}
			}
			flush()
		}
		b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	})
	b.Run("floor-encoding-json", func(b *testing.B) {
		p := sink(b)
		b.ReportAllocs()
		for b.Loop() {
			for i := 0; i < rows; i += 10_000 {
				content := make([]string, 0, 10_000)
				for range cap(content) {
					line, err := json.Marshal(row)
					if err != nil {
						b.Fatal(err)
					}
					content = append(content, string(line))
				}
				body, err := json.Marshal(map[string]any{"files": map[string]any{"wandb-history.jsonl": map[string]any{"offset": i, "content": content}}})
				if err != nil {
					b.Fatal(err)
				}
				if _, err := p.Send(b.Context(), body); err != nil {
					b.Fatal(err)
				}
			}
		}
		b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	})
}

// BenchmarkFinish ends a run that has a million rows of 20 metrics waiting, as
// after a long time without the network.
func BenchmarkFinish(b *testing.B) {
	const rows = 1_000_000
	line := encodeRow(b, metrics(20))
	p := sink(b)
	var peak uint64
	for b.Loop() {
		b.StopTimer()
		s := filestream.New(filestream.Config{Sender: p, SpillDir: b.TempDir()})
		for range rows {
			if err := s.AppendRow(line, nil); err != nil {
				b.Fatal(err)
			}
		}
		b.StartTimer()
		done := make(chan error, 1)
		go func() { done <- s.Finish(b.Context(), 0) }()
		select {
		case err := <-done:
			if err != nil {
				b.Fatal(err)
			}
		case <-b.Context().Done():
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		peak = max(peak, m.Sys)
	}
	b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(peak)/(1<<20), "MiB-from-OS")
}
