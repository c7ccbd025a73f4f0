//go:build unix

package crashtest_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/wandbtest"
)

// TestKillArtifacts kills processes while they log and upload artifacts, and then while a
// sync does. In the end the server has each version once, whole and in order.
func TestKillArtifacts(t *testing.T) {
	t.Parallel()
	kills := killsWanted(3, 0.4) // they take longer than those of rows
	s := wandbtest.New(t, wandbtest.Solo())
	var sum killedArtifacts
	eachKill(t, kills, 4, func(t *testing.T, n int) killedArtifacts { return killArtifacts(t, s, n) }, func(k killedArtifacts) {
		sum.accepted += k.accepted
		sum.logged += k.logged
		sum.before += k.before
	})
	t.Cleanup(func() {
		t.Logf("%d kills, and %d more inside Sync: %d artifacts were accepted, %d are in the logs, of which the server had %d when the process was killed",
			kills, (kills+2)/3, sum.accepted, sum.logged, sum.before)
	})
}

type killedArtifacts struct{ accepted, logged, before int }

// slowDown delays the uploads and the other requests of a run.
func slowDown(s *wandbtest.Server, rng *rand.Rand, id string) *wandbtest.Handle {
	return s.Inject(wandbtest.Fault{Delay: time.Duration(1+rng.IntN(15)) * time.Millisecond, Match: func(r *http.Request, body []byte) bool {
		return r.Method == http.MethodPut || bytes.Contains(body, []byte(`"`+id+`"`))
	}})
}

func killArtifacts(t *testing.T, s *wandbtest.Server, n int) (k killedArtifacts) {
	t.Helper()
	rng := rand.New(rand.NewPCG(uint64(n), 11))
	id := fmt.Sprintf("artifacts%d", n)
	dir := t.TempDir()
	slow := slowDown(s, rng, id)
	cmd := child(t, s, dir, envChild+"="+id, envKind+"="+kindArtifact, envRows+"=8")
	if n%5 == 4 {
		cmd.Env = append(cmd.Env, "WANDB_MODE=offline")
	}
	k.accepted = len(kill(t, cmd, time.Duration(rng.IntN(200_000))*time.Microsecond, false).accepted)
	slow.Remove()

	k.logged, k.before = artifactsOnDisk(t, dir), versions(t, s, id)
	require.GreaterOrEqual(t, k.logged, k.accepted, "an artifact that was accepted is in the log")
	if n%3 == 0 {
		killSync(t, s, rng, id, dir)
	}
	syncTwice(t, s, dir)
	require.Equal(t, k.logged, versions(t, s, id), "each version is there once")
	for i := range k.logged {
		v, ok := s.Artifact(fmt.Sprintf("acme/crash/%s:v%d", id, i))
		require.True(t, ok)
		assert.Empty(t, v.Violations())
		f, ok := v.File("weights")
		require.True(t, ok)
		got, err := f.Content()
		require.NoError(t, err)
		assert.True(t, bytes.Equal(content(i), got), "version %d has another content", i)
	}
	return k
}

// versions counts the committed versions of an artifact.
func versions(t *testing.T, s *wandbtest.Server, name string) (n int) {
	t.Helper()
	for _, v := range s.Artifacts() {
		if v.Collection == name && v.State == "COMMITTED" {
			n++
		}
	}
	return n
}

func artifactsOnDisk(t *testing.T, dir string) (n int) {
	t.Helper()
	replay(t, dir, &journal.Handler{Artifact: func(a *record.Artifact) error {
		if !strings.HasPrefix(a.Name, "artifacts") {
			return fmt.Errorf("artifact %q", a.Name)
		}
		n++
		return nil
	}})
	return n
}
