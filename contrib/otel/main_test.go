package otel

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/wandbtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newClient(t *testing.T, tracer client.RequestTracer, opts ...wandbtest.Option) (*wandbtest.Server, *client.Client) {
	t.Helper()
	srv := wandbtest.New(t, wandbtest.Solo(), opts...)
	c, err := client.New(client.Options{BaseURL: srv.URL(), APIKey: wandbtest.AliceKey, Dir: t.TempDir(), Getenv: func(string) string { return "" }, Tracer: tracer})
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	return srv, c
}

func newRun(t *testing.T) (*wandbtest.Server, *client.Run) {
	t.Helper()
	srv, c := newClient(t, nil)
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision", ID: "run1"})
	require.NoError(t, err)
	t.Cleanup(func() { _ = run.Finish(context.WithoutCancel(t.Context())) })
	return srv, run
}

// rows finishes the run and returns what the server has of it.
func rows(t *testing.T, srv *wandbtest.Server, run *client.Run) []map[string]any {
	t.Helper()
	require.NoError(t, run.Finish(t.Context()))
	stored, ok := srv.Run("acme", "vision", "run1")
	require.True(t, ok)
	var list []map[string]any
	for _, row := range stored.History() {
		for key := range row {
			if key[0] == '_' {
				delete(row, key)
			}
		}
		list = append(list, row)
	}
	return list
}
