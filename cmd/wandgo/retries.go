package main

import (
	"context"
	"log/slog"
)

// retries is a log of which a person at a terminal sees why the server is asked again.
type retries struct{ tell func(reason string) }

// Enabled implements slog.Handler.
func (r *retries) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelWarn }

// Handle implements slog.Handler.
func (r *retries) Handle(_ context.Context, rec slog.Record) error {
	if rec.Message != "retrying W&B request" {
		return nil
	}
	rec.Attrs(func(a slog.Attr) bool {
		if a.Key == "reason" {
			r.tell(a.Value.String())
			return false
		}
		return true
	})
	return nil
}

// WithAttrs implements slog.Handler.
func (r *retries) WithAttrs([]slog.Attr) slog.Handler { return r }

// WithGroup implements slog.Handler.
func (r *retries) WithGroup(string) slog.Handler { return r }
