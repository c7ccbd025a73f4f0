package syncrun_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/syncrun"
)

func TestSync_PreemptingInTheLog_IsReported(t *testing.T) {
	t.Parallel()
	for _, preempted := range []bool{false, true} {
		log := bodies(some(runBody()), rowsOf(0, 3))
		if preempted {
			log = append(log, &record.Preempting{})
		}
		path := writeLog(t, t.TempDir(), "offline-run-x", ours, append(log, &record.Exit{Code: 3})...)
		s := newServer()
		require.NoError(t, syncPaths(t, s, syncrun.Options{}, path)[0].Err)
		assert.Equal(t, preempted, s.preempting)
		assert.Equal(t, 3, *s.exit)
		assert.Equal(t, count(0, 3), s.steps(t))
	}
}
