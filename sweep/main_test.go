package sweep_test

import (
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/sweep"
	"github.com/wandgo/wandgo/wandbtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// environment makes runs quick.
var environment = map[string]string{
	"WANDB_X_DISABLE_STATS": "true", "WANDB_X_DISABLE_META": "true", "WANDB_ENTITY": "acme", "WANDB_PROJECT": "vision",
	"WANDB_X_GRAPHQL_RETRY_WAIT_MIN_SECONDS": "0.01",
}

func connect(tb testing.TB, srv *wandbtest.Server, key string) *client.Client {
	tb.Helper()
	c, err := client.New(client.Options{
		BaseURL: srv.URL(), APIKey: key, Dir: tb.TempDir(), Output: io.Discard, Getenv: func(name string) string { return environment[name] },
	})
	require.NoError(tb, err)
	tb.Cleanup(func() { c.Close() })
	return c
}

func serve(tb testing.TB, opts ...wandbtest.Option) (*wandbtest.Server, *client.Client) {
	tb.Helper()
	srv := wandbtest.New(tb, wandbtest.Solo(), opts...)
	return srv, connect(tb, srv, wandbtest.AliceKey)
}

// grid is a sweep with n trials.
func grid(n int) *sweep.Config {
	values := make([]any, n)
	for i := range values {
		values[i] = float64(i)
	}
	return &sweep.Config{
		Method: sweep.Grid, Metric: sweep.Metric{Name: "loss", Goal: sweep.Minimize},
		Parameters: map[string]sweep.Parameter{"x": {Values: values}, "name": {Value: "fixed"}},
	}
}

// create creates a sweep and returns its id.
func create(tb testing.TB, c *client.Client, cfg *sweep.Config) string {
	tb.Helper()
	id, err := sweep.Create(tb.Context(), c, cfg)
	require.NoError(tb, err)
	return id
}

// beat is the time between heartbeats in tests.
const beat = 5 * time.Millisecond
