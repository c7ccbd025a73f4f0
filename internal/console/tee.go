package console

import (
	"context"
	"io"
	"log/slog"
	"math"
)

// NewTee returns a writer that writes to dst, and then writes to term the part that dst
// accepted. It returns the result of dst, so that a run cannot disturb a program's own
// output. It is safe for concurrent use if dst is.
func NewTee(dst, term io.Writer) io.Writer { return &tee{dst: dst, term: term} }

type tee struct{ dst, term io.Writer }

func (t *tee) Write(p []byte) (int, error) {
	n, err := t.dst.Write(p)
	if 0 < n && n <= len(p) {
		_, _ = t.term.Write(p[:n]) // an error of the log is not the program's
	}
	return n, err
}

// NewHandler returns a handler that passes records to next and also writes each as a line
// of text, errors to errs and others to out:
//
//	level=INFO msg="epoch done" loss=0.25
//
// The line has no time, because the logs tab shows its own. Records for which next is not
// enabled are not written; if next is nil, all records are. It returns the results of
// next. It is safe for concurrent use if next is.
func NewHandler(next slog.Handler, out, errs io.Writer) slog.Handler {
	return &handler{next: next, lines: lines(out), errors: lines(errs)}
}

func lines(w io.Writer) slog.Handler {
	return slog.NewTextHandler(w, &slog.HandlerOptions{
		Level: slog.Level(math.MinInt), // next decides
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if len(groups) == 0 && a.Key == slog.TimeKey && a.Value.Kind() == slog.KindTime {
				return slog.Attr{}
			}
			return a
		},
	})
}

type handler struct{ next, lines, errors slog.Handler }

func (h *handler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.next == nil || h.next.Enabled(ctx, level)
}

func (h *handler) Handle(ctx context.Context, r slog.Record) error {
	to := h.lines
	if r.Level >= slog.LevelError {
		to = h.errors
	}
	_ = to.Handle(ctx, r.Clone()) // only the error of next is returned
	if h.next == nil {
		return nil
	}
	return h.next.Handle(ctx, r)
}

func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return h.with(func(to slog.Handler) slog.Handler { return to.WithAttrs(attrs) })
}

func (h *handler) WithGroup(name string) slog.Handler {
	return h.with(func(to slog.Handler) slog.Handler { return to.WithGroup(name) })
}

func (h *handler) with(change func(slog.Handler) slog.Handler) slog.Handler {
	changed := &handler{lines: change(h.lines), errors: change(h.errors)}
	if h.next != nil {
		changed.next = change(h.next)
	}
	return changed
}
