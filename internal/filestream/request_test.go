package filestream_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/filestream"
	"github.com/wandgo/wandgo/internal/record"
)

func constant(s string) func() []byte { return func() []byte { return []byte(s) } }

func TestRequest_EveryKindOfData_IsInOneBody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := newServer(t)
		s := filestream.New(filestream.Config{Sender: srv, Offsets: record.Lines{History: 42, Events: 7, Console: 12}})
		// Before Start everything gathers.
		require.NoError(t, s.AppendRow([]byte(`{"loss":NaN,"t\"é":"\u0000\\"}`), nil))
		require.NoError(t, s.AppendEvent([]byte(`{"system.cpu":0.19}`)))
		require.NoError(t, s.SetSummary(constant(`{"old":1}`)))
		require.NoError(t, s.SetSummary(constant(`{"loss":0.5}`)))
		require.NoError(t, s.AppendConsole(0, []byte("2026-11-23T11:13:34.305615 \x1b[1mhello")))
		require.NoError(t, s.AppendConsole(1, []byte("10%")))
		require.NoError(t, s.AppendConsole(1, []byte("99%")))
		require.NoError(t, s.AddUploaded("config.yaml"))
		require.NoError(t, s.AddUploaded("a/b.png"))
		require.NoError(t, s.AddUploaded("config.yaml"))
		require.NoError(t, s.Preempting())
		require.NoError(t, s.Finish(t.Context(), 3))
		assert.Equal(t, []string{
			`{"files":{` +
				`"wandb-history.jsonl":{"offset":42,"content":["{\"loss\":NaN,\"t\\\"é\":\"\\u0000\\\\\"}"]},` +
				`"wandb-events.jsonl":{"offset":7,"content":["{\"system.cpu\":0.19}"]},` +
				`"wandb-summary.json":{"offset":0,"content":["{\"loss\":0.5}"]},` +
				`"output.log":{"offset":12,"content":["2026-11-23T11:13:34.305615 \u001b[1mhello","99%"]}},` +
				`"uploaded":["config.yaml","a/b.png"],"preempting":true,"complete":true,"exitcode":3}`,
		}, srv.raws())
	})
}

func TestRequest_TooLarge_RowsAreSentAgainWithLaterOnes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := newServer(t)
		s := filestream.New(filestream.Config{Sender: srv})
		srv.respond(func(_ context.Context, n int) (*filestream.Reply, error) {
			if n > 0 {
				return ok(), nil
			}
			assert.NoError(t, s.AppendRow([]byte(`{"n":2}`), nil))
			return nil, &filestream.TooLargeError{Err: errors.New("too large")}
		})
		require.NoError(t, s.AppendRow([]byte(`{"n":1}`), nil))
		require.NoError(t, s.AppendConsole(0, []byte(strings.Repeat("x", 1000))))
		s.Start()
		advance(time.Minute)
		require.NoError(t, s.Finish(t.Context(), 0))
		assert.Equal(t, []string{`{"n":1}`, `{"n":2}`}, srv.lines("wandb-history.jsonl", 0))
		assert.Equal(t, []string{`{"n":1}`, `{"n":2}`}, srv.got()[1].body.Files["wandb-history.jsonl"].Content, "in one request")
		assert.Len(t, srv.lines("output.log", 0), 1)
	})
}

func TestFinish_NothingLogged_SendsTheEndOnly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, srv := start(t, filestream.Config{})
		require.NoError(t, s.Finish(t.Context(), 0))
		assert.Equal(t, []string{`{"complete":true,"exitcode":0}`}, srv.raws())
	})
}

func TestRequest_GapInTheConsole_SplitsIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := newServer(t)
		s := filestream.New(filestream.Config{Sender: srv}) // not started: everything gathers
		for _, i := range []int64{3, 0, 1, 7, 4} {
			require.NoError(t, s.AppendConsole(i, fmt.Appendf(nil, "line %d", i)))
		}
		require.NoError(t, s.Finish(t.Context(), 0))
		assert.Equal(t, []string{
			`{"files":{"output.log":{"offset":0,"content":["line 0","line 1"]}}}`,
			`{"files":{"output.log":{"offset":3,"content":["line 3","line 4"]}}}`,
			`{"files":{"output.log":{"offset":7,"content":["line 7"]}},"complete":true,"exitcode":0}`,
		}, srv.raws())
	})
}

func TestAppendConsole_LineAlreadySent_SendsItAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, srv := start(t, filestream.Config{})
		require.NoError(t, s.AppendConsole(0, []byte("RUN")))
		synctest.Wait()
		require.NoError(t, s.AppendConsole(0, []byte("RUN resumed")))
		require.NoError(t, s.Finish(t.Context(), 0))
		assert.Equal(t, []string{
			`{"files":{"output.log":{"offset":0,"content":["RUN"]}}}`,
			`{"files":{"output.log":{"offset":0,"content":["RUN resumed"]}},"complete":true,"exitcode":0}`,
		}, srv.raws())
	})
}

func TestAppendConsole_OverTheLimit_DropsTheOldest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := newServer(t)
		s := filestream.New(filestream.Config{Sender: srv, ConsoleLimit: 100})
		for i := range int64(50) {
			require.NoError(t, s.AppendConsole(i, []byte("1234567")))
		}
		require.NoError(t, s.Finish(t.Context(), 0))
		assert.Equal(t, int64(40), s.Stats().ConsoleDropped)
		assert.Len(t, srv.lines("output.log", 40), 10)
	})
}

func TestRequest_SizeLimit_SplitsRequests(t *testing.T) {
	t.Parallel()
	big := strings.Repeat("x", 500)
	for _, tt := range []struct {
		name string
		fill func(*testing.T, *filestream.Stream)
		want []string // what each request has, in brief
	}{
		{"one line above the limit goes alone", func(t *testing.T, s *filestream.Stream) {
			require.NoError(t, s.AppendRow([]byte(big), nil))
			require.NoError(t, s.AppendRow([]byte("small"), nil))
		}, []string{"h1", "h1 complete"}},
		{"event above the limit after history", func(t *testing.T, s *filestream.Stream) {
			require.NoError(t, s.AppendEvent([]byte(big)))
			require.NoError(t, s.AppendRow([]byte("small"), nil))
		}, []string{"h1", "e1 complete"}},
		{"summary above the limit after history", func(t *testing.T, s *filestream.Stream) {
			require.NoError(t, s.AppendRow([]byte("small"), nil))
			require.NoError(t, s.SetSummary(constant(big)))
		}, []string{"h1", "s complete"}},
		{"console above the limit after summary", func(t *testing.T, s *filestream.Stream) {
			require.NoError(t, s.SetSummary(constant("small")))
			require.NoError(t, s.AppendConsole(0, []byte(big)))
		}, []string{"s", "c1 complete"}},
		{"uploaded above the limit after console", func(t *testing.T, s *filestream.Stream) {
			require.NoError(t, s.AddUploaded(big))
			require.NoError(t, s.AddUploaded("small"))
			require.NoError(t, s.AppendConsole(0, []byte("small")))
		}, []string{"c1", "u1", "u1 complete"}},
		{"order of filling", func(t *testing.T, s *filestream.Stream) {
			require.NoError(t, s.AddUploaded("u"))
			require.NoError(t, s.AppendConsole(0, []byte("c")))
			require.NoError(t, s.SetSummary(constant("s")))
			require.NoError(t, s.AppendEvent([]byte("e")))
			for range 10 {
				require.NoError(t, s.AppendRow([]byte(big[:30]), nil))
			}
		}, []string{"h3 s", "h2 e1 c1 u1", "h3", "h2 complete"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv := newServer(t)
				s := filestream.New(filestream.Config{Sender: srv, MaxRequestBytes: 100})
				tt.fill(t, s)
				require.NoError(t, s.Finish(t.Context(), 0))
				assert.Equal(t, tt.want, brief(srv))
			})
		})
	}
}

// brief says what each request had: h3 for three history lines, and so on.
func brief(srv *server) []string {
	var out []string
	for _, a := range srv.got() {
		var parts []string
		add := func(letter string, n int) {
			if n > 0 {
				parts = append(parts, fmt.Sprint(letter, n))
			}
		}
		add("h", len(a.body.Files["wandb-history.jsonl"].Content))
		add("e", len(a.body.Files["wandb-events.jsonl"].Content))
		if len(a.body.Files["wandb-summary.json"].Content) > 0 {
			parts = append(parts, "s")
		}
		add("c", len(a.body.Files["output.log"].Content))
		add("u", len(a.body.Uploaded))
		if a.body.Complete {
			parts = append(parts, "complete")
		}
		out = append(out, strings.Join(parts, " "))
	}
	return out
}

// There are always more rows than a request can carry.
func TestRequest_FloodOfRows_LeavesRoomForTheRest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := newServer(t)
		s := filestream.New(filestream.Config{Sender: srv, MaxRequestBytes: 100})
		flood := func() {
			for range 20 {
				assert.NoError(t, s.AppendRow([]byte(`{"x":1}`), nil))
			}
		}
		srv.respond(func(_ context.Context, n int) (*filestream.Reply, error) {
			if n < 10 {
				flood()
			}
			return ok(), nil
		})
		flood()
		require.NoError(t, s.AppendEvent([]byte(`{"system.cpu":1}`)))
		require.NoError(t, s.SetSummary(constant(`{"x":1}`)))
		require.NoError(t, s.AppendConsole(0, []byte("hello")))
		require.NoError(t, s.AddUploaded("f"))
		s.Start()
		synctest.Wait()
		seen := strings.Join(brief(srv)[:4], " ")
		for _, what := range []string{"e1", "s", "c1", "u1"} {
			assert.Contains(t, seen, what)
		}
		assert.Len(t, srv.lines("wandb-history.jsonl", 0), 20*11)
		s.Close()
	})
}

func TestAppend_LineTooLong_IsRefused(t *testing.T) {
	t.Parallel()
	s := filestream.New(filestream.Config{Sender: newServer(t), MaxLineBytes: 10})
	defer s.Close()
	require.NoError(t, s.AppendRow([]byte("0123456789"), nil))
	for name, appendLine := range map[string]func([]byte) error{
		"wandb-history.jsonl": func(line []byte) error { return s.AppendRow(line, nil) },
		"wandb-events.jsonl":  s.AppendEvent,
		"output.log":          func(b []byte) error { return s.AppendConsole(0, b) },
	} {
		err := appendLine([]byte("0123456789a"))
		var tooLong *filestream.LineTooLongError
		require.ErrorAs(t, err, &tooLong)
		assert.Equal(t, name, tooLong.File.String())
		assert.Equal(t, "line of 11 bytes for "+name+" is longer than the limit of 10", err.Error())
	}
	assert.Equal(t, filestream.FileStats{Accepted: 1}, s.Stats().History)
	assert.Zero(t, s.Stats().Events)
}

func TestSetSummary_ChangedOrTooLong_IsSentOrSkipped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, srv := start(t, filestream.Config{MaxLineBytes: 20})
		calls := 0
		value := `{"a":1}`
		build := func() []byte { calls++; return []byte(value) }
		set := func(v string) {
			value = v
			for range 100 {
				require.NoError(t, s.SetSummary(build))
			}
			advance(15*time.Second + time.Millisecond)
			synctest.Wait()
		}
		sent := func() (n int) {
			for _, b := range brief(srv) {
				n += strings.Count(b, "s")
			}
			return n
		}
		set(`{"a":1}`)
		assert.Equal(t, 1, sent())
		assert.LessOrEqual(t, calls, 2, "built per request, not per change")
		set(`{"a":1}`)
		assert.Equal(t, 1, sent(), "unchanged")
		set(`{"a":2}`)
		assert.Equal(t, 2, sent())
		set(strings.Repeat("x", 21))
		assert.Equal(t, 2, sent(), "too long: the last good one stays")
		assert.Positive(t, s.Stats().SummariesSkipped)
		assert.LessOrEqual(t, s.Stats().SummariesSkipped, int64(2), "made per request, not per change")
		set(``)
		assert.Equal(t, 2, sent(), "none")
		require.NoError(t, s.Finish(t.Context(), 0))
		assert.Equal(t, []string{`{"a":2}`}, srv.lines("wandb-summary.json", 0))
	})
}

// If the server has a row, it has the summary of that row or of a later one.
func TestSetSummary_WithRows_IsNotOlderThanThem(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, srv := start(t, filestream.Config{Interval: -1})
		var last atomic.Int64
		build := func() []byte { return row(int(last.Load())) }
		for i := range 100 {
			last.Store(int64(i))
			require.NoError(t, s.SetSummary(build))
			require.NoError(t, s.AppendRow(row(i), nil))
			if i%10 == 0 {
				synctest.Wait()
			}
		}
		require.NoError(t, s.Finish(t.Context(), 0))
		number := func(line string) (n int) {
			_, err := fmt.Sscanf(line, `{"loss":%d}`, &n)
			require.NoError(t, err)
			return n
		}
		summary := -1
		for _, a := range srv.got() {
			if lines := a.body.Files["wandb-summary.json"].Content; len(lines) > 0 {
				summary = number(lines[0])
			}
			if rows := a.body.Files["wandb-history.jsonl"].Content; len(rows) > 0 {
				assert.GreaterOrEqual(t, summary, number(rows[len(rows)-1]))
			}
		}
		assert.Equal(t, 99, summary)
	})
}

func TestAddUploaded_NameAlreadySent_SendsItAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, srv := start(t, filestream.Config{})
		require.NoError(t, s.AddUploaded("live.txt"))
		synctest.Wait()
		require.NoError(t, s.AddUploaded("live.txt"))
		require.NoError(t, s.AddUploaded("live.txt"))
		require.NoError(t, s.Finish(t.Context(), 0))
		assert.Equal(t, []string{"live.txt", "live.txt"}, srv.uploaded)
	})
}
