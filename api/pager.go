package api

import (
	"context"
	"encoding/json"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/transport"
)

const (
	// firstSpan is how many steps the first page has.
	firstSpan = 1000
	// trustedRows is how many rows a response may have and be taken for complete. The official
	// client asks for pages of this size, so every server answers them. A server may reduce
	// larger ones to a selection.
	trustedRows = 1000
	// maxSamples is how many rows are asked for.
	maxSamples = 10_000
	// pageBytes is about how large a response should be.
	pageBytes = 2 << 20
)

// pager reads the live rows of a run, one range of steps after the other. The ranges grow
// where steps are sparse or rows small.
type pager struct {
	run             *Run
	keys            []string
	low, stop, span int64
}

// next returns the rows of the next range.
func (p *pager) next(ctx context.Context) ([][]byte, error) {
	for {
		high := p.stop
		if p.span < p.stop-p.low {
			high = p.low + p.span
		}
		lines, err := p.run.rows(ctx, p.keys, p.low, high, maxSamples)
		steps := high - p.low
		if steps > 1 && (errors.Is(err, transport.ErrTooLarge) || err == nil && !complete(len(lines), steps)) {
			p.span = max(steps/4, 1)
			continue
		}
		if err != nil {
			return nil, p.run.explain(ctx, diagnose.OpReadRun, err)
		}
		p.low = high
		p.adapt(lines)
		return lines, nil
	}
}

// complete reports whether a response has all rows of a range.
func complete(rows int, steps int64) bool {
	return rows < trustedRows || int64(rows) == steps && rows < maxSamples
}

// adapt chooses the size of the next range.
func (p *pager) adapt(lines [][]byte) {
	size := 1
	for _, line := range lines {
		size += len(line)
	}
	const maxSpan = 1 << 40
	want := p.span * 4
	if n := int64(len(lines)); n > 0 {
		want = min(want, p.span*(maxSamples-1)/n, p.span*pageBytes/int64(size))
	}
	p.span = min(max(want, p.span/4, 1), maxSpan)
}

// rows returns the rows of a run with steps from low up to but not including high, as JSON:
// those that have all keys, or all rows if there are no keys.
func (r *Run) rows(ctx context.Context, keys []string, low, high int64, samples int) ([][]byte, error) {
	if len(keys) == 0 {
		p := page{}
		at := r.path()
		_, err := graphql.RunRows(ctx, r.api.conn.GraphQL.Into(&p), gqlclient.Optional(at.Entity), &at.Project, at.ID, low, high, samples)
		return p.rows(err)
	}
	return r.sampled(ctx, sampleSpec{Keys: keys, MinStep: &low, MaxStep: new(high - 1), Samples: samples}) // inclusive here
}

// sampleSpec says which rows sampledHistory returns.
type sampleSpec struct {
	Keys    []string `json:"keys"`
	MinStep *int64   `json:"minStep,omitempty"`
	MaxStep *int64   `json:"maxStep,omitempty"`
	Samples int      `json:"samples"`
}

func (r *Run) sampled(ctx context.Context, spec sampleSpec) ([][]byte, error) {
	text, err := json.Marshal(spec)
	if err != nil {
		return nil, err
	}
	p := page{sampled: true}
	at := r.path()
	_, err = graphql.SampleRows(ctx, r.api.conn.GraphQL.Into(&p), gqlclient.Optional(at.Entity), &at.Project, at.ID, string(text))
	return p.rows(err)
}
