package interop

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/interop/scenario"
	"github.com/wandgo/wandgo/interop/stored"
	"github.com/wandgo/wandgo/wandbtest"
)

// notOffline are the scenarios that the official client cannot run offline.
var notOffline = []string{"art_distributed"}

// TestArtifacts_SyncedByTheOther logs artifacts offline with each client and uploads them
// with the other. The result must equal that of the same client online.
func TestArtifacts_SyncedByTheOther(t *testing.T) {
	t.Parallel()
	sdk, both := artifactSides(t)
	var names []string
	for _, name := range scenario.OfflineArtifacts() {
		if !containsAny(name, notOffline) {
			names = append(names, name)
		}
	}
	online := wandbtest.New(t, artifactWorld(), wandbtest.WithPolicy(wandbtest.Policy{XXH128: true}))
	site := web(t)
	env := []string{scenario.WebVariable + "=" + site, "WANDB_PROJECT=official"}
	onlineDir := t.TempDir()
	out := execute(t.Context(), both.official, online, onlineDir, env, scenario.Phase{}, names...)
	require.NoError(t, out.err)
	require.Zero(t, out.exit, "%v", out.said)
	want := stored.ArtifactsOf(online.Artifacts(), "official", onlineDir)

	for name, play := range map[string]func(t *testing.T, s *wandbtest.Server, dir string){
		"the official client logs and wandgo uploads": func(t *testing.T, s *wandbtest.Server, dir string) {
			t.Helper()
			out := execute(t.Context(), both.official, s, dir, append([]string{"WANDB_MODE=offline"}, env...), scenario.Phase{}, names...)
			require.NoError(t, out.err)
			require.Zero(t, out.exit, "%v", out.said)
			require.Empty(t, s.Artifacts(), "nothing went to the server yet")
			syncArtifacts(t, s, dir, len(names))
		},
		"wandgo logs and the official client uploads": func(t *testing.T, s *wandbtest.Server, dir string) {
			t.Helper()
			for _, name := range names {
				out := execute(t.Context(), both.ours, s, dir, append([]string{"WANDB_MODE=offline"}, env...), scenario.Phase{}, name)
				require.NoError(t, out.err)
				require.Zero(t, out.exit, "%s: %v", name, out.said)
			}
			require.Empty(t, s.Requests(), "nothing at all went to the server yet")
			runs, err := filepath.Glob(filepath.Join(dir, "wandb", "offline-run-*"))
			require.NoError(t, err)
			require.Len(t, runs, len(names))
			cmd := sdk.Command(t.Context(), dir, append([]string{"-m", "wandb", "sync"}, runs...)...)
			cmd.Env = append(cmd.Env, "WANDB_BASE_URL="+s.URL(), "WANDB_API_KEY="+scenario.Key, "WANDB_PROJECT="+scenario.Project)
			said, err := cmd.CombinedOutput()
			require.NoError(t, err, "%s", said)
			assert.Empty(t, complaints(strings.Split(string(said), "\n"), artifactWarnings))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, artifactWorld(), wandbtest.WithPolicy(wandbtest.Policy{XXH128: true}))
			dir := t.TempDir()
			play(t, s, dir)
			all := s.Artifacts()
			project := all[0].Project
			got := stored.ArtifactsOf(all, project, dir)
			fields := 0
			for _, name := range names {
				rules := append(stored.ArtifactsMayDiffer(), stored.Rule{Path: "*.step", How: stored.Anything, Reason: "the official client's log has no step"})
				for _, d := range stored.Compare(want[name], got[name], rules, nil) {
					assert.Fail(t, "differs from the artifact that was logged online", "%s: %s", name, strings.NewReplacer("official", "online", "wandgo", "synced").Replace(d.String()))
				}
				fields += len(got[name])
			}
			t.Logf("%d offline scenarios equal when %s, %d fields compared", len(names), name, fields)
		})
	}
}

// syncArtifacts uploads all runs below dir with wandgo, which finds what the official client
// kept in WANDB_DATA_DIR.
func syncArtifacts(t *testing.T, s *wandbtest.Server, dir string, runs int) {
	t.Helper()
	c, err := client.New(client.Options{BaseURL: s.URL(), APIKey: scenario.Key, Dir: dir, Getenv: func(name string) string {
		return map[string]string{"WANDB_PROJECT": "official", "WANDB_DATA_DIR": filepath.Join(dir, ".data"), "HOME": dir}[name]
	}})
	require.NoError(t, err)
	defer c.Close()
	report, err := c.Sync(t.Context(), nil, client.SyncOptions{})
	require.NoError(t, err)
	require.Equal(t, runs, report.Count(client.SyncDone), "%v", report.Runs)
	for i := range report.Runs {
		assert.Empty(t, report.Runs[i].Warnings, report.Runs[i].RunID)
	}
}
