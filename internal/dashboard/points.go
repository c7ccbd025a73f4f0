package dashboard

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sort"

	"github.com/wandgo/wandgo/internal/runstore"
)

// points are points of a series by ascending x.
type points struct {
	xs, ys []float64
}

func (p *points) add(x, y float64) { p.xs, p.ys = append(p.xs, x), append(p.ys, y) }

// view is what is asked of a series.
type view struct {
	table   runstore.Table
	x       string
	from    float64 // -Inf if there is no limit
	to      float64 // +Inf if there is no limit
	buckets int
	smooth  float64 // the weight of what was before, 0 for none
	after   int     // the last row that is known, -1 if none is
}

// seriesHeader describes a series in the header of an answer.
type seriesHeader struct {
	Run            string   `json:"run"`
	Metric         string   `json:"metric"`
	Smooth         bool     `json:"smooth"`
	Points         int      `json:"points"`
	Total          int      `json:"total"`
	Sampled        bool     `json:"sampled"`
	Row            int      `json:"row"`
	First          number   `json:"first"`
	Last           number   `json:"last"`
	Min            number   `json:"min"`
	Max            number   `json:"max"`
	NonFinite      [][2]any `json:"nonfinite"`
	NonFiniteTotal int      `json:"nonfiniteTotal"`
	At             int      `json:"at"`
}

// maxNonFinite bounds how many NaN and infinite values are listed.
const maxNonFinite = 100

// reduced is a series reduced to buckets.
type reduced struct {
	header seriesHeader
	points points
}

// stretch is a chunk with x ascending.
type stretch struct {
	runstore.Chunk
	low, high int // the points that count
}

// reduce reads the points of a metric and reduces them to a view: first as they are, then
// smoothed if that is asked for.
func reduce(ctx context.Context, run *runstore.Run, metric string, v view) ([]reduced, error) {
	chunks, sorted, err := chunksOf(ctx, run, metric, v)
	if err != nil {
		return nil, err
	}
	plain := reduced{header: seriesHeader{Run: run.Key(), Metric: metric, Row: v.after, NonFinite: [][2]any{}}}
	h := &plain.header
	for _, c := range chunks {
		h.Row = max(h.Row, c.Row(len(c.Y)-1)) // rows ascend, and no chunk is empty
	}
	if v.after >= 0 && v.smooth == 0 {
		chunks = later(chunks, v.after)
	}
	if !sorted {
		chunks = sortByX(chunks)
	}
	for _, c := range chunks {
		if c.Finite {
			continue
		}
		for k, x := range c.X {
			if y := c.Y[k]; inside(x, v) && !finite(y) {
				if h.NonFiniteTotal++; len(h.NonFinite) < maxNonFinite {
					h.NonFinite = append(h.NonFinite, [2]any{number(x), number(y).String()})
				}
			}
		}
	}
	plain.fill(chunks, v)
	if v.smooth == 0 {
		return []reduced{plain}, nil
	}
	soft := reduced{header: seriesHeader{Run: h.Run, Metric: metric, Smooth: true, Row: h.Row, NonFinite: [][2]any{}}}
	soft.fill(smoothed(chunks, v.smooth), v)
	return []reduced{plain, soft}, nil
}

func finite(f float64) bool { return !math.IsNaN(f) && !math.IsInf(f, 0) }

func inside(x float64, v view) bool { return x >= v.from && x <= v.to }

// chunksOf reads the chunks of a metric, and reports whether x ascends in and over them.
func chunksOf(ctx context.Context, run *runstore.Run, metric string, v view) (chunks []runstore.Chunk, sorted bool, err error) {
	last := math.Inf(-1)
	sorted = true
	first := v.after + 1
	if v.smooth > 0 { // what was before counts
		first = 0
	}
	for c, err := range run.Chunks(v.table, v.x, metric, first) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, false, err
		}
		if !c.Ascending || !(c.X[0] >= last) {
			sorted = false
		}
		last = c.X[len(c.X)-1]
		chunks = append(chunks, c)
	}
	return chunks, sorted, nil
}

// later leaves out the points of rows up to one.
func later(chunks []runstore.Chunk, row int) []runstore.Chunk {
	var out []runstore.Chunk
	for _, c := range chunks {
		k := sort.Search(len(c.Y), func(k int) bool { return c.Row(k) > row })
		if k == len(c.Y) {
			continue
		}
		d := c
		d.X, d.Y = c.X[k:], c.Y[k:]
		if c.Rows != nil {
			d.Rows = c.Rows[k:]
		} else {
			d.First += k
		}
		out = append(out, d)
	}
	return out
}

// sortByX returns the points as one chunk in the order of x, without those whose x is NaN.
func sortByX(chunks []runstore.Chunk) []runstore.Chunk {
	type point struct{ x, y float64 }
	var all []point
	for _, c := range chunks {
		for k, x := range c.X {
			if !math.IsNaN(x) {
				all = append(all, point{x, c.Y[k]})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b point) int { return cmp.Compare(a.x, b.x) })
	var out runstore.Chunk
	for _, p := range all {
		out.X, out.Y = append(out.X, p.x), append(out.Y, p.y)
	}
	return []runstore.Chunk{out}
}

// smoothed returns the exponential moving average of the points, without the bias towards
// zero that it has at the start. Values that are not finite are left out.
func smoothed(chunks []runstore.Chunk, weight float64) []runstore.Chunk {
	out := make([]runstore.Chunk, 0, len(chunks))
	sum, norm := 0.0, 0.0
	for _, c := range chunks {
		ys := make([]float64, len(c.Y))
		for k, y := range c.Y {
			if !finite(y) {
				ys[k] = math.NaN()
				continue
			}
			sum = sum*weight + y*(1-weight)
			norm = norm*weight + (1 - weight)
			ys[k] = sum / norm
		}
		c.Y = ys
		out = append(out, c)
	}
	return out
}

// fill reduces chunks whose x ascends to the buckets of a view. One point on each side of
// the view is kept, so that lines run to its edge.
func (r *reduced) fill(chunks []runstore.Chunk, v view) {
	h := &r.header
	h.First, h.Last, h.Min, h.Max = number(math.NaN()), number(math.NaN()), number(math.NaN()), number(math.NaN())
	var before, after *[2]float64
	inView := 0
	stretches := make([]stretch, 0, len(chunks))
	for _, c := range chunks {
		s := stretch{Chunk: c}
		s.low = sort.Search(len(c.X), func(k int) bool { return c.X[k] >= v.from })
		s.high = s.low + sort.Search(len(c.X)-s.low, func(k int) bool { return c.X[s.low+k] > v.to })
		for k := s.low - 1; k >= 0; k-- {
			if finite(c.Y[k]) {
				before = &[2]float64{c.X[k], c.Y[k]}
				break
			}
		}
		for k := s.high; k < len(c.Y) && after == nil; k++ {
			if finite(c.Y[k]) {
				after = &[2]float64{c.X[k], c.Y[k]}
			}
		}
		inView += s.high - s.low
		if s.low < s.high {
			stretches = append(stretches, s)
		}
	}
	if before != nil {
		r.points.add(before[0], before[1])
	}
	h.Sampled = inView > 4*v.buckets
	if h.Sampled {
		r.sample(stretches, v.buckets)
	} else {
		r.copy(stretches)
	}
	if after != nil {
		r.points.add(after[0], after[1])
	}
	h.Points = len(r.points.xs)
}

// copy adds all points.
func (r *reduced) copy(stretches []stretch) {
	h := &r.header
	for _, s := range stretches {
		for k := s.low; k < s.high; k++ {
			x, y := s.X[k], s.Y[k]
			if !finite(y) {
				continue
			}
			h.include(x, x, y, y, 1)
			r.points.add(x, y)
		}
	}
}

// include counts points from first to last, whose values are from lowest to highest.
func (h *seriesHeader) include(first, last, lowest, highest float64, n int) {
	if h.Total == 0 {
		h.First, h.Min, h.Max = number(first), number(lowest), number(highest)
	}
	h.Total += n
	h.Last, h.Min, h.Max = number(last), min(h.Min, number(lowest)), max(h.Max, number(highest))
}

// bucket is what is kept of the points in a bucket: where in their stretch they are.
type bucket struct {
	first, last, lowest, highest point
	n                            int
}

// point is a point and its place among those of its bucket.
type point struct {
	x, y float64
	n    int
}

// sample adds the first, the least, the greatest and the last point of each bucket, in the
// order in which they come.
func (r *reduced) sample(stretches []stretch, buckets int) {
	low, high := stretches[0].X[stretches[0].low], 0.0
	for _, s := range stretches {
		high = s.X[s.high-1]
	}
	scale := float64(buckets) / (high - low)
	if !(scale > 0) || math.IsInf(scale, 0) { // one bucket
		scale = 0
	}
	var b bucket
	at := -1
	for _, s := range stretches {
		xs, ys := s.X[s.low:s.high], s.Y[s.low:s.high]
		for k, y := range ys {
			if y-y != 0 { // it is not finite
				continue
			}
			x := xs[k]
			// Not below 0 and not above the last, also if the product is not a number.
			if i := max(0, min(int((x-low)*scale), buckets-1)); i != at {
				r.keep(&b)
				at, b.n = i, 0
			}
			switch {
			case b.n == 0:
				b.first = point{x, y, 0}
				b.lowest, b.highest = b.first, b.first
			case y < b.lowest.y:
				b.lowest = point{x, y, b.n}
			case y > b.highest.y:
				b.highest = point{x, y, b.n}
			}
			b.last = point{x, y, b.n}
			b.n++
		}
	}
	r.keep(&b)
}

// keep adds the points of a bucket.
func (r *reduced) keep(b *bucket) {
	if b.n == 0 {
		return
	}
	r.header.include(b.first.x, b.last.x, b.lowest.y, b.highest.y, b.n)
	early, late := b.lowest, b.highest
	if early.n > late.n {
		early, late = late, early
	}
	done := -1
	for _, p := range []point{b.first, early, late, b.last} {
		if p.n > done {
			r.points.add(p.x, p.y)
			done = p.n
		}
	}
}
