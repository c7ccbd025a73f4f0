package api_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wandgo/wandgo/api"
	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/wandbtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// environment makes retries quick.
var environment = map[string]string{
	"WANDB_X_DISABLE_STATS": "true", "WANDB_X_DISABLE_META": "true",
	"WANDB_X_GRAPHQL_RETRY_WAIT_MIN_SECONDS": "0.01", "WANDB_X_FILE_TRANSFER_RETRY_WAIT_MIN_SECONDS": "0.01",
}

// connect returns a client of the server that sees nothing of the environment.
func connect(tb testing.TB, srv *wandbtest.Server, key string) *client.Client {
	tb.Helper()
	dir := tb.TempDir()
	c, err := client.New(client.Options{
		BaseURL: srv.URL(), APIKey: key, Dir: dir, Output: io.Discard,
		Getenv: func(name string) string { return environment[name] },
	})
	require.NoError(tb, err)
	tb.Cleanup(func() { c.Close() })
	return c
}

func serve(tb testing.TB, opts ...wandbtest.Option) (*wandbtest.Server, *client.Client, *api.API) {
	tb.Helper()
	srv := wandbtest.New(tb, wandbtest.Solo(), opts...)
	c := connect(tb, srv, wandbtest.AliceKey)
	return srv, c, api.New(c)
}

// logged makes a run with n rows and finishes it.
func logged(tb testing.TB, c *client.Client, opts client.RunOptions, n int, row func(i int) map[string]any) {
	tb.Helper()
	if opts.Entity == "" {
		opts.Entity, opts.Project = "acme", "vision"
	}
	run, err := c.Init(tb.Context(), opts)
	require.NoError(tb, err)
	for i := range n {
		require.NoError(tb, run.Log(row(i)))
	}
	require.NoError(tb, run.Finish(context.WithoutCancel(tb.Context())))
}

// post makes a run of acme/vision with history lines as they are written here.
func post(tb testing.TB, c *client.Client, srv *wandbtest.Server, id string, lines ...string) {
	tb.Helper()
	logged(tb, c, client.RunOptions{Entity: "acme", Project: "vision", ID: id}, 0, nil)
	require.NoError(tb, srv.SetHistory("acme", "vision", id, lines))
}

// steps returns the steps of rows.
func steps(rows []api.Row) []int64 {
	var list []int64
	for _, row := range rows {
		list = append(list, row.Step())
	}
	return list
}

func lines(n int, format func(i int) string) []string {
	list := make([]string, n)
	for i := range n {
		list[i] = format(i)
	}
	return list
}

func line(i int) string { return fmt.Sprintf(`{"_step":%d,"loss":%d}`, i, i) }

func join(list []string) string { return strings.Join(list, " ") }
