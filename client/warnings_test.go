package client_test

import (
	"context"
	"log/slog"
	"sync"

	"github.com/wandgo/wandgo/client"
)

// warnings counts what a logger was warned of.
type warnings struct {
	mu    sync.Mutex
	texts []string
}

func (w *warnings) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelWarn }

func (w *warnings) Handle(_ context.Context, r slog.Record) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	text := r.Message
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "warning" {
			text += ": " + a.Value.String()
		}
		return true
	})
	w.texts = append(w.texts, text)
	return nil
}

func (w *warnings) WithAttrs([]slog.Attr) slog.Handler { return w }
func (w *warnings) WithGroup(string) slog.Handler      { return w }

func (w *warnings) all() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), w.texts...)
}

func (w *warnings) listen(o *client.Options) { o.Logger = slog.New(w) }
