package runstore

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The official client writes its log in blocks, so that it ends within a record most of the
// time.
func TestRefresh_OfficialLogThatGrows_RowsAppearAndNothingIsDamaged(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"0.16.6", "0.31.0"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			official(t, root, version)
			logs, err := filepath.Glob(filepath.Join(root, "wandb", "*", "run-x.wandb"))
			require.NoError(t, err)
			require.Len(t, logs, 1)
			whole, err := os.ReadFile(logs[0])
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(logs[0], whole[:7], 0o600)) // the header only
			s := open(t, Options{}, root)
			r := only(t, s)
			f, err := os.OpenFile(logs[0], os.O_WRONLY|os.O_APPEND, 0)
			require.NoError(t, err)
			defer f.Close()
			rows, seen := 0, map[int]bool{}
			for at := 7; at < len(whole); {
				next := min(at+997, len(whole))
				_, err := f.Write(whole[at:next])
				require.NoError(t, err)
				at = next
				s.Refresh(t.Context())
				i := r.Info()
				require.NoError(t, i.Err)
				assert.GreaterOrEqual(t, i.Rows, rows)
				rows, seen[i.Rows] = i.Rows, true
				assert.Zero(t, i.DamageTotal, "the end of a log that is being written is not damage")
				if i.Exit == nil {
					assert.Equal(t, Running, i.State)
				}
			}
			assert.Greater(t, len(seen), 3)
			assert.Equal(t, []any{Failed, 25, int64(0)}, []any{r.Info().State, r.Info().Rows, r.Info().DamageTotal})
			_, ys := points(t, r, History, "epoch", "val/acc")
			assert.Equal(t, []float64{0.2, 0.45, 0.7, 0.95}, ys)
		})
	}
}

func TestRefresh_LogThatStaysCutAfterItsExitRecord_IsDamaged(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	official(t, root, "0.16.6")
	logs, err := filepath.Glob(filepath.Join(root, "wandb", "*", "run-x.wandb"))
	require.NoError(t, err)
	whole, err := os.ReadFile(logs[0])
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(logs[0], whole[:7], 0o600))
	s := open(t, Options{}, root)
	r := only(t, s)
	require.NoError(t, os.WriteFile(logs[0], whole[:len(whole)-1], 0o600))
	s.Refresh(t.Context())
	require.NotNil(t, r.Info().Exit, "the last record follows the exit record")
	assert.Zero(t, r.Info().DamageTotal)
	before := time.Now().Add(-2 * unusedFor)
	require.NoError(t, os.Chtimes(logs[0], before, before))
	s.Refresh(t.Context())
	s.Refresh(t.Context())
	assert.Equal(t, []any{Failed, int64(1)}, []any{r.Info().State, r.Info().DamageTotal})
}
