package console_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/console"
)

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestTee_TermFails_ReturnsResultOfDst(t *testing.T) {
	t.Parallel()
	full := errors.New("disk full")
	for _, c := range []struct {
		name     string
		dst      writerFunc
		n        int
		err      error
		onScreen string
	}{
		{"all", func(p []byte) (int, error) { return len(p), nil }, 5, nil, "hello"},
		{"part", func([]byte) (int, error) { return 2, full }, 2, full, "he"},
		{"nothing", func([]byte) (int, error) { return 0, full }, 0, full, ""},
		{"nonsense", func([]byte) (int, error) { return 9, nil }, 9, nil, ""},
		{"negative", func([]byte) (int, error) { return -1, full }, -1, full, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var screen bytes.Buffer
			broken := writerFunc(func(p []byte) (int, error) {
				screen.Write(p)
				return 0, errors.New("the run is broken")
			})
			n, err := console.NewTee(c.dst, broken).Write([]byte("hello"))
			assert.Equal(t, c.n, n)
			assert.Equal(t, c.err, err)
			assert.Equal(t, c.onScreen, screen.String())
		})
	}
}

func TestHandler_Record_IsOneLine(t *testing.T) {
	t.Parallel()
	var own, run, errs bytes.Buffer
	log := slog.New(console.NewHandler(slog.NewJSONHandler(&own, nil), &run, &errs))
	log.Info("epoch done", "loss", 0.25, slog.Group("data", "rows", 7))
	log.With("rank", 3).WithGroup("gpu").Error("two\nlines", "time", "kept")
	log.Debug("not wanted")
	assert.Equal(t, "level=INFO msg=\"epoch done\" loss=0.25 data.rows=7\n", run.String())
	assert.Equal(t, "level=ERROR msg=\"two\\nlines\" rank=3 gpu.time=kept\n", errs.String())
	assert.Equal(t, 2, bytes.Count(own.Bytes(), []byte("\n")))
	assert.Contains(t, own.String(), `"rank":3,"gpu":{"time":"kept"}`)
	assert.Contains(t, own.String(), `"time":"20`, "the program's own log keeps its times")
}

func TestHandler_NilNext_WritesAll(t *testing.T) {
	t.Parallel()
	var run bytes.Buffer
	log := slog.New(console.NewHandler(nil, &run, io.Discard))
	log.With("a", 1).WithGroup("g").Debug("everything", "b", 2)
	assert.Equal(t, "level=DEBUG msg=everything a=1 g.b=2\n", run.String())
}

type failing struct{ slog.Handler }

var errFull = errors.New("disk full")

func (failing) Handle(context.Context, slog.Record) error { return errFull }

func TestHandler_WriterFails_ReturnsResultOfNext(t *testing.T) {
	t.Parallel()
	record := slog.Record{Message: "m"}
	broken := writerFunc(func([]byte) (int, error) { return 0, errors.New("the run is broken") })
	fine := console.NewHandler(slog.DiscardHandler, broken, broken)
	require.NoError(t, fine.Handle(t.Context(), record))
	bad := console.NewHandler(failing{slog.DiscardHandler}, io.Discard, io.Discard)
	require.ErrorIs(t, bad.Handle(t.Context(), record), errFull)
}
