package browsertest

import (
	"context"
	"fmt"
	"io"
	"math"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/internal/dashboard"
	"github.com/wandgo/wandgo/internal/runstore"
	"github.com/wandgo/wandgo/wandbtest"
)

// serve serves the runs below dir, and returns the address.
func serve(t *testing.T, dir string) string {
	t.Helper()
	store := runstore.Open([]string{dir}, runstore.Options{Poll: 100 * time.Millisecond})
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	var watching sync.WaitGroup
	watching.Go(func() { store.Watch(ctx) })
	srv := httptest.NewServer(dashboard.New(store, dashboard.Options{Version: "test", Mode: "board", Hint: "wandgo board DIR"}))
	t.Cleanup(func() {
		srv.CloseClientConnections()
		srv.Close()
		stop()
		watching.Wait()
		store.Close()
	})
	return srv.URL
}

// program is a client whose runs are below dir. It sees the environment env and no other.
func program(t *testing.T, dir string, env map[string]string) *client.Client {
	t.Helper()
	c, err := client.New(client.Options{Dir: dir, Output: io.Discard, Getenv: func(name string) string {
		if name == "HOME" {
			return dir
		}
		return env[name]
	}})
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// start starts a run offline below dir.
func start(t *testing.T, dir string, o client.RunOptions) *client.Run {
	t.Helper()
	c := program(t, dir, nil)
	o.Mode = client.ModeOffline
	run, err := c.Init(t.Context(), o)
	require.NoError(t, err)
	return run
}

// train logs rows like those of a training program, with an outlier and a NaN.
func train(t *testing.T, run *client.Run, rows int, lr float64) {
	t.Helper()
	require.NoError(t, run.DefineMetric("val/*", client.MetricOptions{StepMetric: "epoch"}))
	for s := range rows {
		loss := 0.1 + math.Exp(-float64(s)*lr/10) + 0.02*math.Sin(float64(s))
		value := loss
		switch s {
		case rows / 2:
			value = 9 // an outlier
		case rows / 3:
			value = math.NaN()
		}
		require.NoError(t, run.Log(map[string]any{"train/loss": value, "train/accuracy": 1 - loss/2, "val/loss": loss * 1.1, "epoch": s / 100}))
	}
}

// vision makes runs of a project: their learning rates differ.
func vision(t *testing.T, dir string, runs int) {
	t.Helper()
	for i := range runs {
		lr := math.Pow(10, -float64(1+i%4))
		run := start(t, dir, client.RunOptions{
			Entity: "acme", Project: "vision", ID: fmt.Sprintf("run%d", i), Name: fmt.Sprintf("brisk-otter-%d", i), Tags: []string{"base"},
			Config: map[string]any{"lr": lr, "optimizer": []string{"adam", "sgd"}[i%2], "model": map[string]any{"layers": 2 + i%3}},
		})
		train(t, run, 3000, lr)
		require.NoError(t, run.Finish(t.Context()))
	}
}

// refused makes a run that a server refused, because alice is not in the team, and that
// continued offline.
func refused(t *testing.T, dir string) {
	t.Helper()
	srv := wandbtest.New(t, wandbtest.Solo())
	c := program(t, dir, map[string]string{"WANDB_BASE_URL": srv.URL(), "WANDB_API_KEY": wandbtest.AliceKey})
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "globex", Project: "vision", ID: "refused", Name: "refused-heron", OnRefused: client.GoOfflineOnRefusal})
	require.NoError(t, err)
	train(t, run, 500, 0.1)
	_ = run.Finish(t.Context())
}
