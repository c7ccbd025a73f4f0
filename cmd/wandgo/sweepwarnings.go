package main

import (
	"context"
	"io"
	"log/slog"
)

// sweepWarnings is the handler of a client's log that prints the warnings about a sweep's config and nothing
// else.
type sweepWarnings struct{ w io.Writer }

func (h sweepWarnings) Enabled(_ context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn
}

// Handle prints the record's attribute "warning", if it has one.
func (h sweepWarnings) Handle(_ context.Context, r slog.Record) error {
	p := &printer{w: h.w}
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "warning" {
			p.printf("wandgo: warning: %s\n", printable(a.Value.String()))
		}
		return true
	})
	return p.err
}

func (h sweepWarnings) WithAttrs([]slog.Attr) slog.Handler { return h }

func (h sweepWarnings) WithGroup(string) slog.Handler { return h }
