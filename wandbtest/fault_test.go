package wandbtest_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/wandbtest"
)

func TestFault_StatusHeaderBody_ReplaceTheResponse(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		fault     wandbtest.Fault
		status    int
		body      string // "" for the server's own answer
		processed bool
	}{
		"nothing": {wandbtest.Fault{}, 200, "", true},
		"status":  {wandbtest.Fault{Status: 500}, 500, "empty", false},
		"body":    {wandbtest.Fault{Body: "<html>"}, 200, "<html>", false},
		"both":    {wandbtest.Fault{Status: 403, Body: "403 Forbidden"}, 403, "403 Forbidden", false},
		"header":  {wandbtest.Fault{Header: http.Header{"Retry-After": {"7"}}}, 200, "", true},
		"process": {wandbtest.Fault{Status: 502, Process: true}, 502, "empty", true},
		"delay":   {wandbtest.Fault{Delay: time.Millisecond}, 200, "", true},
		"field":   {wandbtest.Fault{RefuseField: "Mutation.upsertBucket", Status: 418}, 418, "", false},
		"by name": {wandbtest.Fault{Operation: "UpsertBucket", Status: 500}, 500, "empty", false},
		"by kind": {wandbtest.Fault{Operation: "graphql", Status: 500}, 500, "empty", false},
		"other":   {wandbtest.Fault{Operation: "file_stream", Status: 500}, 200, "", true},
		"match":   {wandbtest.Fault{Match: func(_ *http.Request, body []byte) bool { return strings.Contains(string(body), "nope") }, Status: 500}, 200, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := wandbtest.New(t, wandbtest.Solo())
			h := srv.Inject(tc.fault)
			c := as(t, srv, wandbtest.AliceKey)
			body := graphqlBody(t, upsertQuery, map[string]any{"input": map[string]any{"name": "r"}})
			got, err := c.try(http.MethodPost, "/graphql", body, nil)
			require.NoError(t, err)
			assert.Equal(t, tc.status, got.status)
			switch tc.body {
			case "":
				assert.True(t, json.Valid([]byte(got.body)))
			case "empty":
				assert.Empty(t, got.body)
			default:
				assert.Equal(t, tc.body, got.body)
			}
			assert.Equal(t, tc.processed, len(srv.Runs()) == 1)
			assert.Equal(t, tc.fault.Header.Get("Retry-After"), got.header.Get("Retry-After"))
			assert.Equal(t, name != "other" && name != "match", h.Hits() == 1)
			assert.Equal(t, tc.status, srv.Requests()[0].Status)
		})
	}
}

func TestFault_Garbage_ProcessesAndReturnsInvalidJSON(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, wandbtest.Solo())
	srv.Inject(wandbtest.Fault{Garbage: true})
	status, body := as(t, srv, wandbtest.AliceKey).upsert("acme", "p", "r")
	assert.Equal(t, http.StatusOK, status)
	assert.False(t, json.Valid([]byte(body)))
	assert.Len(t, srv.Runs(), 1)
}

func TestFault_Cut_BreaksTheConnection(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		cut       wandbtest.Cut
		processed bool
		answered  bool
	}{
		"before": {wandbtest.CutBefore, false, false}, "after": {wandbtest.CutAfter, true, false}, "mid-body": {wandbtest.CutMidBody, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := wandbtest.New(t, wandbtest.Solo())
			h := srv.Inject(wandbtest.Fault{Cut: tc.cut, Count: 1})
			c := as(t, srv, wandbtest.AliceKey)
			body := graphqlBody(t, upsertQuery, map[string]any{"input": map[string]any{"name": "r"}})
			got, err := c.try(http.MethodPost, "/graphql", body, nil)
			require.Error(t, err)
			if assert.Equal(t, tc.answered, got != nil) && tc.answered {
				assert.NotEmpty(t, got.body)
				assert.False(t, json.Valid([]byte(got.body)))
			}
			require.NoError(t, h.Wait(t.Context(), 1))
			assert.Equal(t, tc.processed, len(srv.Runs()) == 1)
			assert.Zero(t, srv.Requests()[0].Status)
			status, _ := c.upsert("acme", "p", "r2")
			assert.Equal(t, http.StatusOK, status, "the fault is used up")
		})
	}
}

func TestFault_AfterAndCount_LimitTheHits(t *testing.T) {
	t.Parallel()
	srv, c := running(t)
	first := srv.Inject(wandbtest.Fault{Operation: "file_stream", Status: 500, After: 1, Count: 2})
	second := srv.Inject(wandbtest.Fault{Operation: "file_stream", Status: 429})
	statuses := []int{}
	for range 5 {
		status, _ := c.stream("acme", "p", "r", `{}`)
		statuses = append(statuses, status)
	}
	assert.Equal(t, []int{429, 500, 500, 429, 429}, statuses)
	assert.Equal(t, []int{2, 3}, []int{first.Hits(), second.Hits()})
	second.Remove()
	second.Remove()
	status, _ := c.stream("acme", "p", "r", `{}`)
	assert.Equal(t, http.StatusOK, status)
}

// A held request is released by the client, or by Close.
func TestFault_Hang_EndsWithClientOrServer(t *testing.T) {
	t.Parallel()
	for _, release := range []string{"client", "server"} {
		t.Run(release, func(t *testing.T) {
			t.Parallel()
			srv := wandbtest.New(t, wandbtest.Solo())
			h := srv.Inject(wandbtest.Fault{Hang: true})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			c := as(t, srv, wandbtest.AliceKey)
			done := make(chan error, 1)
			go func() {
				req, _ := http.NewRequestWithContext(ctx, http.MethodGet, srv.URL(), nil)
				resp, err := c.http.Do(req)
				if err == nil {
					resp.Body.Close()
				}
				done <- err
			}()
			require.NoError(t, h.Wait(t.Context(), 1))
			if release == "client" {
				cancel()
			} else {
				srv.Close()
			}
			assert.Error(t, <-done)
		})
	}
}

func TestHandleWait_ContextEnds_ReturnsError(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, wandbtest.Solo())
	h := srv.Inject(wandbtest.Fault{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := h.Wait(ctx, 3)
	require.ErrorIs(t, err, context.Canceled)
	assert.ErrorContains(t, err, "0 of 3 hits")
}

// What is not yet due is not answered. The delay is long, so
// only the client's giving up ends the request.
func TestFault_Delay_HoldsTheRequest(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, wandbtest.Solo())
	h := srv.Inject(wandbtest.Fault{Delay: time.Hour})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		assert.NoError(t, h.Wait(ctx, 1))
		cancel()
	}()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, srv.URL()+"/graphql", nil)
	require.NoError(t, err)
	resp, err := as(t, srv, "").http.Do(req)
	if err == nil {
		resp.Body.Close()
	}
	assert.ErrorIs(t, err, context.Canceled)
}

// Only requests that ask for the field are hit, however
// they ask for it.
func TestFault_RefuseField_HitsRequestsForTheField(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		query string
		hit   bool
	}{
		"plain":           {`{ entity(name: "acme") { members { username } } }`, true},
		"alias":           {`{ a: entity(name: "acme") { b: members { username } } }`, true},
		"fragment":        {`{ entity(name: "acme") { ...F ...F } } fragment F on Entity { ...G } fragment G on Entity { members { role } }`, true},
		"inline fragment": {`{ entity(name: "acme") { ... on Entity { members { role } } } }`, true},
		"other field":     {`{ entity(name: "acme") { ...F ...F } } fragment F on Entity { name }`, false},
		"other type":      {`{ entity(name: "acme") { organization { members { username } } } }`, false},
		"invalid":         {`{ entity(name: "acme") { members { nope } } }`, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := wandbtest.New(t, wandbtest.Solo())
			h := srv.Inject(wandbtest.Fault{RefuseField: "Entity.members"})
			_, body := as(t, srv, wandbtest.AliceKey).graphql(tc.query, nil)
			assert.Equal(t, tc.hit, h.Hits() == 1)
			assert.Equal(t, tc.hit, strings.Contains(body, "permission denied"))
		})
	}
}
