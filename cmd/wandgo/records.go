package main

import (
	"context"
	"fmt"
	"iter"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/record/wire"
)

// records reads the records of a log until ctx ends. After the last one it calls report, unless that is nil,
// for the log's damage.
func records(ctx context.Context, path string, report func(*journal.Reader)) iter.Seq2[*wire.Entry, error] {
	return func(yield func(*wire.Entry, error) bool) {
		r, err := journal.Open(path)
		if err != nil {
			yield(nil, err)
			return
		}
		defer func() { _ = r.Close() }()
		for rec, err := range r.All() {
			if err := errors.Join(err, ctx.Err()); err != nil {
				yield(nil, err)
				return
			}
			if !yield(rec, nil) {
				return
			}
		}
		if report != nil {
			report(r)
		}
	}
}

// reportDamage lists the parts of a log that cannot be read.
func (a *app) reportDamage(r *journal.Reader) {
	parts, total := r.Skipped()
	for _, part := range parts {
		fmt.Fprintf(a.stderr, "damaged: %s\n", part)
	}
	if more := total - int64(len(parts)); more > 0 {
		fmt.Fprintf(a.stderr, "and %d more damaged parts\n", more)
	}
}
