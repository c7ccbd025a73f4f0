package wandbtest_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/wandbtest"
)

// running returns a server with a run acme/p/r and its owner.
func running(tb testing.TB, opts ...wandbtest.Option) (*wandbtest.Server, *client) {
	tb.Helper()
	srv := wandbtest.New(tb, wandbtest.Solo(), opts...)
	c := as(tb, srv, wandbtest.AliceKey)
	c.mustUpsert("acme", "p", "r")
	return srv, c
}

func view(tb testing.TB, srv *wandbtest.Server) wandbtest.RunView {
	tb.Helper()
	v, found := srv.Run("acme", "p", "r")
	require.True(tb, found)
	return v
}

func TestFileStream_Posts_AreStored(t *testing.T) {
	t.Parallel()
	srv, c := running(t)
	for _, body := range []string{
		`{"files":{"wandb-history.jsonl":{"offset":0,"content":["{\"_step\":0,\"loss\":1e-07,\"t\":\"a\\n\\u00e9\"}","{\"_step\":1,\"loss\":NaN}"]},
		  "output.log":{"offset":0,"content":["par"]}}}`,
		`{}`,
		`{"files":{"wandb-history.jsonl":{"offset":2,"content":["{\"_step\":2,\"loss\":-Infinity}"]},
		  "wandb-summary.json":{"offset":0,"content":["{\"loss\":Infinity}"]},
		  "wandb-events.jsonl":{"offset":0,"content":["{\"system.cpu\":0.5}"]},
		  "output.log":{"offset":0,"content":["partial","two"]},
		  "custom.log":{"offset":0,"content":["x"]}},
		  "uploaded":["config.yaml","f.txt"],"unknown":{"a":[1]}}`,
		`{"uploaded":["f.txt","g.txt"],"complete":true,"exitcode":0}`,
	} {
		status, reply := c.stream("acme", "p", "r", body)
		require.Equal(t, http.StatusOK, status, reply)
		assert.JSONEq(t, `{"exitcode":null,"limits":{}}`, reply)
	}
	v := view(t, srv)
	rows := v.History()
	require.Len(t, rows, 3)
	assert.Equal(t, map[string]any{"_step": 0.0, "loss": 1e-07, "t": "a\né"}, rows[0])
	assert.True(t, math.IsNaN(rows[1]["loss"].(float64)))
	assert.True(t, math.IsInf(rows[2]["loss"].(float64), -1))
	assert.Equal(t, `{"_step":1,"loss":NaN}`, v.HistoryLines[1])
	assert.True(t, math.IsInf(v.Summary["loss"].(float64), 1))
	assert.Equal(t, []map[string]any{{"system.cpu": 0.5}}, v.Events())
	assert.Equal(t, []string{"partial", "two"}, v.Logs)
	assert.Equal(t, []string{"x"}, v.Streamed["custom.log"])
	assert.Equal(t, []string{"config.yaml", "f.txt", "g.txt"}, v.Uploaded)
	assert.Equal(t, "finished", v.State)
	assert.Equal(t, 0, *v.ExitCode)
	assert.Equal(t, []int{4, 1}, []int{v.Streams, v.Heartbeats})
}

// Lines are stored by number, whatever order they come in.
func TestFileStream_LinesOutOfOrder_AreStoredByNumber(t *testing.T) {
	t.Parallel()
	srv, c := running(t)
	post := func(offset int, content string) {
		status, body := c.stream("acme", "p", "r", fmt.Sprintf(`{"files":{"wandb-history.jsonl":{"offset":%d,"content":[%s]}}}`, offset, content))
		require.Equal(t, http.StatusOK, status, body)
	}
	post(0, `"a","b"`)
	old := view(t, srv)
	post(1, `"B","c"`)
	assert.Equal(t, []string{"a", "b"}, old.HistoryLines, "an older view must not change")
	v := view(t, srv)
	assert.Equal(t, []string{"a", "B", "c"}, v.HistoryLines)
	assert.Equal(t, 1, v.Overwritten)
	post(5, `"f"`)
	v = view(t, srv)
	assert.Equal(t, []string{"a", "B", "c", "f"}, v.HistoryLines)
	assert.Equal(t, 2, v.Missing)
	post(3, `"d","e"`)
	v = view(t, srv)
	assert.Equal(t, []string{"a", "B", "c", "d", "e", "f"}, v.HistoryLines)
	assert.Zero(t, v.Missing)
	assert.Nil(t, v.History()[0], "not an object")
}

func TestFileStream_InvalidPost_IsRefused(t *testing.T) {
	t.Parallel()
	srv, c := running(t)
	for name, body := range map[string]string{
		"empty": ``, "no JSON": `{`, "list": `[]`, "rest": `{} {}`, "files": `{"files":[]}`, "content": `{"files":{"output.log":{"content":"x"}}}`,
		"number": `{"files":{"output.log":{"content":[1]}}}`, "offset": `{"files":{"output.log":{"offset":-1,"content":["x"]}}}`,
		"offset beyond the bound": `{"files":{"output.log":{"offset":1099511627777,"content":["x"]}}}`,
		"huge offset":             `{"files":{"output.log":{"offset":1e300,"content":["x"]}}}`, "flag": `{"complete":1}`, "exit code": `{"exitcode":"0"}`,
		"deep": `{"x":` + strings.Repeat("[", 10000) + strings.Repeat("]", 10000) + `}`,
	} {
		status, text := c.stream("acme", "p", "r", body)
		assert.Equal(t, http.StatusBadRequest, status, name)
		assert.Contains(t, text, `{"error":"malformed`, name)
	}
	assert.Zero(t, view(t, srv).Streams)
	for name, tc := range map[string]struct {
		key, entity, project, id string
		status                   int
		body                     string
	}{
		"no key":     {"", "acme", "p", "r", 401, `{"error":"user is not logged in"}`},
		"foreign":    {wandbtest.AliceKey, "globex", "vision", "r", 404, `{"error":"project not found"}`},
		"no run":     {wandbtest.AliceKey, "acme", "p", "other", 404, `{"error":"Run does not exist acme/p/other"}`},
		"no project": {wandbtest.AliceKey, "acme", "none", "r", 404, `{"error":"project not found"}`},
		"no entity":  {wandbtest.AliceKey, "none", "p", "r", 404, `{"error":"project not found"}`},
	} {
		status, text := as(t, srv, tc.key).stream(tc.entity, tc.project, tc.id, `{}`)
		assert.Equal(t, tc.status, status, name)
		assert.Equal(t, tc.body, text, name)
	}
}

func TestFileStream_Gzip_IsAccepted(t *testing.T) {
	t.Parallel()
	srv, c := running(t)
	var packed bytes.Buffer
	zw := gzip.NewWriter(&packed)
	fmt.Fprint(zw, `{"files":{"output.log":{"offset":0,"content":["zipped"]}}}`)
	require.NoError(t, zw.Close())
	header := http.Header{"Content-Encoding": {"gzip"}}
	got, err := c.try(http.MethodPost, "/files/acme/p/r/file_stream", packed.Bytes(), header)
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, got.status)
	assert.Equal(t, []string{"zipped"}, view(t, srv).Logs)
	requests := srv.Requests()
	assert.Contains(t, string(requests[len(requests)-1].Body), "zipped", "recorded as it was meant")
	got, err = c.try(http.MethodPost, "/files/acme/p/r/file_stream", []byte("not gzip"), header)
	require.NoError(t, err)
	assert.Equal(t, http.StatusBadRequest, got.status)
}

func TestRun_ExitCodeStopOrSilence_HasState(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		stop   bool
		silent time.Duration
		last   string
		want   string
	}{
		"running":           {last: `{}`, want: "running"},
		"finished":          {last: `{"complete":true,"exitcode":0}`, want: "finished"},
		"failed":            {last: `{"complete":true,"exitcode":1}`, want: "failed"},
		"interrupted":       {last: `{"complete":true,"exitcode":255}`, want: "failed"},
		"crashed":           {last: `{"complete":true,"exitcode":254}`, want: "crashed"},
		"killed":            {stop: true, last: `{"complete":true,"exitcode":255}`, want: "killed"},
		"stopping":          {stop: true, last: `{}`, want: "running"},
		"silent":            {last: `{}`, silent: 5*time.Minute + time.Second, want: "crashed"},
		"almost silent":     {last: `{}`, silent: 5 * time.Minute, want: "running"},
		"silent after end":  {last: `{"complete":true,"exitcode":0}`, silent: time.Hour, want: "finished"},
		"resumed after end": {last: `{"complete":true,"exitcode":1}` + "\n" + `{}`, want: "running"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var now atomic.Int64
			srv, c := running(t, wandbtest.WithClock(func() time.Time { return time.Unix(now.Load(), 0) }))
			if tc.stop {
				require.NoError(t, srv.StopRun("acme", "p", "r"))
			}
			for body := range strings.SplitSeq(tc.last, "\n") {
				status, reply := c.stream("acme", "p", "r", body)
				require.Equal(t, http.StatusOK, status)
				assert.Equal(t, tc.stop, strings.Contains(reply, `"stopped":true`))
			}
			now.Store(int64(tc.silent / time.Second))
			assert.Equal(t, tc.want, view(t, srv).State)
			const q = `{ project(name: "p", entityName: "acme") { run(name: "r") { state stopped } } }`
			assert.Equal(t, tc.want, c.query("project.run.state", q, nil))
			assert.Equal(t, tc.stop, c.query("project.run.stopped", q, nil))
		})
	}
}

// What becomes of a run whose machine is taken away.
func TestRun_Preempted_HasState(t *testing.T) {
	t.Parallel()
	const preempting, heartbeat = `{"preempting":true}`, `{}`
	type post struct {
		after time.Duration // since the last
		body  string
	}
	for name, tc := range map[string]struct {
		posts  []post
		silent time.Duration // in the end
		want   string
	}{
		"said":                       {[]post{{0, preempting}}, 0, "preempting"},
		"and goes on":                {[]post{{0, preempting}, {time.Minute, heartbeat}}, 5 * time.Minute, "preempting"},
		"taken away":                 {[]post{{0, preempting}}, 5*time.Minute + time.Second, "preempted"},
		"finished in time":           {[]post{{0, preempting}, {time.Second, `{"complete":true,"exitcode":143}`}}, time.Hour, "failed"},
		"resumed on another machine": {[]post{{0, preempting}, {time.Hour, heartbeat}}, time.Minute, "running"},
		"which then crashes":         {[]post{{0, preempting}, {time.Hour, heartbeat}}, time.Hour, "crashed"},
		"or is taken away in turn":   {[]post{{0, preempting}, {time.Hour, heartbeat}, {0, preempting}}, time.Hour, "preempted"},
		"resumed after its end":      {[]post{{0, preempting}, {0, `{"complete":true,"exitcode":1}`}, {0, heartbeat}}, 0, "running"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var now atomic.Int64
			srv, c := running(t, wandbtest.WithClock(func() time.Time { return time.Unix(0, now.Load()) }))
			for _, p := range tc.posts {
				now.Add(int64(p.after))
				status, reply := c.stream("acme", "p", "r", p.body)
				require.Equal(t, http.StatusOK, status, reply)
			}
			now.Add(int64(tc.silent))
			v := view(t, srv)
			assert.Equal(t, tc.want, v.State)
			assert.True(t, v.Preempting, "once said, it stays")
			assert.Equal(t, tc.want, c.query("project.run.state", `{ project(name: "p", entityName: "acme") { run(name: "r") { state } } }`, nil))
		})
	}
}

// The memory in which posts are read is used again and
// again, and nothing of one may turn up in another.
func TestPost_LaterPosts_LeaveStoredLinesUnchanged(t *testing.T) {
	t.Parallel()
	for name, shown := range map[string]bool{"usual": false, "shown to the test": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, c := running(t)
			kept := make(chan []byte, 1)
			if shown {
				srv.Inject(wandbtest.Fault{Operation: "file_stream", Match: func(_ *http.Request, body []byte) bool {
					select {
					case kept <- body:
					default:
					}
					return false
				}})
			}
			text := func(i int) string { return strings.Repeat(fmt.Sprintf(`<%d\"\u00e9>`, i), 100*(i%5+1)) }
			body := func(i int) string {
				return fmt.Sprintf(`{"files":{"wandb-history.jsonl":{"offset":%d,"content":["%s"]},"f%d":{"content":["%s"]}},"uploaded":["u%d"]}`, i, text(i), i, text(i), i)
			}
			const posts = 40
			var wrong atomic.Int32
			var all sync.WaitGroup
			for i := range posts {
				all.Go(func() {
					if status, _ := c.stream("acme", "p", "r", body(i)); status != http.StatusOK {
						wrong.Add(1)
					}
				})
			}
			all.Wait()
			assert.Zero(t, wrong.Load())
			v := view(t, srv)
			bodies := map[string]bool{}
			for i := range posts {
				want := strings.NewReplacer(`\"`, `"`, `\u00e9`, "é").Replace(text(i))
				assert.Equal(t, want, v.HistoryLines[i])
				assert.Equal(t, []string{want}, v.Streamed[fmt.Sprint("f", i)])
				assert.Contains(t, v.Uploaded, fmt.Sprint("u", i))
				bodies[body(i)] = true
			}
			for _, r := range srv.Requests()[1:] {
				assert.True(t, bodies[string(r.Body)], "%.80s", r.Body)
			}
			if shown {
				assert.True(t, bodies[string(<-kept)], "what a test was shown stays")
			}
		})
	}
}

func FuzzFileStream(f *testing.F) {
	srv, c := running(f)
	for _, seed := range []string{
		`{}`, `{"files":{"wandb-history.jsonl":{"offset":3,"content":["{\"a\":NaN}","\ud83d\ude00 \ud83d"]}}}`,
		`{"uploaded":["a"],"complete":true,"exitcode":-1e9,"preempting":false}`, `{"files":null,"uploaded":null}`, "\x00", `{"a":"\u12`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		c := c.in(t)
		status, text := c.stream("acme", "p", "r", string(body))
		if status != http.StatusOK && status != http.StatusBadRequest {
			t.Fatalf("%d %s", status, text)
		}
		v, _ := srv.Run("acme", "p", "r")
		v.History()
		if len(v.HistoryLines)+v.Missing < len(v.HistoryLines) {
			t.Fatal("negative count of missing lines")
		}
	})
}

// BenchmarkFileStream posts rows of 20 metrics in requests of 1000.
func BenchmarkFileStream(b *testing.B) {
	_, c := running(b)
	row := `"{\"_step\":1,\"_runtime\":12.5` + strings.Repeat(`,\"metric\":0.123456789`, 20) + `}"`
	content := strings.Repeat(row+",", 999) + row
	offset := 0
	for b.Loop() {
		body := fmt.Sprintf(`{"files":{"wandb-history.jsonl":{"offset":%d,"content":[%s]}}}`, offset, content)
		status, _ := c.stream("acme", "p", "r", body)
		if status != http.StatusOK {
			b.Fatal(status)
		}
		b.SetBytes(int64(len(body)))
		offset += 1000
	}
	b.ReportMetric(float64(offset)/b.Elapsed().Seconds(), "rows/s")
}
