package runstore

import (
	"context"
	"fmt"
	"math"
	"sync"

	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/record/wire"
	"github.com/wandgo/wandgo/internal/smallfile"
)

// Gap is a damaged part of a log, and what it took with it, or a place at which records were
// not written: it has no length.
type Gap struct {
	journal.Skipped
	// Before and After are the steps of the rows around it, -1 if there is none.
	Before int64 `json:"before"`
	After  int64 `json:"after"`
	// Records is how many records are missing, 0 if that is not known. The first of several
	// gaps between two records has the number for all.
	Records int64 `json:"records"`
}

// maxGaps bounds the gaps of a log.
const maxGaps = 2000

// gaps are the gaps of a log.
type gaps struct {
	mu    sync.Mutex
	found []Gap
	total int64 // that of Info when they were found, with what is missing
}

// Gaps reads a damaged log again, to find out what is missing. It blocks for about two
// seconds for each GB; the second call returns what the first one found. A log without damage
// and a feed have none.
func (r *Run) Gaps(ctx context.Context) (all []Gap, err error) {
	if r.feed != nil {
		return nil, nil
	}
	for _, l := range r.logLives() {
		found, err := l.run.ownGaps(ctx)
		if err != nil {
			return nil, err
		}
		for _, g := range found {
			for _, step := range []*int64{&g.Before, &g.After} {
				if *step >= 0 {
					*step += int64(l.steps)
				}
			}
			all = append(all, g)
		}
	}
	return all, nil
}

// ownGaps returns the gaps of one log, with the steps that it has.
func (r *Run) ownGaps(ctx context.Context) ([]Gap, error) {
	i := r.Info()
	total := i.DamageTotal + i.Missing
	if total == 0 {
		return nil, nil
	}
	r.gaps.mu.Lock()
	defer r.gaps.mu.Unlock()
	if r.gaps.total == total {
		return r.gaps.found, nil
	}
	f, err := smallfile.Open(r.dir.Journal())
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	defer func() { _ = f.Close() }()
	found, err := readGaps(ctx, journal.NewReaderAt(f, journal.Position{}))
	if err != nil {
		return nil, fmt.Errorf("read log: %w", err)
	}
	r.gaps.found, r.gaps.total = found, total
	return found, nil
}

func readGaps(ctx context.Context, r *journal.Reader) ([]Gap, error) {
	var found []Gap
	var scan wire.ItemScanner
	var step float64 // of the row at hand, NaN if it does not say
	takeStep := func() {
		if f, ok := parseNumber(scan.Value); ok && string(scan.Key) == KeyStep {
			step = f
		}
	}
	last, num := int64(-1), int64(0) // the step and the number in front
	seen, open := 0, 0               // so many damaged parts were seen, and so many gaps have a row behind them
	err := r.Each(func(offset int64, payload []byte) error {
		if ctx.Err() != nil {
			return journal.ErrStop
		}
		parts, _ := r.Skipped()
		n := wire.Num(payload)
		lost := int64(0)
		if num > 0 {
			lost = max(0, n-num-1)
		}
		if lost > 0 && seen == len(parts) && len(found) < maxGaps {
			found = append(found, Gap{Skipped: journal.Skipped{Offset: offset}, Before: last, After: -1, Records: lost})
		}
		for ; seen < len(parts); seen++ {
			found = append(found, Gap{Skipped: parts[seen], Before: last, After: -1, Records: lost})
			lost = 0
		}
		num = n
		kind, body, err := wire.Peek(payload)
		if err != nil || kind != wire.KindHistory {
			return err
		}
		step = math.NaN()
		if err := scan.Scan(kind, body, takeStep); err != nil {
			return err
		}
		last = scan.Step
		if !math.IsNaN(step) {
			last = int64(step)
		}
		for ; open < len(found); open++ {
			found[open].After = last
		}
		return nil
	})
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	parts, _ := r.Skipped()
	for _, s := range parts[seen:] { // behind the last record
		found = append(found, Gap{Skipped: s, Before: last, After: -1})
	}
	return found, err
}
