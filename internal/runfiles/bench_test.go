package runfiles_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/objectstore"
	"github.com/wandgo/wandgo/internal/runfiles"
	"github.com/wandgo/wandgo/internal/transport"
)

// newSink is a server that returns addresses and discards contents.
func newSink(b *testing.B) (*runfiles.Config, *atomic.Int64) {
	b.Helper()
	var got atomic.Int64
	var srv *httptest.Server
	srv = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			n, _ := io.Copy(io.Discard, r.Body)
			got.Add(n)
			return
		}
		var req struct {
			Variables struct{ Input struct{ Files []string } }
		}
		_ = json.NewDecoder(r.Body).Decode(&req)
		files := make([]map[string]string, len(req.Variables.Input.Files))
		for i, name := range req.Variables.Input.Files {
			files[i] = map[string]string{"name": name, "uploadUrl": srv.URL + "/" + name}
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"data": map[string]any{
			"createRunFiles": map[string]any{"uploadHeaders": []string{}, "files": files},
		}})
	}))
	b.Cleanup(srv.Close)
	tr, err := transport.New(transport.Options{BaseURL: srv.URL})
	require.NoError(b, err)
	b.Cleanup(func() { _ = tr.Close() })
	return &runfiles.Config{GraphQL: gqlclient.New(tr), Transport: tr, Entity: "e", Project: "p", Run: "r"}, &got
}

// BenchmarkSmallFiles uploads 1,000 files of 1 KiB.
func BenchmarkSmallFiles(b *testing.B) {
	for _, parallel := range []int{1, 4, 16, 128} {
		b.Run(fmt.Sprintf("parallel=%d", parallel), func(b *testing.B) {
			cfg, _ := newSink(b)
			dir := b.TempDir()
			const n = 1000
			for i := range n {
				require.NoError(b, os.WriteFile(filepath.Join(dir, fmt.Sprint(i)), make([]byte, 1024), 0o600))
			}
			b.ReportAllocs()
			for b.Loop() {
				cfg.Slots = objectstore.NewSlots(parallel)
				u := runfiles.New(*cfg)
				_, err := u.SaveGlob(dir+"/*", dir, runfiles.Now)
				require.NoError(b, err)
				require.NoError(b, u.Finish(b.Context()))
				u.Close()
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/n, "µs/file")
		})
	}
}

// BenchmarkLargeFile uploads one file of 256 MiB and watches the heap.
func BenchmarkLargeFile(b *testing.B) {
	cfg, got := newSink(b)
	const size = 256 << 20
	path := filepath.Join(b.TempDir(), "large")
	f, err := os.Create(path)
	require.NoError(b, err)
	require.NoError(b, f.Truncate(size))
	require.NoError(b, f.Close())
	b.SetBytes(size)
	b.ReportAllocs()
	var most uint64
	done, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for tick := time.NewTicker(5 * time.Millisecond); ; {
			var m runtime.MemStats
			select {
			case <-tick.C:
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapAlloc)
			case <-done:
				tick.Stop()
				return
			}
		}
	}()
	n := 0
	for b.Loop() {
		u := runfiles.New(*cfg)
		require.NoError(b, u.Save("large", path, runfiles.Now))
		require.NoError(b, u.Finish(b.Context()))
		u.Close()
		n++
	}
	close(done)
	<-stopped
	require.EqualValues(b, size*n, got.Load())
	b.ReportMetric(float64(most)/(1<<20), "peak-heap-MiB")
}
