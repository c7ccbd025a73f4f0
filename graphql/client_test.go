package graphql

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	gql "github.com/Khan/genqlient/graphql"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/wandgo/wandgo/internal/transport"
)

// serve handles every request with handle and returns a client of the server.
func serve(t *testing.T, o Options, handle http.HandlerFunc) *Client {
	t.Helper()
	srv := httptest.NewServer(handle)
	t.Cleanup(srv.Close)
	o.BaseURL = srv.URL
	c, err := New(o)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, c.Close()) })
	return c
}

func respond(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Request-Id", "req-1")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func TestMakeRequest_Upsert_SendsQueryAndHeaders(t *testing.T) {
	t.Parallel()
	var got *http.Request
	var body []byte
	c := serve(t, Options{APIKey: testKey}, func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		_, _ = io.WriteString(w, `{"data":{"upsertBucket":{"inserted":true,"bucket":{"id":"UnVu","name":"r1","project":{"name":"p","entity":{"name":"e"}}}}}}`)
	})
	resp, err := UpsertBucket(t.Context(), c, UpsertBucketInput{Name: new("r1"), EntityName: new("e")})
	require.NoError(t, err)
	assert.True(t, *resp.UpsertBucket.Inserted)
	assert.Equal(t, "e", resp.UpsertBucket.Bucket.Project.Entity.Name)

	assert.Equal(t, "POST /graphql", got.Method+" "+got.URL.Path)
	assert.EqualValues(t, len(body), got.ContentLength)
	user, password, ok := got.BasicAuth()
	assert.True(t, ok)
	assert.Equal(t, "api:"+testKey, user+":"+password)
	for name := range got.Header {
		assert.NotEqual(t, "Use-Admin-Privileges", name, "a diagnosis must not see more than the request it explains")
	}
	var sent struct {
		Query         string
		OperationName string
		Variables     struct{ Input map[string]any }
	}
	require.NoError(t, json.Unmarshal(body, &sent))
	assert.Equal(t, "UpsertBucket", sent.OperationName)
	assert.Equal(t, UpsertBucket_Operation, sent.Query)
	assert.Equal(t, map[string]any{"name": "r1", "entityName": "e"}, sent.Variables.Input, "what is not set is not sent")
}

func TestMakeRequest_Refused_ReturnsError(t *testing.T) {
	t.Parallel()
	c := serve(t, Options{APIKey: testKey}, respond(403,
		`{"data":{"upsertBucket":null},"errors":[{"message":"permission denied","path":["upsertBucket"],"extensions":{"code":"PERMISSION_ERROR"}}]}`))
	_, err := UpsertBucket(t.Context(), c, UpsertBucketInput{})
	e, ok := errors.AsType[*Error](err)
	require.True(t, ok)
	assert.Equal(t, "UpsertBucket: HTTP 403: permission denied (PERMISSION_ERROR) [request id req-1]", err.Error())
	assert.Equal(t, "req-1", e.RequestID)
	assert.Equal(t, 1, e.Attempts)
	assert.Equal(t, "application/json", e.ContentType)

	// Both names of the type find it.
	ours, ok := errors.AsType[*HTTPError](err)
	require.True(t, ok)
	theirs, ok := errors.AsType[*gql.HTTPError](err)
	require.True(t, ok)
	assert.Same(t, ours, theirs)
	assert.Equal(t, 403, ours.StatusCode)
	assert.Equal(t, "PERMISSION_ERROR", ours.Response.Errors[0].Extensions["code"])
}

func TestDiagnose_PartlyRefused_ReturnsDataAndErrors(t *testing.T) {
	t.Parallel()
	c := serve(t, Options{APIKey: testKey}, respond(200, `{
		"errors":[
			{"message":"permission denied","path":["roles","members"],"extensions":{"code":"PERMISSION_ERROR"}},
			{"message":"permission denied","path":["seats","organization","members",0,"modelsSeat"]}],
		"data":{
			"viewer":{"id":"1","username":"jo","teams":{"edges":[{"node":{"name":"acme"}}]}},
			"entity":{"name":"acme","isTeam":true,"readOnly":true},
			"project":null,"roles":null,"seats":null}}`))
	resp, err := Diagnose(t.Context(), c.ForProbes(), "acme", "vision", "r1", true, false)
	require.Error(t, err)
	require.NotNil(t, resp.Viewer, "the answer is lost")
	assert.Equal(t, "jo", *resp.Viewer.Username)
	assert.True(t, *resp.Entity.ReadOnly)
	assert.Nil(t, resp.Roles)
	e, ok := errors.AsType[*Error](err)
	require.True(t, ok)
	assert.True(t, e.HasData)
	assert.False(t, e.IsValidation())
	assert.Len(t, e.ErrorsAt("roles"), 1)
	assert.Len(t, e.ErrorsAt("seats"), 1)
	assert.Empty(t, e.ErrorsAt("project"))
	list, ok := errors.AsType[gqlerror.List](err)
	require.True(t, ok)
	assert.Len(t, list, 2)
	_, ok = errors.AsType[*HTTPError](err)
	assert.False(t, ok, "a 200 is no HTTP error")
}

func TestMakeRequest_Redirect_ReturnsError(t *testing.T) {
	t.Parallel()
	c := serve(t, Options{APIKey: testKey}, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "https://login.example/start?state=secret")
		w.WriteHeader(302)
	})
	_, err := Viewer(t.Context(), c)
	e, ok := errors.AsType[*Error](err)
	require.True(t, ok)
	assert.Equal(t, 302, e.StatusCode)
	assert.Equal(t, "https://login.example/start", e.Location)
	assert.Equal(t, "Viewer: HTTP 302, a redirect to https://login.example/start", err.Error())
}

func TestMakeRequest_NullData_ReturnsError(t *testing.T) {
	t.Parallel()
	c := serve(t, Options{}, respond(200, `{"data":null}`))
	_, err := Viewer(t.Context(), c)
	require.ErrorIs(t, err, errNoData, "else it would read as a null viewer, that is, a bad key")
	c = serve(t, Options{}, respond(200, `{"data":{"viewer":null}}`))
	resp, err := Viewer(t.Context(), c)
	require.NoError(t, err)
	assert.Nil(t, resp.Viewer)
}

// fake responds from a function, without a network, so that time can be faked.
type fake func(attempt int, req *http.Request) (int, string, error)

func (f fake) client(t *testing.T, attempts *int) *Client {
	t.Helper()
	rt := roundTripper(func(req *http.Request) (*http.Response, error) {
		*attempts++
		status, body, err := f(*attempts, req)
		if err != nil {
			return nil, err
		}
		return &http.Response{
			StatusCode: status, Header: http.Header{}, Request: req,
			Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
		}, nil
	})
	c, err := New(Options{BaseURL: "https://api.test", APIKey: testKey, HTTPClient: &http.Client{Transport: rt}})
	require.NoError(t, err)
	return c
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func TestMakeRequest_EachOperation_RetriesByItsPolicy(t *testing.T) {
	t.Parallel()
	conflict := fake(func(int, *http.Request) (int, string, error) { return 409, "", nil })
	down := fake(func(int, *http.Request) (int, string, error) { return 503, "", nil })
	upsert := func(ctx context.Context, c *Client) error {
		_, err := UpsertBucket(ctx, c, UpsertBucketInput{})
		return err
	}
	viewer := func(ctx context.Context, c *Client) error { _, err := Viewer(ctx, c); return err }
	for _, tc := range []struct {
		name   string
		server fake
		call   func(context.Context, *Client) error
		change func(*Client) *Client
		want   int
	}{
		{"upsertBucket retries a conflict", conflict, upsert, nil, 4},
		{"others do not", conflict, viewer, nil, 1},
		{"twenty retries", down, viewer, nil, 21},
		{"one for a probe", down, viewer, (*Client).ForProbes, 2},
		{"none on request", down, upsert, func(c *Client) *Client { return &Client{inner: c.inner.WithPolicy(transport.Policy{})} }, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var attempts int
				c := tc.server.client(t, &attempts)
				if tc.change != nil {
					c = tc.change(c)
				}
				e, ok := errors.AsType[*Error](tc.call(t.Context(), c))
				require.True(t, ok)
				assert.Equal(t, tc.want, attempts)
				assert.Equal(t, tc.want, e.Attempts)
			})
		})
	}
}

func TestMakeRequest_TimeoutWhileRetrying_NamesLastStatus(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var attempts int
		c := fake(func(n int, req *http.Request) (int, string, error) {
			if n == 1 {
				return 503, `{"error":"down for maintenance"}`, nil
			}
			<-req.Context().Done()
			return 0, "", req.Context().Err()
		}).client(t, &attempts)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		_, err := Viewer(ctx, c)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, "Viewer: context deadline exceeded (after 2 attempts, the last response was HTTP 503)", err.Error())
		e, ok := errors.AsType[*Error](err)
		require.True(t, ok)
		assert.False(t, e.Answered())
		assert.Equal(t, 503, e.StatusCode)
		assert.Equal(t, "down for maintenance", e.Message)
		assert.Equal(t, 2, e.Attempts)
		_, ok = errors.AsType[*HTTPError](err)
		assert.False(t, ok, "the answer that was retried is not the outcome")
	})
}

func TestMakeRequest_NoConnection_ReturnsNetworkError(t *testing.T) {
	t.Parallel()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	require.NoError(t, listener.Close())
	c, err := New(Options{BaseURL: "http://" + address, APIKey: testKey})
	require.NoError(t, err)
	defer c.Close()
	_, err = Viewer(t.Context(), c.inner.WithPolicy(transport.Policy{}))
	require.ErrorIs(t, err, syscall.ECONNREFUSED)
	e, ok := errors.AsType[*Error](err)
	require.True(t, ok)
	assert.Zero(t, e.StatusCode)
	assert.Empty(t, e.Kind)
	assert.False(t, e.Answered())
	assert.False(t, e.FromWandB())
	assert.Equal(t, 1, strings.Count(err.Error(), "Viewer"))
}

func TestMakeRequest_VariablesNotEncodable_ReturnsError(t *testing.T) {
	t.Parallel()
	c, err := New(Options{})
	require.NoError(t, err)
	assert.Equal(t, DefaultBaseURL, c.BaseURL())
	err = c.MakeRequest(t.Context(), &gql.Request{OpName: "X", Variables: func() {}}, &gql.Response{})
	require.ErrorContains(t, err, "X: encode GraphQL request")
	_, ok := errors.AsType[*json.UnsupportedTypeError](err)
	assert.True(t, ok)
}
