package filestream_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/filestream"
)

func TestDepart_WaitingLines_AreSentWithoutTheEnd(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		fill func(*testing.T, *filestream.Stream)
		sent bool
	}{
		{"rows wait", func(t *testing.T, s *filestream.Stream) { appendRows(t, s, 0, 3) }, true},
		{"names wait", func(t *testing.T, s *filestream.Stream) { require.NoError(t, s.AddUploaded("a")) }, true},
		{"nothing waits", func(*testing.T, *filestream.Stream) {}, false},
		{"the summary did not change", func(t *testing.T, s *filestream.Stream) {
			require.NoError(t, s.SetSummary(func() []byte { return []byte("{}") }))
			appendRows(t, s, 0, 1)
			synctest.Wait() // both are sent
			require.NoError(t, s.SetSummary(func() []byte { return []byte("{}") }))
		}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv := newServer(t)
				s := filestream.New(filestream.Config{Sender: srv})
				s.Start()
				c.fill(t, s)
				start := time.Now()
				require.NoError(t, s.Depart(t.Context()))
				assert.Zero(t, time.Since(start), "what waits goes at once")
				require.NoError(t, s.Finish(t.Context(), 1), "the first call decides")
				assert.Equal(t, c.sent, len(srv.raws()) > 0)
				for _, raw := range srv.raws() {
					assert.NotContains(t, raw, "complete")
					assert.NotContains(t, raw, "exitcode")
				}
				require.ErrorIs(t, s.AppendRow(row(9), nil), filestream.ErrClosed)
				assert.Empty(t, unsent(t, s))
				s.Close()
			})
		})
	}
}

func TestDepart_OutOfTime_ReturnsWhy(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := newServer(t)
		srv.respond(hang(0))
		s := filestream.New(filestream.Config{Sender: srv})
		appendRows(t, s, 0, 2)
		gone := errors.New("no time")
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, gone)
		defer cancel()
		err := s.Depart(ctx)
		require.ErrorIs(t, err, gone)
		assert.NotContains(t, err.Error(), "\n")
		assert.Len(t, unsent(t, s), 2)
		s.Close()
	})
}
