package interop

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/interop/official"
	"github.com/wandgo/wandgo/interop/scenario"
	"github.com/wandgo/wandgo/interop/stored"
	"github.com/wandgo/wandgo/wandbtest"
)

// offlineEnv makes a process log offline, including system metrics.
var offlineEnv = []string{"WANDB_MODE=offline", "WANDB_X_DISABLE_STATS=false", "WANDB_X_STATS_SAMPLING_INTERVAL=0.5"}

// offlineDiffers lists the fields in which an uploaded offline run may differ from an online
// run of the same script, in addition to those of two online runs.
var offlineDiffers = []stored.Rule{
	{Path: "events*", How: stored.Anything, Reason: "whether so short a run has system metrics is a matter of timing"},
}

// TestOfflineRuns logs the scenarios offline with each client and uploads them with the
// other. The result must equal the online run of the same script.
func TestOfflineRuns(t *testing.T) {
	t.Parallel()
	sdk, err := official.Find(t.Context())
	if errors.Is(err, official.ErrUnreachable) {
		t.Skipf("SKIPPED, nothing was compared: %v", err)
	}
	require.NoError(t, err)
	script, err := filepath.Abs(filepath.Join("testdata", "scenarios.py"))
	require.NoError(t, err)
	both := sides{official: officialSide(sdk, script), ours: ourSide(t)}
	all := slices.DeleteFunc(scenario.All(), func(sc scenario.Scenario) bool { return !sc.WithoutServer() })
	require.Greater(t, len(all), 25)
	online := playOurs(t, both, all)

	for name, play := range map[string]func(t *testing.T, s *wandbtest.Server, dir string){
		"the official client logs and wandgo uploads": func(t *testing.T, s *wandbtest.Server, dir string) {
			t.Helper()
			var halves []string
			for _, sc := range all {
				halves = append(halves, sc.Name)
			}
			out := execute(t.Context(), both.official, s, dir, offlineEnv, scenario.Phase{}, halves...)
			require.NoError(t, out.err)
			require.Zero(t, out.exit, "%v", out.said)
			require.Empty(t, s.Runs(), "nothing went to the server yet")
			syncOurs(t, s, dir, len(all))
		},
		"wandgo logs and the official client uploads": func(t *testing.T, s *wandbtest.Server, dir string) {
			t.Helper()
			for _, sc := range all {
				out := execute(t.Context(), both.ours, s, dir, offlineEnv, scenario.Phase{}, sc.Name)
				require.NoError(t, out.err)
				require.Zero(t, out.exit, "%s: %v", sc.Name, out.said)
			}
			require.Empty(t, s.Requests(), "nothing at all went to the server yet")
			runs, err := filepath.Glob(filepath.Join(dir, "wandb", "offline-run-*"))
			require.NoError(t, err)
			require.Len(t, runs, len(all))
			cmd := sdk.Command(t.Context(), dir, append([]string{"-m", "wandb", "sync"}, runs...)...)
			cmd.Env = append(cmd.Env, "WANDB_BASE_URL="+s.URL(), "WANDB_API_KEY="+scenario.Key, "WANDB_PROJECT="+scenario.Project)
			said, err := cmd.CombinedOutput()
			require.NoError(t, err, "%s", said)
			assert.Empty(t, complaints(strings.Split(string(said), "\n"), nil))
		},
		"wandgo logs and uploads": func(t *testing.T, s *wandbtest.Server, dir string) {
			t.Helper()
			for _, sc := range all {
				out := execute(t.Context(), both.ours, s, dir, offlineEnv, scenario.Phase{}, sc.Name)
				require.NoError(t, out.err)
				require.Zero(t, out.exit, "%s: %v", sc.Name, out.said)
			}
			syncOurs(t, s, dir, len(all))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, scenario.Server())
			play(t, s, t.TempDir())
			fields := 0
			for i, sc := range all {
				got := read(s, sc, nil)
				assert.Empty(t, s.Unknown())
				require.Len(t, got.runs, len(online[i].runs), sc.Name)
				for id, run := range got.runs {
					rules := slices.Concat(stored.MayDiffer(), offlineDiffers, sc.Differ)
					for _, d := range stored.Compare(run, online[i].runs[id], rules, nil) {
						assert.Fail(t, "differs from the run that was made online", "%s: %s", sc.Name, strings.NewReplacer("official", "offline", "wandgo", "online").Replace(d.String()))
					}
					fields += len(run)
				}
			}
			t.Logf("%d offline scenarios equal when %s, %d fields compared", len(all), name, fields)
		})
	}
}

// syncOurs uploads all runs below dir and checks that nothing is skipped.
func syncOurs(t *testing.T, s *wandbtest.Server, dir string, runs int) {
	t.Helper()
	report := upload(t, s, dir)
	require.Equal(t, runs, report.Count(client.SyncDone), fmt.Sprint(report.Runs))
	for i := range report.Runs {
		r := &report.Runs[i]
		assert.Empty(t, r.Damage, r.RunID)
		assert.Empty(t, r.MissingFiles, r.RunID)
		assert.Empty(t, r.Warnings, r.RunID)
	}
}

// upload uploads all runs below dir with wandgo.
func upload(t *testing.T, s *wandbtest.Server, dir string) *client.SyncReport {
	t.Helper()
	c, err := client.New(client.Options{BaseURL: s.URL(), APIKey: scenario.Key, Dir: dir, Getenv: func(name string) string {
		return map[string]string{"WANDB_PROJECT": scenario.Project, "WANDB_DATA_DIR": filepath.Join(dir, ".data")}[name]
	}})
	require.NoError(t, err)
	defer c.Close()
	report, err := c.Sync(t.Context(), nil, client.SyncOptions{})
	require.NoError(t, err)
	return report
}
