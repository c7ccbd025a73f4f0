package settings_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/settings"
)

func TestResolve_Shared_UnsetDiffersFromFalse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		env  map[string]string
		want settings.Shared
	}{
		{"nothing", nil, settings.Shared{}},
		{"all", map[string]string{"WANDB_X_LABEL": "rank 3", "WANDB_X_PRIMARY": "true", "WANDB_X_UPDATE_FINISH_STATE": "0"}, settings.Shared{Label: "rank 3", LabelSource: "WANDB_X_LABEL", Primary: new(true), FinishesRun: new(false)}},
		{"empty is unset", map[string]string{"WANDB_X_PRIMARY": "", "WANDB_X_UPDATE_FINISH_STATE": "no"}, settings.Shared{FinishesRun: new(false)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, err := settings.Resolve(settings.Env{LookupEnv: settings.MapEnv(c.env), Home: t.TempDir(), WorkDir: t.TempDir()}, settings.Explicit{})
			require.NoError(t, err)
			assert.Equal(t, c.want, s.Shared)
		})
	}
}
