package main

import (
	"context"
	"io"
	"log/slog"
	"sync"
)

// lineHandler is a slog.Handler that prints records from a level on, one at a time. Its
// loggers add no attributes or groups.
type lineHandler struct {
	level slog.Level
	print func(slog.Record) error
	mu    *sync.Mutex
}

// Enabled implements slog.Handler.
func (h lineHandler) Enabled(_ context.Context, level slog.Level) bool { return level >= h.level }

// Handle implements slog.Handler.
func (h lineHandler) Handle(_ context.Context, r slog.Record) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.print(r)
}

// WithAttrs implements slog.Handler.
func (h lineHandler) WithAttrs([]slog.Attr) slog.Handler { return h }

// WithGroup implements slog.Handler.
func (h lineHandler) WithGroup(string) slog.Handler { return h }

// sweepWarnings returns a client's log that prints the warnings about a sweep's config and nothing else.
func sweepWarnings(w io.Writer) *slog.Logger {
	p := &printer{w: w}
	return slog.New(lineHandler{slog.LevelWarn, func(r slog.Record) error {
		r.Attrs(func(a slog.Attr) bool {
			if a.Key == "warning" {
				p.printf("wandgo: warning: %s\n", printable(a.Value.String()))
			}
			return true
		})
		return p.err
	}, new(sync.Mutex)})
}
