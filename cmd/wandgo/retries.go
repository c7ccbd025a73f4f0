package main

import (
	"context"
	"log/slog"
)

// retries is a log handler that reports why a request is retried.
type retries struct{ report func(reason string) }

// Enabled implements slog.Handler.
func (r *retries) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelWarn }

// Handle implements slog.Handler.
func (r *retries) Handle(_ context.Context, rec slog.Record) error {
	if rec.Message != "retrying W&B request" {
		return nil
	}
	rec.Attrs(func(a slog.Attr) bool {
		if a.Key == "reason" {
			r.report(a.Value.String())
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
