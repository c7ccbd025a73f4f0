package wandbtest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wandgo/wandgo/wandbtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// client speaks to a server as one account.
type client struct {
	tb  testing.TB
	srv *wandbtest.Server
	key string
	// header is added to every request.
	header http.Header
	http   *http.Client
}

func as(tb testing.TB, srv *wandbtest.Server, key string) *client {
	tb.Helper()
	transport := &http.Transport{DisableCompression: true}
	tb.Cleanup(transport.CloseIdleConnections)
	return &client{tb: tb, srv: srv, key: key, http: &http.Client{Transport: transport}}
}

// in returns the client for use in another test: a fuzz target must not touch
// the *testing.F.
func (c *client) in(tb testing.TB) *client {
	tb.Helper()
	other := *c
	other.tb = tb
	return &other
}

// answer is a response that has been read.
type answer struct {
	status int
	header http.Header
	body   string
}

// try sends a request and returns the transport's error, too. The answer is nil
// if not even its header came.
func (c *client) try(method, path string, body []byte, header http.Header) (*answer, error) {
	c.tb.Helper()
	ctx, cancel := context.WithTimeout(c.tb.Context(), 20*time.Second)
	defer cancel()
	url := path
	if strings.HasPrefix(path, "/") {
		url = c.srv.URL() + path
	}
	req, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	require.NoError(c.tb, err)
	maps.Copy(req.Header, c.header)
	maps.Copy(req.Header, header)
	if c.key != "" {
		req.SetBasicAuth("api", c.key)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return &answer{resp.StatusCode, resp.Header, string(text)}, err
}

func (c *client) do(method, path string, body []byte) (int, string) {
	c.tb.Helper()
	got, err := c.try(method, path, body, nil)
	require.NoError(c.tb, err)
	return got.status, got.body
}

func graphqlBody(tb testing.TB, query string, vars map[string]any) []byte {
	tb.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": vars})
	require.NoError(tb, err)
	return body
}

// graphql sends a document and returns status and body.
func (c *client) graphql(query string, vars map[string]any) (int, string) {
	c.tb.Helper()
	return c.do(http.MethodPost, "/graphql", graphqlBody(c.tb, query, vars))
}

// query sends a document that must succeed and returns what is at the dotted
// path under "data".
func (c *client) query(path, query string, vars map[string]any) any {
	c.tb.Helper()
	status, text := c.graphql(query, vars)
	require.Equal(c.tb, http.StatusOK, status, text)
	var body struct {
		Data   any
		Errors []any
	}
	require.NoError(c.tb, json.Unmarshal([]byte(text), &body), text)
	require.Empty(c.tb, body.Errors, text)
	return at(body.Data, path)
}

// at walks down a decoded JSON value; null on the way gives nil.
func at(v any, path string) any {
	for name := range strings.SplitSeq(path, ".") {
		m, _ := v.(map[string]any)
		v = m[name]
	}
	return v
}

const upsertQuery = `mutation UpsertBucket($input: UpsertBucketInput!) {
  upsertBucket(input: $input) {
    inserted
    bucket { id name displayName config historyLineCount tags project { name entity { name } } }
  }
}`

// upsert sends upsertBucket and returns status and body.
func (c *client) upsert(entity, project, id string, more ...any) (int, string) {
	c.tb.Helper()
	input := map[string]any{"entityName": entity, "modelName": project, "name": id}
	for i := 0; i < len(more); i += 2 {
		input[more[i].(string)] = more[i+1]
	}
	return c.graphql(upsertQuery, map[string]any{"input": input})
}

// mustUpsert makes a run.
func (c *client) mustUpsert(entity, project, id string, more ...any) {
	c.tb.Helper()
	status, text := c.upsert(entity, project, id, more...)
	require.Equal(c.tb, http.StatusOK, status, text)
}

// stream posts to a run's file stream.
func (c *client) stream(entity, project, id, body string) (int, string) {
	c.tb.Helper()
	return c.do(http.MethodPost, "/files/"+entity+"/"+project+"/"+id+"/file_stream", []byte(body))
}

// errorOf returns the first error's message, code and path of a GraphQL body.
func errorOf(tb testing.TB, text string) (message, code string, path []any) {
	tb.Helper()
	var body struct {
		Errors []struct {
			Message    string
			Path       []any
			Extensions *struct{ Code string }
		}
	}
	require.NoError(tb, json.Unmarshal([]byte(text), &body), text)
	if len(body.Errors) == 0 {
		return "", "", nil
	}
	e := body.Errors[0]
	if e.Extensions != nil {
		code = e.Extensions.Code
	}
	return e.Message, code, e.Path
}
