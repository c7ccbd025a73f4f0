package client_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
)

// stuck is a metric source that does not heed its context.
type stuck struct{ release chan struct{} }

func (s stuck) Sample(context.Context) (map[string]float64, error) {
	<-s.release
	return nil, nil
}

func TestFinish_MetricSourceIgnoresContext_EndsTheRun(t *testing.T) {
	t.Parallel()
	source := stuck{make(chan struct{})}
	t.Cleanup(func() { close(source.release) })
	st := newStage(t, client.RunOptions{StatsInterval: time.Hour, MetricSources: []client.MetricSource{source}})
	require.NoError(t, st.run.Log(map[string]any{"loss": 1}))
	v := st.finish(t)
	assert.Len(t, v.History(), 1)
	assert.Equal(t, "finished", v.State)
}
