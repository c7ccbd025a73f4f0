package client_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// The body of a 101 is the connection itself, which stays open.
func TestCalls_SwitchingProtocols_EndWithTheirContext(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	c := newClient(t, s, wandbtest.AliceKey, quickly)
	run, err := c.Init(t.Context(), client.RunOptions{Project: "p", ID: "r"})
	require.NoError(t, err)
	log(t, run, 0, 3)
	switching := s.Inject(wandbtest.Fault{Status: http.StatusSwitchingProtocols, Header: header("Upgrade", "x", "Connection", "Upgrade")})
	for name, call := range map[string]func(context.Context) error{
		"Init":   func(ctx context.Context) error { _, err := c.Init(ctx, client.RunOptions{Project: "p"}); return err },
		"Viewer": func(ctx context.Context) error { _, err := c.Viewer(ctx); return err },
		"Check":  func(ctx context.Context) error { _, err := c.Check(ctx, "", "p"); return err },
		"Finish": run.Finish,
	} {
		ctx, cancel := context.WithTimeout(t.Context(), slowness*300*time.Millisecond)
		err := call(ctx)
		cancel()
		if name != "Check" { // it has an answer of its own, which says that it could not ask
			require.ErrorIs(t, err, errors.ErrIntermediary, name)
		}
	}
	assert.NotZero(t, switching.Hits())
	assert.Len(t, onDisk(t, run.Dir()).Rows, 3)
}
