package dashboard

import (
	"cmp"
	"encoding/binary"
	"encoding/json"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/wandgo/wandgo/internal/runstore"
)

// Limits of a request for series.
const (
	defaultBuckets = 1000
	maxBuckets     = 5000
	maxSeries      = 500
	maxSmooth      = 0.999
)

// seriesMagic begins an answer.
const seriesMagic = "WGS1"

func (b *Board) series(w http.ResponseWriter, r *http.Request) {
	text, err := b.readSeries(r)
	if err != nil {
		fail(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	_, _ = w.Write(text) // the browser is gone if it fails
}

func (b *Board) readSeries(r *http.Request) ([]byte, error) {
	q := r.URL.Query()
	v, metrics, err := parseView(q)
	if err != nil {
		return nil, err
	}
	if n := len(q["run"]) * len(metrics); n == 0 || n > maxSeries {
		return nil, badRequest("name runs and metrics, at most %d of them together", maxSeries)
	}
	var all []reduced
	for _, key := range q["run"] {
		run := b.store.Run(key)
		if run == nil {
			continue // deleted meanwhile
		}
		for _, m := range metrics {
			if !has(run.Info(), v.table, m) {
				continue
			}
			got, err := reduce(r.Context(), run, m, v)
			if err != nil {
				return nil, err
			}
			all = append(all, got...)
		}
	}
	return encodeSeries(all)
}

// has reports whether a run has numbers for a metric.
func has(i *runstore.Info, t runstore.Table, name string) bool {
	list := i.Metrics
	if t == runstore.System {
		list = i.System
	}
	return slices.ContainsFunc(list, func(m runstore.Metric) bool { return m.Name == name && m.Numbers > 0 })
}

// parseView reads a view, and the metrics in it: m, or s if they are system metrics.
func parseView(given url.Values) (v view, metrics []string, err error) {
	q := query{Values: given}
	v = view{x: runstore.KeyStep, from: math.Inf(-1), to: math.Inf(1)}
	metrics = given["m"]
	if q.Has("s") {
		v.table, v.x, metrics = runstore.System, runstore.KeyRuntime, given["s"]
	}
	v.x = cmp.Or(q.Get("x"), v.x)
	if v.table == runstore.System && v.x != runstore.KeyRuntime && v.x != runstore.KeyTimestamp {
		return v, nil, badRequest("system metrics have times only")
	}
	v.buckets, v.after = q.whole("n", defaultBuckets, 1, maxBuckets), q.whole("after", -1, -1, math.MaxInt32)
	for name, to := range map[string]*float64{"from": &v.from, "to": &v.to, "smooth": &v.smooth} {
		if text := q.Get(name); text != "" {
			f, err := strconv.ParseFloat(text, 64)
			if err != nil || math.IsNaN(f) {
				return v, nil, badRequest("%s must be a number", name)
			}
			*to = f
		}
	}
	v.smooth = min(max(v.smooth, 0), maxSmooth)
	return v, metrics, q.err
}

// encodeSeries writes an answer.
func encodeSeries(all []reduced) ([]byte, error) {
	headers := make([]seriesHeader, len(all))
	numbers := 0
	for i := range all {
		headers[i] = all[i].header
		numbers += len(all[i].points.xs) + len(all[i].points.ys)
	}
	// Where the arrays are depends on the length of the header, which says where they are.
	// So it gets room for offsets of any length.
	const digits = 12
	text, err := encodeHeader(headers)
	if err != nil {
		return nil, err
	}
	size := 8 + len(text) + digits*len(all)
	size += -size & 7
	at := size
	for i := range headers {
		headers[i].At = at
		at += 8 * (len(all[i].points.xs) + len(all[i].points.ys))
	}
	if text, err = encodeHeader(headers); err != nil {
		return nil, err
	}
	out := make([]byte, 0, size+8*numbers)
	out = append(out, seriesMagic...)
	out = binary.LittleEndian.AppendUint32(out, uint32(size-8)) //nolint:gosec // far smaller
	out = append(out, text...)
	for len(out) < size {
		out = append(out, ' ')
	}
	for i := range all {
		for _, list := range [][]float64{all[i].points.xs, all[i].points.ys} {
			for _, f := range list {
				out = binary.LittleEndian.AppendUint64(out, math.Float64bits(f))
			}
		}
	}
	return out, nil
}

func encodeHeader(headers []seriesHeader) ([]byte, error) {
	return json.Marshal(struct {
		Series []seriesHeader `json:"series"`
	}{headers})
}
