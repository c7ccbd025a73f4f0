package wandbtest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/wandbtest"
)

// timeline is what a client does, by the time at which it does it.
type timeline []event

type event struct {
	at   time.Duration
	what any // a post's body, or what else is done
}

type (
	upserts struct{} // the run, once more
	rewinds struct{ to int }
	puts    struct{ file string }
	says    struct{ writer, body string } // in shared mode
)

// play makes a run of the timeline and returns it as it is at its end, or later.
func play(t *testing.T, line timeline, later time.Duration) wandbtest.RunView {
	t.Helper()
	began := time.Unix(1_800_000_000, 0)
	now := began
	srv, c := running(t, wandbtest.WithClock(func() time.Time { return now }))
	stream := func(c *client, body string) {
		status, reply := c.stream("acme", "p", "r", body)
		require.Equal(t, http.StatusOK, status, reply)
	}
	for _, e := range line {
		now = began.Add(e.at)
		switch what := e.what.(type) {
		case string:
			stream(c, what)
		case says:
			stream(c.asWriter(what.writer), what.body)
		case upserts:
			c.mustUpsert("acme", "p", "r")
		case rewinds:
			c.query("rewindRun", `mutation R($to: Float!) { rewindRun(input: {entityName: "acme", projectName: "p", runName: "r", metricName: "_step", metricValue: $to}) { rewoundRun { id } } }`,
				map[string]any{"to": what.to})
		case puts:
			status, body := as(t, srv, "").do(http.MethodPut, c.createFile(what.file), []byte("x"))
			require.Equal(t, http.StatusOK, status, body)
		}
	}
	now = now.Add(later)
	return view(t, srv)
}

// rows is a post with one row for each step, from an offset on.
func rows(offset int, steps ...int) string {
	var lines []string
	for _, step := range steps {
		lines = append(lines, fmt.Sprintf(`"{\"_step\":%d}"`, step))
	}
	return fmt.Sprintf(`{"files":{"wandb-history.jsonl":{"offset":%d,"content":[%s]}}}`, offset, strings.Join(lines, ","))
}

const final = `{"complete":true,"exitcode":0}`

func TestViolations_EachKind_IsListed(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		line timeline
		want []string
	}{
		"all is well": {timeline{{0, rows(0, 0, 1)}, {0, `{}`}, {0, rows(2, 5, 5)}, {0, puts{"f"}}, {0, `{"uploaded":["f"],"complete":true,"exitcode":0}`}}, nil},
		"a gap": {timeline{{0, rows(0, 0)}, {0, rows(2, 1)}, {0, final}}, []string{
			"wandb-history.jsonl: lines start at 2; want 1",
			"wandb-history.jsonl: 1 lines are missing at the final post",
		}},
		"a gap that is filled": {timeline{{0, rows(1, 1)}, {0, rows(0, 0)}, {0, final}}, []string{
			"wandb-history.jsonl: lines start at 1; want 0",
		}},
		"a gap in the system metrics": {timeline{{0, `{"files":{"wandb-events.jsonl":{"offset":1,"content":["{}"]}}}`}}, []string{
			"wandb-events.jsonl: lines start at 1; want 0",
		}},
		"lines again":       {timeline{{0, rows(0, 0, 1)}, {0, rows(0, 0, 1)}, {0, rows(1, 1, 2)}}, nil},
		"other lines":       {timeline{{0, rows(0, 0, 1, 2)}, {0, rows(0, 0, 3, 4)}}, []string{"wandb-history.jsonl: line 1 was sent again with other content"}},
		"a summary again":   {timeline{{0, `{"files":{"wandb-summary.json":{"offset":0,"content":["{}"]}}}`}, {0, `{"files":{"wandb-summary.json":{"offset":0,"content":["{\"a\":1}"]}}}`}}, nil},
		"steps go back":     {timeline{{0, rows(0, 0, 5, 3, 4)}, {0, rows(4, 2)}}, []string{"wandb-history.jsonl: row 2 has step 3 after step 5", "wandb-history.jsonl: row 4 has step 2 after step 4"}},
		"rows without step": {timeline{{0, `{"files":{"wandb-history.jsonl":{"offset":0,"content":["{\"_step\":3}","{}","no row","{\"_step\":2}"]}}}`}}, []string{"wandb-history.jsonl: row 3 has step 2 after step 3"}},
		"after the end":     {timeline{{0, final}, {0, rows(0, 0)}, {0, puts{"f"}}}, []string{"a post after the final one", `file "f" was uploaded after the final post`}},
		"the end again":     {timeline{{0, rows(0, 0)}, {0, final}, {0, final}}, nil},
		"the last rows again, with the end": {timeline{
			{0, strings.Replace(rows(0, 0), "}}}", `}},"complete":true}`, 1)}, {0, strings.Replace(rows(0, 0), "}}}", `}},"complete":true}`, 1)},
		}, nil},
		"another end": {timeline{{0, final}, {0, strings.Replace(rows(0, 0), "}}}", `}},"complete":true}`, 1)}}, []string{"a post after the final one"}},
		"resumed":     {timeline{{0, rows(0, 0, 1)}, {0, final}, {0, upserts{}}, {0, puts{"f"}}, {0, rows(2, 2)}, {0, final}}, nil},
		"begun anew":  {timeline{{0, rows(0, 0, 1)}, {0, final}, {0, upserts{}}, {0, rows(2, 0, 1)}, {0, final}, {0, upserts{}}, {0, rows(4, 0)}, {0, final}}, nil},
		"begun anew in the middle": {timeline{{0, rows(0, 0, 1)}, {0, upserts{}}, {0, rows(2, 0)}}, []string{
			"wandb-history.jsonl: row 2 has step 0 after step 1",
		}},
		"rewound":           {timeline{{0, rows(0, 0, 1, 2)}, {0, final}, {0, rewinds{1}}, {0, upserts{}}, {0, rows(2, 2, 3)}, {0, final}}, nil},
		"rewound and wrong": {timeline{{0, rows(0, 0, 1, 2)}, {0, final}, {0, upserts{}}, {0, rewinds{0}}, {0, rows(1, 5, 4)}}, []string{"wandb-history.jsonl: row 2 has step 4 after step 5"}},
		"shared": {timeline{
			{0, says{"a", rows(0, 5, 1)}}, {0, says{"b", rows(0, 0)}}, {0, says{"a", final}}, {0, says{"b", rows(1, 0)}}, {0, puts{"f"}},
		}, nil},
		"shared, and one is wrong": {timeline{
			{0, says{"a", rows(0, 0)}}, {0, says{"b", rows(1, 0)}}, {0, says{"a", final}}, {0, says{"a", `{}`}}, {0, says{"b", final}},
		}, []string{
			"writer a: a post after the final one",
			"writer b: wandb-history.jsonl: lines start at 1; want 0",
			"writer b: wandb-history.jsonl: 1 lines are missing at the final post",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tc.want, play(t, tc.line, 0).Violations(wandbtest.Pace{}))
		})
	}
}

func TestViolations_PostsOffPace_AreListed(t *testing.T) {
	t.Parallel()
	const s = time.Second
	pace := wandbtest.Pace{Interval: 10 * s, Heartbeat: 20 * s, Full: 1000}
	large := `{"files":{"x":{"content":["` + strings.Repeat("x", 900) + `"]}}}`
	console := func(offset int) string {
		return fmt.Sprintf(`{"files":{"output.log":{"offset":%d,"content":["a","b"]}}}`, offset)
	}
	for name, tc := range map[string]struct {
		line  timeline
		later time.Duration
		want  []string
	}{
		"all is well":           {timeline{{s, rows(0, 0)}, {11 * s, rows(1, 1)}, {31 * s, `{}`}, {31 * s, rows(2, 2)}, {32 * s, final}}, time.Hour, nil},
		"too soon":              {timeline{{0, rows(0, 0)}, {5 * s, rows(1, 1)}}, 0, []string{"post at 5s: 5s after the previous post; want at least 10s"}},
		"a little too soon":     {timeline{{0, rows(0, 0)}, {9 * s, rows(1, 1)}}, 0, nil},
		"heartbeats between":    {timeline{{0, rows(0, 0)}, {1 * s, `{}`}, {2 * s, rows(1, 1)}}, 0, []string{"post at 2s: 2s after the previous post; want at least 10s"}},
		"the end":               {timeline{{0, rows(0, 0)}, {s, `{"uploaded":["f"],"complete":true}`}}, 0, nil},
		"the next process":      {timeline{{0, rows(0, 0)}, {s, final}, {2 * s, upserts{}}, {2 * s, rows(1, 1)}}, 0, nil},
		"preempting":            {timeline{{0, rows(0, 0)}, {s, `{"preempting":true}`}}, 0, nil},
		"after preempting":      {timeline{{0, `{"preempting":true}`}, {s, `{"uploaded":["f"]}`}}, 0, []string{"post at 1s: 1s after the previous post; want at least 10s"}},
		"the first rows":        {timeline{{0, `{"uploaded":["f"]}`}, {s, rows(0, 0)}, {2 * s, rows(1, 1)}}, 0, []string{"post at 2s: 1s after the previous post; want at least 10s"}},
		"full":                  {timeline{{0, rows(0, 0)}, {s, large}}, 0, nil},
		"what did not fit":      {timeline{{0, large}, {s, rows(0, 0)}, {2 * s, rows(1, 1)}}, 0, []string{"post at 2s: 1s after the previous post; want at least 10s"}},
		"console goes on":       {timeline{{0, console(0)}, {s, console(2)}}, 0, []string{"post at 1s: 1s after the previous post; want at least 10s"}},
		"console goes back":     {timeline{{0, console(2)}, {s, console(0)}}, 0, nil},
		"repeated":              {timeline{{0, rows(0, 0)}, {s, rows(0, 0)}, {10 * s, rows(1, 1)}}, 0, nil},
		"silent":                {timeline{{31 * s, `{}`}, {70 * s, rows(0, 0)}}, 0, []string{"post at 31s: no post for 31s; want a heartbeat every 20s", "post at 1m10s: no post for 39s; want a heartbeat every 20s"}},
		"a little late":         {timeline{{30 * s, `{}`}, {60 * s, `{}`}}, 30 * s, nil},
		"silent now":            {timeline{{0, `{}`}}, 31 * s, []string{"no post for the last 31s; want a heartbeat every 20s"}},
		"silent from the start": {nil, 31 * s, []string{"no post for the last 31s; want a heartbeat every 20s"}},
		"at its end":            {timeline{{0, final}, {time.Hour, upserts{}}, {time.Hour, rows(0, 0)}}, 0, nil},
		"shared: each by itself": {timeline{
			{0, says{"a", rows(0, 0)}}, {s, says{"b", rows(0, 0)}}, {10 * s, says{"a", `{}`}}, {31 * s, says{"b", `{}`}}, {33 * s, says{"a", `{}`}},
		}, 0, nil},
		"shared: one of them": {timeline{
			{0, says{"a", rows(0, 0)}}, {time.Minute, says{"a", `{}`}}, {time.Minute, says{"late", rows(0, 0)}}, {61 * s, says{"late", rows(1, 0)}},
		}, 0, []string{"writer a: post at 1m0s: no post for 1m0s; want a heartbeat every 20s", "writer late: post at 1m1s: 1s after the previous post; want at least 10s"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := play(t, tc.line, tc.later)
			assert.Equal(t, tc.want, v.Violations(pace))
			assert.Empty(t, v.Violations(wandbtest.Pace{}), "no pace is judged unless it is given")
		})
	}
}

// What is remembered of each post.
func TestRunView_Posts_DescribesEachPost(t *testing.T) {
	t.Parallel()
	v := play(t, timeline{{time.Second, rows(0, 0, 1)}, {2 * time.Second, rows(1, 1, 2)}, {3 * time.Second, rows(1, 1, 2)}, {4 * time.Second, `{}`}, {5 * time.Second, `{"preempting":true}`}, {6 * time.Second, final}}, 0)
	var got []string
	for _, p := range v.Posts {
		got = append(got, fmt.Sprint(p.At.Sub(v.CreatedAt), p.Bytes, p.Rows, p.Heartbeat, p.Complete, p.Preempting, p.Repeated))
	}
	assert.Equal(t, []string{
		"1s 90 2 false false false false", "2s 90 1 false false false false", "3s 90 0 false false false true",
		"4s 2 0 true false false false", "5s 19 0 false false true false", "6s 30 0 false true false false",
	}, got)
}
