package interop

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/interop/official"
	"github.com/wandgo/wandgo/interop/program"
	"github.com/wandgo/wandgo/interop/scenario"
	"github.com/wandgo/wandgo/interop/stored"
	"github.com/wandgo/wandgo/wandbtest"
)

var (
	random = flag.Int("random", 15, "how many random programs to run")
	seed   = flag.Uint64("seed", 1, "seed of the first of them")
)

// explained says why a value of the config or the summary may differ, "" if it must not.
// The reasons are in docs/conformance.md.
func explained(d stored.Difference) string {
	inConfig := strings.HasPrefix(d.Path, "config") || strings.HasPrefix(d.Path, `files."config.yaml"`)
	inSummary := strings.HasPrefix(d.Path, "summary") || strings.HasPrefix(d.Path, `files."wandb-summary.json"`)
	switch {
	case d.Official == "-0" && d.Ours == "0" && inSummary:
		return "4.6.2: -0 is 0"
	case d.Official == "18446744073709552000" && d.Ours == "18446744073709551615" && (inConfig || inSummary):
		return "3.3.3, 4.6.2: sync keeps the digits of an integer beyond int64"
	case !inConfig:
	case strings.HasSuffix(d.Official, "Infinity") && d.Ours == "<nil>":
		return "3.3.3: an infinity is null"
	case d.Official == "-0" && d.Ours == "0":
		return "3.3.3: -0 is 0"
	}
	return ""
}

// randomDiffers lists how a run that took another way may differ from the one that the
// official client made online.
var randomDiffers = []stored.Rule{
	{Path: "events*", How: stored.Anything, Reason: "whether so short a run has system metrics is a matter of timing"},
}

// TestRandomPrograms plays random programs with both clients, online and offline, and
// uploads what each kept offline with each client. All runs must be equal.
func TestRandomPrograms(t *testing.T) {
	t.Parallel()
	sdk, err := official.Find(t.Context())
	if errors.Is(err, official.ErrUnreachable) {
		t.Skipf("SKIPPED, nothing was compared: %v", err)
	}
	require.NoError(t, err)
	var programs []program.Program
	for i := range *random {
		programs = append(programs, program.New(*seed+uint64(i)))
	}
	dir := t.TempDir()
	text, err := json.Marshal(programs)
	require.NoError(t, err)
	file := filepath.Join(dir, "programs.json")
	require.NoError(t, os.WriteFile(file, text, 0o600))
	script, err := filepath.Abs(filepath.Join("testdata", "programs.py"))
	require.NoError(t, err)
	ctx := t.Context()
	ways := map[string]*wandbtest.Server{}
	for _, way := range []string{
		"official online", "wandgo online", "official offline, wandgo sync", "official offline, official sync",
		"wandgo offline, official sync", "wandgo offline, wandgo sync",
	} {
		ways[way] = wandbtest.New(t, scenario.Server())
	}
	t.Run("play", func(t *testing.T) {
		t.Run("official", func(t *testing.T) {
			t.Parallel()
			for _, raised := range python(ctx, t, sdk, ways["official online"], t.TempDir(), nil, script, file) {
				t.Logf("official: %s", raised)
			}
			logs := t.TempDir()
			python(ctx, t, sdk, ways["official offline, wandgo sync"], logs, []string{"WANDB_MODE=offline"}, script, file)
			syncOurs(t, ways["official offline, wandgo sync"], logs, len(programs))
			officialSync(ctx, t, sdk, ways["official offline, official sync"], logs)
		})
		t.Run("wandgo", func(t *testing.T) {
			t.Parallel()
			for _, failed := range playPrograms(ctx, t, ways["wandgo online"], t.TempDir(), client.ModeOnline, programs) {
				t.Logf("wandgo: %s", failed)
			}
			logs := t.TempDir()
			playPrograms(ctx, t, ways["wandgo offline, wandgo sync"], logs, client.ModeOffline, programs)
			officialSync(ctx, t, sdk, ways["wandgo offline, official sync"], logs)
			syncOurs(t, ways["wandgo offline, wandgo sync"], logs, len(programs))
		})
	})

	for way, s := range ways {
		if way == "official online" {
			continue
		}
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			assert.Empty(t, s.Unknown())
			reasons := map[string]int{}
			for _, p := range programs {
				want, ok := ways["official online"].Run("acme", scenario.Project, p.ID)
				require.True(t, ok, p.ID)
				got, ok := s.Run("acme", scenario.Project, p.ID)
				if !assert.True(t, ok, "%s is not there", p.ID) {
					continue
				}
				rules := slices.Concat(stored.MayDiffer(), randomDiffers)
				for _, d := range stored.Compare(stored.Of(want), stored.Of(got), rules, nil) {
					if why := explained(d); why != "" {
						reasons[why]++
						continue
					}
					assert.Fail(t, "differs from the official client's online run", "%s: %s", p.ID, d)
				}
			}
			t.Logf("%d programs equal but for %v", len(programs), reasons)
		})
	}
}

// python runs the script, and returns what its calls raised.
func python(ctx context.Context, t *testing.T, sdk *official.SDK, s *wandbtest.Server, dir string, env []string, args ...string) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, timeout+time.Duration(*random)*10*time.Second)
	defer cancel()
	cmd := sdk.Command(ctx, dir, args...)
	cmd.Env = append(cmd.Env, "WANDB_BASE_URL="+s.URL(), "WANDB_API_KEY="+scenario.Key, "WANDB_PROJECT="+scenario.Project, "WANDB_CONSOLE=off", "WANDB_X_DISABLE_STATS=true")
	cmd.Env = append(cmd.Env, env...)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	var raised []string
	for line := range strings.Lines(string(out)) {
		if mark, ok := strings.CutPrefix(line, "@@@ "); ok {
			raised = append(raised, strings.TrimSpace(mark))
		}
	}
	return raised
}

// playPrograms plays the programs with wandgo, and returns the errors.
func playPrograms(ctx context.Context, t *testing.T, s *wandbtest.Server, dir string, mode client.Mode, programs []program.Program) []string {
	t.Helper()
	c, err := client.New(client.Options{BaseURL: s.URL(), APIKey: scenario.Key, Dir: dir, Getenv: func(name string) string {
		return map[string]string{"WANDB_PROJECT": scenario.Project, "WANDB_X_DISABLE_STATS": "true", "WANDB_DISABLE_GIT": "true"}[name]
	}})
	require.NoError(t, err)
	defer c.Close()
	var mu sync.Mutex
	var failed []string
	var work sync.WaitGroup
	slots := make(chan struct{}, 8)
	for _, p := range programs {
		slots <- struct{}{}
		work.Go(func() {
			defer func() { <-slots }()
			if err := p.Play(ctx, c, mode); err != nil {
				mu.Lock()
				defer mu.Unlock()
				failed = append(failed, err.Error())
			}
		})
	}
	work.Wait()
	sort.Strings(failed)
	return failed
}

// officialSync uploads the logs below a directory with the official client.
func officialSync(ctx context.Context, t *testing.T, sdk *official.SDK, s *wandbtest.Server, dir string) {
	t.Helper()
	runs, err := filepath.Glob(filepath.Join(dir, "wandb", "offline-run-*"))
	require.NoError(t, err)
	for part := range slices.Chunk(runs, 50) {
		python(ctx, t, sdk, s, dir, nil, append([]string{"-m", "wandb", "sync", "--include-synced"}, part...)...)
	}
}
