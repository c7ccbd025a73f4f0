package filestream_test

import (
	"errors"
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
		assert.Positive(t, s.Stats().SpilledBytes)
		assert.LessOrEqual(t, s.Stats().MemoryBytes, int64(300))

		// Rows that come while the others are handed over are not lost either.
		next := 1000
		var got []string
		require.NoError(t, s.HandOver(func(f filestream.File, index int64, line []byte) error {
			assert.Equal(t, filestream.History, f)
			assert.Equal(t, int64(len(got)), index)
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

func TestHandOver_RowsAppendedMeanwhile_AreIncluded(t *testing.T) {
	t.Parallel()
	s := filestream.New(filestream.Config{Sender: newServer(t)})
	defer s.Close()
	appendRows(t, s, 0, 1)
	require.NoError(t, s.AppendConsole(0, []byte("c")))
	var got []string
	require.NoError(t, s.HandOver(func(f filestream.File, _ int64, line []byte) error {
		if f == filestream.Console {
			appendRows(t, s, 1, 2)
		}
		got = append(got, string(line))
		return nil
	}))
	assert.Equal(t, []string{`{"loss":0}`, "c", `{"loss":1}`}, got)
}

func TestHandOver_ConsoleLineChangedInFlight_GivesTheLastText(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, srv := start(t, filestream.Config{})
		srv.respond(hang(0))
		require.NoError(t, s.AppendConsole(0, []byte("10%")))
		require.NoError(t, s.AppendConsole(1, []byte("below")))
		synctest.Wait()
		require.NoError(t, s.AppendConsole(0, []byte("99%")))
		s.Abandon()
		assert.Equal(t, map[int64]string{0: "99%", 1: "below"}, unsent(t, s)["output.log"])
	})
}

func TestHandOver_SinkFails_KeepsTheRest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, srv := start(t, filestream.Config{})
		srv.respond(failFrom(0, errForbidden))
		appendRows(t, s, 0, 10)
		require.NoError(t, s.AppendConsole(5, []byte("c")))
		synctest.Wait()
		errFull := errors.New("disk full")
		n := 0
		err := s.HandOver(func(filestream.File, int64, []byte) error {
			if n == 4 {
				return errFull
			}
			n++
			return nil
		})
		require.ErrorIs(t, err, errFull)
		assert.Equal(t, "hand over wandb-history.jsonl: disk full", err.Error())
		appendRows(t, s, 10, 11) // still accepted
		err = s.HandOver(func(f filestream.File, _ int64, _ []byte) error {
			if f == filestream.Console {
				return errFull
			}
			n++
			return nil
		})
		require.ErrorIs(t, err, errFull)
		assert.Equal(t, 11, n)
		assert.Equal(t, map[string]map[int64]string{"output.log": {5: "c"}}, unsent(t, s))
	})
}

func TestHandOver_NeverStarted_GivesEverything(t *testing.T) {
	t.Parallel()
	s := filestream.New(filestream.Config{Sender: newServer(t)})
	appendRows(t, s, 0, 2)
	assert.Len(t, unsent(t, s)["wandb-history.jsonl"], 2)
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
