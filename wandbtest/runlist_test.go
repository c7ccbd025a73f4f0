package wandbtest_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/wandbtest"
)

// listed starts a server with six runs, r0 to r5, and returns a function that lists those
// that match.
func listed(t *testing.T) (*client, func(filter, order string) string) {
	t.Helper()
	srv := wandbtest.New(t, wandbtest.Solo())
	c := as(t, srv, wandbtest.AliceKey)
	for i := range 6 {
		c.mustUpsert("acme", "p", "r"+strconv.Itoa(i), "config", fmt.Sprintf(`{"lr":{"value":%d},"net":{"value":{"depth":%d}},"a.b":{"value":"x"}}`, i, i%2),
			"summaryMetrics", fmt.Sprintf(`{"loss":%d,"val/loss":{"min":%d}}`, (i*5)%6, i), "tags", []string{"t" + strconv.Itoa(i%3), "all"}, "groupName", "g"+strconv.Itoa(i/3))
	}
	status, _ := c.stream("acme", "p", "r1", `{"complete":true,"exitcode":0}`)
	require.Equal(t, http.StatusOK, status)
	return c, func(filter, order string) string {
		edges := c.query("project.runs.edges", `query($f: JSONString, $o: String) { project(name: "p", entityName: "acme") { runs(filters: $f, order: $o) { edges { node { name } } } } }`,
			map[string]any{"f": filter, "o": order})
		var names []string
		for _, e := range edges.([]any) {
			names = append(names, strings.TrimPrefix(at(e, "node.name").(string), "r"))
		}
		return strings.Join(names, " ")
	}
}

func TestRuns_Filter_ListsMatchingRuns(t *testing.T) {
	t.Parallel()
	_, list := listed(t)
	for filter, want := range map[string]string{
		``:                              "0 1 2 3 4 5",
		`{}`:                            "0 1 2 3 4 5",
		`null`:                          "0 1 2 3 4 5",
		`{"state":"finished"}`:          "1",
		`{"config.lr":{"$gte":4}}`:      "4 5",
		`{"config.lr.value":{"$lt":2}}`: "0 1",
		`{"config.net.depth":1}`:        "1 3 5",
		`{"config.net.value.depth":1}`:  "1 3 5",
		`{"config.a.b":"x"}`:            "0 1 2 3 4 5",
		`{"summary_metrics.loss":{"$gt":1,"$lte":3}}`:    "3 4",
		`{"summary_metrics.val/loss.min":{"$in":[1,2]}}`: "1 2",
		`{"tags":"t1"}`:                                                  "1 4",
		`{"tags":{"$in":["t1","t2"]}}`:                                   "1 2 4 5",
		`{"tags":{"$nin":["t1","t2"]}}`:                                  "0 3",
		`{"$or":[{"name":"r0"},{"group":"g1"}]}`:                         "0 3 4 5",
		`{"$and":[{"group":"g0"},{"name":{"$ne":"r0"}}]}`:                "1 2",
		`{"$nor":[{"group":"g0"},{"name":"r5"}]}`:                        "3 4",
		`{"name":{"$regex":"^r[45]$"}}`:                                  "4 5",
		`{"name":{"$not":{"$regex":"^r[45]$"}}}`:                         "0 1 2 3",
		`{"config.none":{"$exists":false},"config.lr":{"$exists":true}}`: "0 1 2 3 4 5",
		`{"username":"alice","jobType":null}`:                            "0 1 2 3 4 5",
	} {
		assert.Equal(t, want, list(filter, ""), filter)
	}
}

func TestRuns_InvalidFilter_IsRefused(t *testing.T) {
	t.Parallel()
	c, _ := listed(t)
	for _, filter := range []string{`[`, `[]`, `{"$and":1}`, `{"a":{"$in":1}}`, `{"a":{"$regex":"("}}`, `{"a":{"$near":1}}`, `{"a":{"$not":{"$x":1}}}`, `{"$or":[1]}`} {
		status, body := c.graphql(`query($f: JSONString) { project(name: "p", entityName: "acme") { name runs(filters: $f) { totalCount } } }`, map[string]any{"f": filter})
		assert.Equal(t, http.StatusOK, status, filter)
		assert.Contains(t, body, "invalid filters", filter)
	}
}

func TestRuns_Order_SortsAndPutsMissingLast(t *testing.T) {
	t.Parallel()
	c, list := listed(t)
	c.mustUpsert("acme", "p", "r9")
	for order, want := range map[string]string{
		"":                        "0 1 2 3 4 5 9",
		"+created_at":             "0 1 2 3 4 5 9",
		"-summary_metrics.loss":   "1 2 3 4 5 0 9",
		"+summary_metrics.loss":   "0 5 4 3 2 1 9",
		"-group,+config.lr":       "3 4 5 0 1 2 9",
		"+group,-config.lr.value": "2 1 0 5 4 3 9",
	} {
		assert.Equal(t, want, list("", order), order)
	}
}

func TestRuns_Pages_FollowTheCursor(t *testing.T) {
	t.Parallel()
	c, _ := listed(t)
	var names []string
	cursor := ""
	for range 10 {
		page := c.query("project.runs", `query($c: String) { project(name: "p", entityName: "acme") { runCount runs(first: 4, after: $c) { pageInfo { hasNextPage endCursor } edges { cursor node { name } } } } }`, map[string]any{"c": cursor})
		for _, e := range at(page, "edges").([]any) {
			names = append(names, at(e, "node.name").(string))
		}
		if more, _ := at(page, "pageInfo.hasNextPage").(bool); !more {
			break
		}
		cursor = at(page, "pageInfo.endCursor").(string)
	}
	assert.Equal(t, []string{"r0", "r1", "r2", "r3", "r4", "r5"}, names)
}
