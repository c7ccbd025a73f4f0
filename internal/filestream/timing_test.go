package filestream_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/filestream"
)

// start starts a stream to a fresh server within a synctest bubble.
func start(t *testing.T, cfg filestream.Config) (*filestream.Stream, *server) {
	t.Helper()
	srv := newServer(t)
	cfg.Sender = srv
	if cfg.SpillDir == "" {
		cfg.SpillDir = t.TempDir()
	}
	s := filestream.New(cfg)
	s.Start()
	t.Cleanup(s.Close)
	return s, srv
}

func appendRows(t *testing.T, s *filestream.Stream, from, to int) {
	t.Helper()
	for i := from; i < to; i++ {
		require.NoError(t, s.AppendRow(row(i), nil))
	}
}

func row(i int) []byte { return fmt.Appendf(nil, `{"loss":%d}`, i) }

func TestPacing_Requests_FirstAtOnceThenAtTheInterval(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, srv := start(t, filestream.Config{})
		advance(time.Second)
		appendRows(t, s, 0, 1)
		synctest.Wait()
		assert.Equal(t, []time.Duration{time.Second}, srv.times(), "first at once")

		appendRows(t, s, 1, 5)
		advance(14 * time.Second)
		appendRows(t, s, 5, 7)
		synctest.Wait()
		assert.Len(t, srv.got(), 1, "the interval is not over")
		advance(time.Second)
		synctest.Wait()
		assert.Equal(t, []time.Duration{time.Second, 16 * time.Second}, srv.times())

		// After a pause longer than the interval the next goes at once again.
		advance(20 * time.Second)
		appendRows(t, s, 7, 8)
		synctest.Wait()
		assert.Equal(t, 36*time.Second, srv.times()[2])
		assert.Equal(t, []string{
			`{"files":{"wandb-history.jsonl":{"offset":0,"content":["{\"loss\":0}"]}}}`,
			`{"files":{"wandb-history.jsonl":{"offset":1,"content":["{\"loss\":1}","{\"loss\":2}","{\"loss\":3}","{\"loss\":4}","{\"loss\":5}","{\"loss\":6}"]}}}`,
			`{"files":{"wandb-history.jsonl":{"offset":7,"content":["{\"loss\":7}"]}}}`,
		}, srv.raws())
	})
}

// An explicit interval is kept.
func TestPacing_ServerHasRoom_ShortensTheInterval(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		config filestream.Config
		want   []time.Duration
	}{
		{"the usual interval", filestream.Config{}, []time.Duration{0, 2 * time.Second, 4 * time.Second}},
		{"one that was asked for", filestream.Config{Interval: 20 * time.Second}, []time.Duration{0, 20 * time.Second, 40 * time.Second}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s, srv := start(t, tt.config)
				srv.respond(func(context.Context, int) (*filestream.Reply, error) {
					r := ok()
					r.Header = http.Header{"Ratelimit-Remaining": {"1000"}, "Ratelimit-Reset": {"60"}}
					return r, nil
				})
				for i := range 50 {
					appendRows(t, s, i, i+1)
					advance(time.Second)
				}
				require.GreaterOrEqual(t, len(srv.times()), 3)
				assert.Equal(t, tt.want, srv.times()[:3])
			})
		})
	}
}

func TestHeartbeat_IdleRun_IsSent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, srv := start(t, filestream.Config{})
		advance(61 * time.Second)
		synctest.Wait()
		assert.Equal(t, []string{"{}", "{}"}, srv.raws())
		assert.Equal(t, []time.Duration{30 * time.Second, 60 * time.Second}, srv.times())
		// A heartbeat does not delay data.
		appendRows(t, s, 0, 1)
		synctest.Wait()
		assert.Equal(t, 61*time.Second, srv.times()[2])
	})
}

func TestHeartbeat_SlowRequest_CountsFromItsEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, srv := start(t, filestream.Config{})
		srv.respond(func(context.Context, int) (*filestream.Reply, error) {
			advance(20 * time.Second)
			return ok(), nil
		})
		appendRows(t, s, 0, 1)
		advance(51 * time.Second)
		assert.Equal(t, []time.Duration{0, 50 * time.Second}, srv.times())
	})
}

func TestPacing_IntervalLongerThanHeartbeat_SendsDataInstead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, srv := start(t, filestream.Config{Interval: 10 * time.Minute})
		appendRows(t, s, 0, 1)
		synctest.Wait()
		appendRows(t, s, 1, 2)
		advance(31 * time.Second)
		assert.Equal(t, []time.Duration{0, 30 * time.Second}, srv.times())
		assert.Len(t, srv.lines("wandb-history.jsonl", 0), 2)
	})
}

func TestPacing_RequestInFlight_LinesGather(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, srv := start(t, filestream.Config{})
		srv.respond(func(context.Context, int) (*filestream.Reply, error) {
			advance(time.Minute)
			return ok(), nil
		})
		appendRows(t, s, 0, 1)
		synctest.Wait()
		appendRows(t, s, 1, 1000)
		advance(61 * time.Second)
		// The interval ran out during the request, so the next follows at once.
		assert.Equal(t, []time.Duration{0, time.Minute}, srv.times())
		assert.Len(t, srv.got()[1].body.Files["wandb-history.jsonl"].Content, 999)
	})
}

func TestPacing_UrgentData_CutsTheWaitShort(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		do   func(*testing.T, *filestream.Stream)
		want string // in the request
	}{
		{"by preempting", func(t *testing.T, s *filestream.Stream) { require.NoError(t, s.Preempting()) }, `"preempting":true`},
		{"by a full request", func(t *testing.T, s *filestream.Stream) {
			for range 8 {
				require.NoError(t, s.AppendRow([]byte(strings.Repeat("x", 10<<20/8)), nil))
			}
		}, "xxx"},
		{"by closing", func(t *testing.T, s *filestream.Stream) { require.NoError(t, s.Finish(t.Context(), 0)) }, `"complete":true,"exitcode":0`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s, srv := start(t, filestream.Config{})
				appendRows(t, s, 0, 1)
				synctest.Wait()
				appendRows(t, s, 1, 2)
				advance(time.Second)
				tt.do(t, s)
				synctest.Wait()
				require.GreaterOrEqual(t, len(srv.got()), 2)
				assert.Equal(t, time.Second, srv.times()[1])
				assert.Contains(t, srv.raws()[1], tt.want)
				assert.Contains(t, srv.raws()[1], `{\"loss\":1}`)
			})
		})
	}
}

func TestPreempting_Called_IsSentOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, srv := start(t, filestream.Config{})
		require.NoError(t, s.Preempting())
		synctest.Wait()
		assert.Equal(t, []string{`{"preempting":true}`}, srv.raws())
		require.NoError(t, s.Finish(t.Context(), 0))
		assert.Equal(t, `{"complete":true,"exitcode":0}`, srv.raws()[1])
	})
}

func TestPacing_DataLeftOver_IsSentAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := newServer(t)
		s := filestream.New(filestream.Config{Sender: srv, MaxRequestBytes: 100})
		t.Cleanup(s.Close)
		appendRows(t, s, 0, 100) // before the first request
		s.Start()
		synctest.Wait()
		assert.Len(t, srv.lines("wandb-history.jsonl", 0), 100)
		for _, a := range srv.got() {
			assert.Zero(t, a.at)
			assert.LessOrEqual(t, len(a.body.Files["wandb-history.jsonl"].Content), 7)
		}
	})
}

func TestHeartbeat_BeforeFinish_KeepsTheRunAlive(t *testing.T) {
	// A client uploads its last files before it calls Finish, which may take
	// long; the stream must keep the run alive meanwhile.
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, srv := start(t, filestream.Config{})
		appendRows(t, s, 0, 1)
		advance(10*time.Minute + time.Second)
		require.NoError(t, s.AddUploaded(`media/big.bin`))
		require.NoError(t, s.Finish(t.Context(), 0))
		arrivals := srv.got()
		assert.Len(t, arrivals, 1+20+1)
		for i := 1; i < len(arrivals); i++ {
			assert.LessOrEqual(t, arrivals[i].at-arrivals[i-1].at, 30*time.Second)
		}
		assert.Equal(t, `{"uploaded":["media/big.bin"],"complete":true,"exitcode":0}`, arrivals[21].raw) //nolint:testifylint // byte by byte
	})
}

// System metrics are often sent before the first row.
func TestPacing_FirstRowsAfterAnEvent_DoNotWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, srv := start(t, filestream.Config{})
		require.NoError(t, s.AppendEvent([]byte(`{"system.cpu":1}`)))
		synctest.Wait()
		advance(2 * time.Second)
		require.NoError(t, s.AppendEvent([]byte(`{"system.cpu":2}`)))
		advance(time.Second)
		appendRows(t, s, 0, 1)
		synctest.Wait()
		assert.Equal(t, []time.Duration{0, 3 * time.Second}, srv.times())
		appendRows(t, s, 1, 2)
		synctest.Wait()
		assert.Len(t, srv.got(), 2, "the second waits for its turn")
	})
}
