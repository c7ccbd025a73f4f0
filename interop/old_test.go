package interop

import (
	"flag"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/interop/official"
	"github.com/wandgo/wandgo/interop/scenario"
	"github.com/wandgo/wandgo/wandbtest"
)

// old are the versions of the official client for TestOldClients, such as
// 0.16.6,0.19.11,0.22.3. Each is an installation of its own.
var old = flag.String("old", "", "versions of the official client for TestOldClients, separated by commas")

const plainRun = `
import wandb
run = wandb.init(id="plain", config={"lr": 0.1, "nested": {"a": [1, 2]}})
for i in range(10):
    run.log({"loss": 1 / (i + 1), "i": i})
run.summary["best"] = 3
print("hello")
run.finish()
`

// TestOldClients: older official clients complete a plain run, and print no warning.
func TestOldClients(t *testing.T) {
	t.Parallel()
	if *old == "" {
		t.Skip("no versions are given")
	}
	for version := range strings.SplitSeq(*old, ",") {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			sdk, err := official.FindVersion(t.Context(), version)
			require.NoError(t, err)
			s := wandbtest.New(t, scenario.Server())
			dir := t.TempDir()
			cmd := sdk.Command(t.Context(), dir, "-c", plainRun)
			cmd.Env = append(cmd.Env, "WANDB_BASE_URL="+s.URL(), "WANDB_API_KEY="+scenario.Key, "WANDB_PROJECT="+scenario.Project)
			said, err := cmd.CombinedOutput()
			require.NoError(t, err, "%s", said)
			assert.Empty(t, complaints(strings.Split(string(said), "\n"), nil))
			v, ok := s.Run("acme", scenario.Project, "plain")
			require.True(t, ok)
			assert.Equal(t, "finished", v.State)
			assert.Len(t, v.HistoryLines, 10)
			assert.InDelta(t, 3, v.Summary["best"], 0)
			assert.Empty(t, s.Unknown())
			assert.Empty(t, v.Violations(wandbtest.Pace{}))
		})
	}
}
