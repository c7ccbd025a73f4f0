package filestream_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/filestream"
)

// A failed stream still accepts lines.
func TestHandOver_RowsAfterTheRefusal_AreIncluded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, srv := start(t, filestream.Config{MemoryLimit: 200})
		srv.respond(failFrom(0, errForbidden))
		appendRows(t, s, 0, 1)
		synctest.Wait()
		require.ErrorIs(t, s.Err(), errForbidden)
		appendRows(t, s, 1, 1000)
		bytes, spilled := s.Memory()
		assert.True(t, spilled)
		assert.LessOrEqual(t, bytes, int64(300))

		// Rows that come while the others are handed over are not lost either.
		next := 1000
		var got []string
		require.NoError(t, s.HandOver(func(line []byte) error {
			got = append(got, string(line))
			if len(got)%100 == 0 && next < 1020 {
				appendRows(t, s, next, next+1)
				next++
			}
			return nil
		}))
		require.Greater(t, next, 1005)
		require.Len(t, got, next)
		for i, line := range got {
			assert.Equal(t, string(row(i)), line)
		}
	})
}

func TestHandOver_RowsAppendedDuringTheLast_AreIncluded(t *testing.T) {
	t.Parallel()
	for name, size := range map[string]int{"in memory": 10, "in the temporary file": 1000} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := filestream.New(filestream.Config{Sender: newServer(t), MemoryLimit: 100, SpillDir: t.TempDir()})
			defer s.Close()
			want := []string{"first"}
			require.NoError(t, s.AppendRow([]byte("first"), nil))
			require.NoError(t, s.AppendEvent([]byte("dropped")))
			require.NoError(t, s.AppendConsole(0, []byte("dropped")))
			var got []string
			require.NoError(t, s.HandOver(func(line []byte) error {
				for len(got) == 0 && len(want) < 4 {
					want = append(want, strings.Repeat("x", size+len(want)))
					require.NoError(t, s.AppendRow([]byte(want[len(want)-1]), nil))
				}
				got = append(got, string(line))
				return nil
			}))
			assert.Equal(t, want, got)
		})
	}
}

func TestHandOver_SinkFails_ReturnsItsError(t *testing.T) {
	t.Parallel()
	s := filestream.New(filestream.Config{Sender: newServer(t)})
	defer s.Close()
	appendRows(t, s, 0, 10)
	errFull := errors.New("disk full")
	n := 0
	err := s.HandOver(func([]byte) error {
		if n == 4 {
			return errFull
		}
		n++
		return nil
	})
	require.ErrorIs(t, err, errFull)
	assert.Equal(t, "hand over wandb-history.jsonl: disk full", err.Error())
	assert.Equal(t, 4, n)
}

func TestHandOver_NeverStarted_GivesEverything(t *testing.T) {
	t.Parallel()
	s := filestream.New(filestream.Config{Sender: newServer(t)})
	appendRows(t, s, 0, 2)
	assert.Len(t, unsent(t, s), 2)
	s.Start()
	require.ErrorIs(t, s.AppendRow(row(2), nil), filestream.ErrHandedOver)
	require.ErrorIs(t, s.Finish(t.Context(), 0), filestream.ErrAbandoned)
	s.Close()
}

func TestHandOver_StillSending_ReturnsErrSending(t *testing.T) {
	t.Parallel()
	s := filestream.New(filestream.Config{Sender: newServer(t)})
	s.Start()
	require.ErrorIs(t, s.HandOver(nil), filestream.ErrSending)
	s.Abandon()
	require.NoError(t, s.HandOver(nil))
}
