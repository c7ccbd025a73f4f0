package filestream_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/filestream"
)

// manyGoroutines runs writers against a server that refuses from request fatalAt
// on.
func manyGoroutines(t *testing.T, fatalAt int) {
	const writers, rows = 4, 2000
	failed := make(chan struct{})
	srv := newServer(t)
	// A refused request is not stored here, so that each row has one place.
	refusing := sender(func(ctx context.Context, body []byte) (*filestream.Reply, error) {
		if len(srv.got()) >= fatalAt {
			return nil, errForbidden
		}
		return srv.Send(ctx, body)
	})
	s := filestream.New(filestream.Config{
		Sender: refusing, Interval: -1, MaxRequestBytes: 2000, MemoryLimit: 20_000, SpillDir: t.TempDir(),
		OnFatal: func(error) { close(failed) },
	})
	s.Start()
	defer s.Close()
	var elsewhere [][]string // rows of each writer that came after the handover
	var wg sync.WaitGroup
	for w := range writers {
		elsewhere = append(elsewhere, nil)
		wg.Go(func() {
			for i := range rows {
				text := fmt.Sprintf("%d %d", w, i)
				if err := s.AppendRow([]byte(text), nil); err != nil {
					assert.ErrorIs(t, err, filestream.ErrHandedOver)
					elsewhere[w] = append(elsewhere[w], text)
				}
			}
		})
	}
	var all []string
	if fatalAt < 1<<20 {
		<-failed
		var handed []string
		require.NoError(t, s.HandOver(func(line []byte) error {
			handed = append(handed, string(line))
			return nil
		}))
		wg.Wait()
		all = append(srv.lines("wandb-history.jsonl", 0), handed...)
		for _, e := range elsewhere {
			all = append(all, e...)
		}
	} else {
		wg.Wait()
		require.NoError(t, s.Finish(t.Context(), 0))
		all = srv.lines("wandb-history.jsonl", 0)
	}
	require.Len(t, all, writers*rows)
	next := make([]int, writers)
	for _, text := range all {
		var w, i int
		_, err := fmt.Sscan(text, &w, &i)
		require.NoError(t, err)
		require.Equal(t, next[w], i, "of writer %d", w)
		next[w]++
	}
}

type sender func(ctx context.Context, body []byte) (*filestream.Reply, error)

func (f sender) Send(ctx context.Context, body []byte) (*filestream.Reply, error) {
	return f(ctx, body)
}

// Every method that ends a stream is called at once.
func TestStream_EndedFromManyGoroutines_ReturnsFromEach(t *testing.T) {
	t.Parallel()
	for range 50 {
		s := filestream.New(filestream.Config{Sender: newServer(t), Interval: -1})
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(s.Start)
			wg.Go(func() { _ = s.AppendRow(row(1), nil) })
			wg.Go(func() {
				if err := s.Finish(t.Context(), 0); err != nil && !errors.Is(err, filestream.ErrAbandoned) {
					assert.NoError(t, err)
				}
			})
			wg.Go(func() { _ = s.HandOver(func([]byte) error { return nil }) })
			wg.Go(s.Abandon)
			wg.Go(s.Close)
			wg.Go(func() { s.Stats() })
		}
		wg.Wait()
		<-s.Done()
	}
}
