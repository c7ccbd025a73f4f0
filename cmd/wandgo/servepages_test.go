package main

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestServe_LinkOfARun_ShowsIt(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir(), "--quiet")
	train(t, s, "acme")
	c := &http.Client{Transport: &http.Transport{}}
	defer c.CloseIdleConnections()
	var list struct {
		Runs []struct {
			Key, ID, Entity, Project, State string
			Rows                            int
		}
	}
	for len(list.Runs) == 0 {
		status, text := fetch(t, c, s.url+"/-/runs?filter=state:finished")
		require.Equal(t, http.StatusOK, status)
		require.NoError(t, json.Unmarshal([]byte(text), &list))
	}
	r := list.Runs[0]
	assert.Equal(t, []any{"acme", "vision", 2}, []any{r.Entity, r.Project, r.Rows})
	for _, path := range []string{"", "/acme", "/acme/vision", "/acme/vision/runs/" + r.ID, "/authorize"} {
		status, text := fetch(t, c, s.url+path)
		assert.Equal(t, http.StatusOK, status)
		assert.Contains(t, text, "<!doctype html>", path)
	}
	_, text := fetch(t, c, s.url+"/-/find?entity=acme&project=vision&id="+r.ID)
	assert.JSONEq(t, `{"key":"`+r.Key+`"}`, text)
	_, text = fetch(t, c, s.url+"/-/runs/"+r.Key)
	assert.Contains(t, text, `"name":"loss"`)
	s.stop()
}

func TestUnwrapConfig_AnyForm(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"lr":{"desc":null,"value":0.1},"o":{"value":{"a":1}},"x":3}`: `{"lr":0.1,"o":{"a":1},"x":3}`,
		"": "{}", "[]": "{}", "{": "{}", `{"a":{"b":1}}`: `{"a":{"b":1}}`,
	} {
		assert.JSONEq(t, want, string(unwrapConfig([]byte(text))), text)
	}
}
