package api_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/api"
	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

func TestProjects_ServerRepeatsACursor_EndsWithAnError(t *testing.T) {
	t.Parallel()
	for _, cursor := range []string{"c", ""} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"data":{"models":{"pageInfo":{"hasNextPage":true},"edges":[{"cursor":"`+cursor+`","node":{"name":"p","entityName":"e","createdAt":"2026-01-02T03:04:05"}}]}}}`)
		}))
		t.Cleanup(srv.Close)
		c, err := client.New(client.Options{BaseURL: srv.URL, APIKey: wandbtest.AliceKey, Dir: t.TempDir(), Output: io.Discard, Getenv: func(string) string { return "" }})
		require.NoError(t, err)
		t.Cleanup(func() { c.Close() })
		n := 0
		for _, err = range api.New(c).Projects(t.Context(), "e") {
			if n++; err != nil || n > 10 {
				break
			}
		}
		require.ErrorIs(t, err, errors.ErrUnexpectedAnswer)
		assert.Less(t, n, 4)
	}
}
