//go:build unix

package crashtest_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/artifact"
	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/wandbtest"
)

// content is the large file of the i-th artifact of a child.
func content(i int) []byte {
	return bytes.Repeat([]byte{byte(i), 1, 2, 3, 4, 5, 6}, 100_000)
}

// logArtifacts logs versions of one artifact until it is killed. It says on its standard
// output which were accepted.
func logArtifacts(run *client.Run, n int, out *bufio.Writer) int {
	say := func(what any) {
		fmt.Fprintln(out, what)
		_ = out.Flush()
	}
	for i := range n {
		a := artifact.New(run.ID(), "model")
		if err := errorsOf(a.AddBytes("weights", content(i)), a.AddBytes("dir/step", []byte(strconv.Itoa(i)))); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		if _, err := run.LogArtifact(a, client.ArtifactOptions{}); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		say(i)
	}
	say(finishing)
	_ = run.Finish(context.Background()) // what it could not send is for the sync
	say(done)
	return 0
}

func errorsOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// TestKillArtifacts kills processes while they log and upload artifacts, and then while a
// sync does. In the end the server has each version once, whole and in order.
func TestKillArtifacts(t *testing.T) {
	t.Parallel()
	kills := 3 // .ci/run asks for 200
	if n, err := strconv.Atoi(os.Getenv("WANDGO_CRASHTEST_KILLS")); err == nil {
		kills = n * 2 / 5 // they take longer than those of rows
	}
	s := wandbtest.New(t, wandbtest.Solo())
	var mu sync.Mutex
	var accepted, logged, before, inSync int
	t.Run("children", func(t *testing.T) {
		t.Parallel()
		slots := make(chan struct{}, 4)
		for n := range kills {
			t.Run(fmt.Sprint(n), func(t *testing.T) {
				t.Parallel()
				slots <- struct{}{}
				defer func() { <-slots }()
				k := killArtifacts(t, s, n)
				mu.Lock()
				defer mu.Unlock()
				accepted, logged, before = accepted+k.accepted, logged+k.logged, before+k.before
				if n%3 == 0 {
					inSync++
				}
			})
		}
	})
	t.Cleanup(func() {
		t.Logf("%d kills, and %d more inside Sync: %d artifacts were accepted, %d are in the logs, of which the server had %d when the process was killed",
			kills, inSync, accepted, logged, before)
	})
}

type killed struct{ accepted, logged, before int }

func killArtifacts(t *testing.T, s *wandbtest.Server, n int) killed {
	t.Helper()
	rng := rand.New(rand.NewPCG(uint64(n), 11))
	id := fmt.Sprintf("artifacts%d", n)
	dir := t.TempDir()
	slow := s.Inject(wandbtest.Fault{Delay: time.Duration(1+rng.IntN(15)) * time.Millisecond, Match: func(r *http.Request, body []byte) bool {
		return r.Method == http.MethodPut || bytes.Contains(body, []byte(`"`+id+`"`))
	}})
	cmd := child(t, s, dir, envChild+"="+id, envFiles+"=8")
	if n%5 == 4 {
		cmd.Env = append(cmd.Env, "WANDB_MODE=offline")
	}
	var trouble bytes.Buffer
	cmd.Stderr = &trouble
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	var k killed
	var timer *time.Timer
	after := time.Duration(rng.IntN(200_000)) * time.Microsecond
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if timer == nil {
			timer = time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
		}
		if i, err := strconv.Atoi(lines.Text()); err == nil && i == k.accepted {
			k.accepted++
		}
	}
	_ = cmd.Wait() // it was killed
	if timer != nil {
		timer.Stop()
	}
	slow.Remove()
	assert.Empty(t, trouble.String())

	k.logged, k.before = artifactsOnDisk(t, dir), versions(t, s, id)
	require.GreaterOrEqual(t, k.logged, k.accepted, "an artifact that was accepted is in the log")
	if n%3 == 0 {
		killSync(t, s, rng, id, dir)
	}
	c, err := client.New(client.Options{BaseURL: s.URL(), APIKey: wandbtest.AliceKey, Dir: dir, Getenv: func(string) string { return "" }})
	require.NoError(t, err)
	defer func() { require.NoError(t, c.Close()) }()
	for range 2 { // the second has nothing to do
		report, err := c.Sync(t.Context(), nil, client.SyncOptions{})
		require.NoError(t, err)
		require.NoError(t, report.Err())
	}
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
	left, err := filepath.Glob(filepath.Join(dir, "wandb", "*", "artifacts", "*"))
	require.NoError(t, err)
	assert.Empty(t, left, "copies that no one needs")
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
	logs, err := filepath.Glob(filepath.Join(dir, "wandb", "*run-[0-9]*", "*.wandb"))
	require.NoError(t, err)
	for _, path := range logs {
		r, err := journal.Open(path)
		require.NoError(t, err)
		_, err = journal.Replay(r, &journal.Handler{Artifact: func(a *record.Artifact) error {
			if !strings.HasPrefix(a.Name, "artifacts") {
				return fmt.Errorf("artifact %q", a.Name)
			}
			n++
			return nil
		}})
		require.NoError(t, err)
		require.NoError(t, r.Close())
	}
	return n
}
