package client_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// The body of a 101 is the connection itself, which stays open.
func TestCalls_SwitchingProtocols_Return(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	c := newClient(t, s, wandbtest.AliceKey, quickly)
	run, err := c.Init(t.Context(), client.RunOptions{Project: "p", ID: "r"})
	require.NoError(t, err)
	log(t, run, 0, 3)
	switching := s.Inject(wandbtest.Fault{Status: http.StatusSwitchingProtocols, Header: header("Upgrade", "x", "Connection", "Upgrade")})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	_, err = c.Init(ctx, client.RunOptions{Project: "p"})
	require.ErrorIs(t, err, errors.ErrIntermediary)
	_, err = c.Viewer(ctx)
	require.ErrorIs(t, err, errors.ErrIntermediary)
	_, _ = c.Check(ctx, "", "p") // its result says that it could not ask
	require.NoError(t, ctx.Err(), "a call hangs")

	// Finish repeats its requests. Of this many some were answered.
	before := switching.Hits()
	var wg sync.WaitGroup
	wg.Go(func() {
		assert.NoError(t, switching.Wait(ctx, before+8))
		cancel()
	})
	require.ErrorIs(t, run.Finish(ctx), errors.ErrIntermediary)
	wg.Wait()
	assert.Len(t, onDisk(t, run.Dir()).Rows, 3)
}
