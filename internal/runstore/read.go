package runstore

import (
	"context"
	"io"
	"math"
	"runtime"

	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/record/wire"
)

// sectionSize is how much of a log makes a part. It is a multiple of the log's block size,
// so that a part can begin to be read before the one in front of it is done.
const sectionSize = 4 << 20

// crew reads logs. It bounds how many parts are read at the same time, of all logs together.
type crew struct {
	slots   chan struct{}
	section int64 // sectionSize, or less in tests
}

func newCrew() crew {
	return crew{slots: make(chan struct{}, runtime.GOMAXPROCS(0)), section: sectionSize}
}

// readParts reads a log of a size from a position on and calls take with its parts, in
// order. It returns an error if the file cannot be read or is no log. Parts before the
// error are taken.
func (c crew) readParts(ctx context.Context, src io.ReaderAt, from journal.Position, size int64, take func(*part)) error {
	type result struct {
		part *part
		err  error
	}
	var starts []int64
	for at := from.Offset; at < size; at = (at/c.section + 1) * c.section {
		starts = append(starts, at)
	}
	end := func(i int) int64 {
		if i+1 < len(starts) {
			return starts[i+1]
		}
		return math.MaxInt64
	}
	results := make([]chan result, len(starts))
	launched := 0
	launch := func() {
		i, done := launched, make(chan result, 1)
		results[i] = done
		launched++
		start := from
		if i > 0 {
			start = journal.Position{Offset: starts[i]}
		}
		go func() {
			c.slots <- struct{}{}
			defer func() { <-c.slots }()
			if ctx.Err() != nil {
				done <- result{nil, ctx.Err()}
				return
			}
			p, err := readPart(src, start, end(i), i == 0)
			done <- result{p, err}
		}()
	}
	var failed error
	next := from
	for i := range starts {
		for failed == nil && launched < len(starts) && launched < i+2*cap(c.slots) {
			launch()
		}
		if i >= launched {
			break
		}
		r := <-results[i] // of those that were launched, all are waited for
		results[i] = nil
		if failed != nil || next.Offset >= end(i) {
			continue
		}
		if r.err == nil && i > 0 && (r.part.begin != next.Offset || next.Moved) {
			// There is damage around the start of the section, or blocks begin elsewhere. Only
			// who comes from the part in front knows where the records go on.
			r.part, r.err = readPart(src, next, end(i), true)
		}
		if failed = r.err; failed != nil {
			continue
		}
		r.part.from = next
		next = r.part.to
		take(r.part)
	}
	return failed
}

// readPart reads the records that begin before end. With exact, the first one begins at
// from; else what stands before the first record that begins there belongs to the part in
// front.
func readPart(src io.ReaderAt, from journal.Position, end int64, exact bool) (*part, error) {
	r := journal.NewReaderAt(src, from)
	b := newBuilder()
	p := b.part
	p.from = from
	ended := false
	last := from
	err := r.Each(func(offset int64, payload []byte) error {
		if offset >= end {
			p.to, ended = journal.Position{Offset: offset, Moved: r.Position().Moved}, true
			return journal.ErrStop
		}
		if err := b.record(offset, payload); err != nil {
			return err
		}
		if p.begin < 0 {
			p.begin = offset
		}
		p.number(wire.Num(payload))
		last = r.Position()
		return nil
	})
	if err != nil {
		return nil, err
	}
	if !ended {
		p.to = last
	}
	skipped, total := r.Skipped()
	p.skippedTotal = total
	for _, s := range skipped {
		switch {
		case !exact && (p.begin < 0 || s.Offset < p.begin):
			p.skippedTotal--
		case !ended && s.Offset >= last.Offset:
			p.tail = append(p.tail, s)
			p.skippedTotal--
		default:
			p.skipped = append(p.skipped, s)
		}
	}
	return b.finish(), nil
}
