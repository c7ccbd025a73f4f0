package filestream_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/filestream"
	"github.com/wandgo/wandgo/internal/record"
)

var errForbidden = errors.New("HTTP 403")

// failFrom answers requests from the nth on with err.
func failFrom(n int, err error) func(context.Context, int) (*filestream.Reply, error) {
	return func(_ context.Context, i int) (*filestream.Reply, error) {
		if i >= n {
			return nil, err
		}
		return ok(), nil
	}
}

// hang answers requests from the nth on when the context ends.
func hang(n int) func(context.Context, int) (*filestream.Reply, error) {
	return func(ctx context.Context, i int) (*filestream.Reply, error) {
		if i >= n {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		return ok(), nil
	}
}

func TestStream_Refused_StopsAndKeepsEverything(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var fatal []error
		var s *filestream.Stream
		cfg := filestream.Config{Offsets: record.Lines{History: 10}, OnFatal: func(err error) {
			fatal = append(fatal, err)
			assert.Equal(t, err, s.Err(), "any method may be called")
			assert.Equal(t, err, s.Finish(t.Context(), 1))
		}}
		srv := newServer(t)
		srv.respond(failFrom(1, errForbidden))
		cfg.Sender = srv
		s = filestream.New(cfg)
		s.Start()
		appendRows(t, s, 0, 1)
		synctest.Wait()
		appendRows(t, s, 1, 3)
		require.NoError(t, s.AppendEvent([]byte("e")))
		require.NoError(t, s.AppendConsole(0, []byte("c\n\x01\"")))
		advance(time.Minute)
		synctest.Wait()
		require.Len(t, fatal, 1)
		require.ErrorIs(t, fatal[0], errForbidden)
		assert.Len(t, srv.got(), 2)
		select {
		case <-s.Done():
		default:
			assert.Fail(t, "not done")
		}
		assert.Equal(t, []string{`{"loss":1}`, `{"loss":2}`}, unsent(t, s))
		require.ErrorIs(t, s.AppendRow(row(9), nil), filestream.ErrHandedOver)
		assert.Empty(t, unsent(t, s), "a second time there is nothing")
		assert.Equal(t, int64(1), s.Stats().History.Acked)
		s.Close()
	})
}

func TestReply_ErrorWithStatus200_IsARefusal(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, body string
		want       string // message; "" for none
	}{
		{"text", `{"error":"run was deleted"}`, "run was deleted"},
		{"object", `{"error":{"message":"permission denied\nindeed"}}`, "permission denied indeed"},
		{"other value", `{"error":{"code":7}}`, `{"code":7}`},
		{"number", `{"error":1}`, `1`},
		{"null", `{"error":null}`, ""},
		{"false", `{"error":false}`, ""},
		{"empty", `{"error":""}`, ""},
		{"usual", `{"exitcode":null,"limits":{}}`, ""},
		{"html", `<html>`, ""},
		{"list", `["error"]`, ""},
		{"nothing", ``, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s, srv := start(t, filestream.Config{})
				srv.respond(func(context.Context, int) (*filestream.Reply, error) {
					return &filestream.Reply{StatusCode: 200, Body: []byte(tt.body)}, nil
				})
				appendRows(t, s, 0, 1)
				synctest.Wait()
				if tt.want == "" {
					require.NoError(t, s.Err())
					return
				}
				var refused *filestream.RefusedError
				require.ErrorAs(t, s.Err(), &refused)
				assert.Equal(t, tt.want, refused.Message)
				assert.Equal(t, tt.body, string(refused.Body))
				assert.Equal(t, "send to file stream: server reported an error with status 200: "+tt.want, s.Err().Error())
				assert.Len(t, unsent(t, s), 1)
			})
		})
	}
}

func TestReply_Nil_IsAccepted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, srv := start(t, filestream.Config{})
		srv.respond(func(context.Context, int) (*filestream.Reply, error) { return nil, nil })
		require.NoError(t, s.Finish(t.Context(), 0))
	})
}

func TestStopped_ReportedOnce_StaysTrue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		s, srv := start(t, filestream.Config{Heartbeat: time.Second, OnStopped: func() { calls++ }})
		bodies := []string{`{}`, `{"stopped":false}`, `{"stopped":"true"}`, `{"stopped":1}`, `{"Stopped":true}`, `garbage`, `{"stopped": true }`, `{"stopped":true}`, `{"stopped":false}`}
		srv.respond(func(_ context.Context, n int) (*filestream.Reply, error) {
			return &filestream.Reply{StatusCode: 200, Body: []byte(bodies[min(n, len(bodies)-1)])}, nil
		})
		for i := range bodies {
			advance(time.Second)
			synctest.Wait()
			assert.Equal(t, i >= 6, calls == 1, bodies[i])
		}
		assert.Equal(t, 1, calls)
		require.NoError(t, s.AppendRow(row(0), nil), "a stopped run may still log")
	})
}

func TestFinish_CalledTwice_SendsOneEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, srv := start(t, filestream.Config{})
		appendRows(t, s, 0, 1)
		errs := make(chan error)
		for i := range 5 {
			go func() { errs <- s.Finish(t.Context(), i) }()
		}
		for range 5 {
			require.NoError(t, <-errs)
		}
		require.NoError(t, s.Finish(t.Context(), 9))
		require.ErrorIs(t, s.AppendRow(row(1), nil), filestream.ErrClosed)
		require.ErrorIs(t, s.AppendEvent(row(1)), filestream.ErrClosed)
		require.ErrorIs(t, s.AppendConsole(1, nil), filestream.ErrClosed)
		require.ErrorIs(t, s.SetSummary(nil), filestream.ErrClosed)
		require.ErrorIs(t, s.AddUploaded("x"), filestream.ErrClosed)
		require.ErrorIs(t, s.Preempting(), filestream.ErrClosed)
		s.Abandon()
		s.Close()
		s.Close()
		s.Start()
		assert.Len(t, srv.lines("wandb-history.jsonl", 0), 1)
		complete := 0
		for _, a := range srv.got() {
			if a.body.Complete {
				complete++
			}
		}
		assert.Equal(t, 1, complete)
	})
}

func TestFinish_ContextEnds_AbandonsTheStream(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var fatal []error
		s, srv := start(t, filestream.Config{OnFatal: func(err error) { fatal = append(fatal, err) }})
		srv.respond(hang(1))
		appendRows(t, s, 0, 1)
		synctest.Wait()
		appendRows(t, s, 1, 3)
		require.NoError(t, s.AddUploaded("f"))
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		began := time.Now()
		err := s.Finish(ctx, 0)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 5*time.Second, time.Since(began))
		assert.Empty(t, fatal, "giving up is not a refusal")
		require.NoError(t, s.Err())
		assert.Len(t, unsent(t, s), 2)
		require.ErrorIs(t, s.Finish(t.Context(), 0), filestream.ErrAbandoned)
	})
}

func TestFinish_Refused_ReturnsTheRefusal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, srv := start(t, filestream.Config{})
		srv.respond(failFrom(0, errForbidden))
		appendRows(t, s, 0, 1)
		require.ErrorIs(t, s.Finish(t.Context(), 0), errForbidden)
		require.ErrorIs(t, s.Finish(t.Context(), 0), errForbidden)
		require.ErrorIs(t, s.AppendRow(row(1), nil), filestream.ErrClosed)
		assert.Len(t, unsent(t, s), 1)
	})
}

func TestAbandon_Running_SendsNoEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, srv := start(t, filestream.Config{})
		appendRows(t, s, 0, 1)
		synctest.Wait()
		appendRows(t, s, 1, 2)
		finished := make(chan error)
		srv.respond(hang(0))
		go func() { finished <- s.Finish(t.Context(), 0) }()
		synctest.Wait()
		s.Abandon()
		require.ErrorIs(t, <-finished, filestream.ErrAbandoned)
		s.Abandon()
		assert.Len(t, unsent(t, s), 1)
	})
}

func TestAbandon_BeforeStart_FinishReturnsErrAbandoned(t *testing.T) {
	t.Parallel()
	s := filestream.New(filestream.Config{Sender: newServer(t)})
	s.Abandon()
	s.Start()
	require.ErrorIs(t, s.Finish(t.Context(), 0), filestream.ErrAbandoned)
	require.ErrorIs(t, s.AppendRow(nil, nil), filestream.ErrClosed)
	s.Close()
}

func TestFinish_SeveralRequests_OnlyTheLastHasTheEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := newServer(t)
		s := filestream.New(filestream.Config{Sender: srv, MaxRequestBytes: 50})
		for i := range 20 {
			require.NoError(t, s.AppendRow(row(i), nil))
			require.NoError(t, s.AppendEvent(row(i)))
			require.NoError(t, s.AppendConsole(int64(2*i), row(i)))
			require.NoError(t, s.AddUploaded(fmt.Sprint("file", i)))
		}
		require.NoError(t, s.SetSummary(constant(`{"a":1}`)))
		require.NoError(t, s.Finish(t.Context(), 7))
		arrivals := srv.got()
		for i, a := range arrivals {
			assert.Equal(t, i == len(arrivals)-1, a.body.Complete)
			assert.Equal(t, a.body.Complete, a.body.ExitCode != nil)
		}
		assert.Len(t, srv.lines("wandb-history.jsonl", 0), 20)
		assert.Len(t, srv.lines("wandb-events.jsonl", 0), 20)
		assert.Len(t, srv.files["output.log"], 20)
		assert.Len(t, srv.uploaded, 20)
		assert.Equal(t, 7, *arrivals[len(arrivals)-1].body.ExitCode)
	})
}

// The error is that of the request that the Sender was repeating.
func TestInterrupted_OutOfTime_ReturnsTheSendersError(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := newServer(t)
		srv.respond(func(ctx context.Context, _ int) (*filestream.Reply, error) {
			<-ctx.Done()
			return nil, fmt.Errorf("repeated until then: %w", errForbidden)
		})
		s := filestream.New(filestream.Config{Sender: srv})
		s.Start()
		appendRows(t, s, 0, 1)
		synctest.Wait()
		require.NoError(t, s.Interrupted())
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := s.Finish(ctx, 0)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.NotErrorIs(t, err, errForbidden)
		require.ErrorIs(t, s.Interrupted(), errForbidden)
		s.Close()
	})
}
