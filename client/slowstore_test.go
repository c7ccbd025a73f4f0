package client_test

import (
	"context"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// TestFinish_StoreSlowOrRefusing_RunStillEnds: files never hold back the last rows and
// the end of the run. What was not uploaded is on disk, and a sync uploads it.
func TestFinish_StoreSlowOrRefusing_RunStillEnds(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]wandbtest.Fault{
		"store hangs":         {Operation: "PUT", Hang: true},
		"store is busy":       {Operation: "PUT", Status: 503},
		"store refuses":       {Operation: "PUT", Status: 403, Body: "<Error><Code>AccessDenied</Code></Error>"},
		"connection is cut":   {Operation: "PUT", Cut: wandbtest.CutBefore},
		"addresses hang":      {Operation: "CreateRunFiles", Hang: true},
		"no addresses given":  {Operation: "CreateRunFiles", Status: 503},
		"addresses forbidden": {Operation: "CreateRunFiles", Status: 403, Body: `{"error":"permission denied"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, everybody())
			c := newClient(t, s, key("member"), quickly, described)
			run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team"})
			require.NoError(t, err)
			h := s.Inject(fault)
			_, err = run.SaveFS(fstest.MapFS{"model": {Data: []byte("weights")}}, "model", client.SaveNow)
			require.NoError(t, err)
			log(t, run, 0, 10)
			ctx, cancel := context.WithTimeout(t.Context(), slowness*6*time.Second)
			defer cancel()
			err = run.Finish(ctx)
			require.Error(t, err, "a file is not on the server")
			require.NoError(t, ctx.Err(), "in time")
			v := onServer(t, s, "acme", "team", run.ID())
			assert.Len(t, v.HistoryLines, 10)
			assert.Equal(t, "finished", v.State)
			if errors.Is(err, context.DeadlineExceeded) {
				require.ErrorContains(t, err, "not uploaded")
				assert.ErrorContains(t, err, "the time was kept for the rows and the end of the run")
			}
			h.Remove()
			synced(t, c, client.SyncOptions{}, run.Dir())
			v = onServer(t, s, "acme", "team", run.ID())
			assert.Equal(t, "weights", string(v.Files["model"]))
			assert.Len(t, v.HistoryLines, 10)
			assert.Equal(t, "finished", v.State)
		})
	}
}
