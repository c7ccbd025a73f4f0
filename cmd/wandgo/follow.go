package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"time"

	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/record/wire"
	"github.com/wandgo/wandgo/internal/syncrun"
)

// followEvery is how often a log is looked at for new records.
const followEvery = 250 * time.Millisecond

// follow calls take with each record of a log, those to come included, and pause whenever
// there are no more for now and some were new. It returns when the log has its exit record
// or ctx ends. Damage is reported when a record after it was read: the end of a log that
// grows may be a record that is half written.
func (a *app) follow(ctx context.Context, l *syncrun.Log, take func(*wire.Entry) error, pause func() error) error {
	f, err := os.Open(l.Path)
	if err != nil {
		return fmt.Errorf("open log: %w", err)
	}
	defer func() { _ = f.Close() }()
	var at journal.Position
	for ended := false; ; {
		r := journal.NewReaderAt(f, at)
		for rec, err := range r.All() {
			if err == nil {
				err = ctx.Err()
			}
			if err == nil {
				err = take(rec)
			}
			if err != nil {
				return err
			}
			_, isExit := rec.Body.(*record.Exit)
			ended = ended || isExit
		}
		before := at
		at = r.Position()
		skipped, _ := r.Skipped()
		for _, part := range skipped {
			if part.Offset < at.Offset || ended {
				fmt.Fprintf(a.stderr, "damaged: %s\n", part)
			}
		}
		if at != before {
			if err := pause(); err != nil {
				return err
			}
		}
		if ended {
			return nil
		}
		select {
		case <-time.After(followEvery):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// followLines prints one line per record, as they come.
func (a *app) followLines(ctx context.Context, l *syncrun.Log) error {
	out := bufio.NewWriterSize(a.stdout, 64<<10)
	var line []byte
	take := func(rec *wire.Entry) error {
		line = append(appendRecord(line[:0], rec), '\n')
		_, err := out.Write(plaintext.JSON(line))
		return err
	}
	if err := a.follow(ctx, l, take, out.Flush); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

// clearScreen moves the cursor to the top left and clears what follows.
const clearScreen = "\x1b[H\x1b[J"

// followPlot draws a plot again whenever there are new points.
func (a *app) followPlot(ctx context.Context, l *syncrun.Log, i inspection) error {
	p := newPlotter(i)
	drawn := 0
	take := func(rec *wire.Entry) error {
		if row, ok := rec.Body.(*record.History); ok {
			p.add(row)
		}
		return nil
	}
	pause := func() error {
		if len(p.xs) == drawn {
			return nil
		}
		drawn = len(p.xs)
		_, err := fmt.Fprint(a.stdout, clearScreen, a.draw(p))
		return err
	}
	if err := a.follow(ctx, l, take, pause); err != nil {
		return err
	}
	return p.err()
}
