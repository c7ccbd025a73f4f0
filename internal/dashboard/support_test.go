package dashboard

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/rundir"
	"github.com/wandgo/wandgo/internal/runstore"
)

// noon is when the first run of a test starts.
var noon = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

// logged is a run that a test writes.
type logged struct {
	tb  testing.TB
	dir *rundir.Dir
	log *journal.Writer
	n   int
}

// start creates run id, as the n-th of its project, with this config.
func start(tb testing.TB, root, id string, n int, config string) *logged {
	tb.Helper()
	began := noon.Add(time.Duration(n) * time.Minute)
	dir, err := rundir.Create(filepath.Join(root, "wandb"), id, false, began)
	require.NoError(tb, err)
	log, err := journal.Create(dir.Journal(), journal.Options{})
	require.NoError(tb, err)
	tb.Cleanup(func() { _ = log.Close() })
	l := &logged{tb: tb, dir: dir, log: log}
	run := &record.Run{ID: id, Entity: "jo", Project: "vision", DisplayName: "name of " + id, StartTime: began, Tags: []string{"tag-" + id}}
	l.add(run, &record.Config{Update: []record.Item{{Key: "opt", Value: []byte(config)}}})
	return l
}

func (l *logged) add(records ...record.Record) {
	l.tb.Helper()
	for _, rec := range records {
		require.NoError(l.tb, l.log.Append(rec))
	}
}

func (l *logged) row(members string) {
	l.tb.Helper()
	line := fmt.Appendf(nil, `{"_step":%d,"_runtime":%d,%s}`, l.n, l.n, members)
	require.NoError(l.tb, l.log.AppendRow(&record.Row{Line: line, Step: int64(l.n)}))
	l.n++
}

func (l *logged) finish(code int32) {
	l.tb.Helper()
	l.add(&record.Exit{Code: code})
	require.NoError(l.tb, l.log.Close())
}

// serve returns a board over the runs below root, all of which are read.
func serve(tb testing.TB, root string, opts Options) *Board {
	tb.Helper()
	store := runstore.Open([]string{root}, runstore.Options{})
	tb.Cleanup(store.Close)
	store.Refresh(tb.Context())
	b := New(store, opts)
	b.unseen = 0 // everything was read
	return b
}

// get sends a request.
func get(tb testing.TB, b *Board, target string, change ...func(*http.Request)) *httptest.ResponseRecorder {
	tb.Helper()
	r := httptest.NewRequestWithContext(tb.Context(), http.MethodGet, target, nil)
	r.Host = "127.0.0.1:8080"
	for _, c := range change {
		c(r)
	}
	w := httptest.NewRecorder()
	b.ServeHTTP(w, r)
	return w
}

// object returns a JSON answer of status 200.
func object(tb testing.TB, b *Board, target string) map[string]any {
	tb.Helper()
	w := get(tb, b, target)
	require.Equal(tb, http.StatusOK, w.Code, "%s: %s", target, w.Body)
	var out map[string]any
	require.NoError(tb, json.Unmarshal(w.Body.Bytes(), &out))
	return out
}

// keyOf returns the key of a run.
func keyOf(tb testing.TB, b *Board, id string) string {
	tb.Helper()
	for _, r := range b.store.Runs() {
		if r.Info().ID == id {
			return r.Key()
		}
	}
	require.Fail(tb, "no run", id)
	return ""
}

// ids returns the ids of a list.
func ids(tb testing.TB, list map[string]any) []string {
	tb.Helper()
	out := []string{}
	runs, ok := list["runs"].([]any)
	require.True(tb, ok)
	for _, r := range runs {
		out = append(out, fmt.Sprint(r.(map[string]any)["id"]))
	}
	return out
}

// oneSeries is a series of an answer.
type oneSeries struct {
	Run, Metric    string
	Smooth         bool
	Points, Total  int
	Sampled        bool
	Row            int
	First, Last    any
	Min, Max       any
	NonFinite      [][2]any
	NonFiniteTotal int
	At             int
	xs, ys         []float64
}

// series decodes an answer as a page does.
func series(tb testing.TB, b *Board, q url.Values) []oneSeries {
	tb.Helper()
	w := get(tb, b, "/-/series?"+q.Encode())
	require.Equal(tb, http.StatusOK, w.Code, "%s", w.Body)
	return decodeSeries(tb, w.Body.Bytes())
}

func decodeSeries(tb testing.TB, text []byte) []oneSeries {
	tb.Helper()
	require.Equal(tb, "WGS1", string(text[:4]))
	size := int(binary.LittleEndian.Uint32(text[4:]))
	require.Zero(tb, (8+size)%8)
	var header struct{ Series []oneSeries }
	require.NoError(tb, json.Unmarshal(text[8:8+size], &header))
	for i := range header.Series {
		s := &header.Series[i]
		for k := range s.Points {
			s.xs = append(s.xs, math.Float64frombits(binary.LittleEndian.Uint64(text[s.At+8*k:])))
			s.ys = append(s.ys, math.Float64frombits(binary.LittleEndian.Uint64(text[s.At+8*(s.Points+k):])))
		}
	}
	return header.Series
}
