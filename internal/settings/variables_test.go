package settings

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestResolve_VariableWithoutEffect_IsReportedOnce(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		vars []string
		want string // "" for no warning
	}{
		{"not supported", []string{"WANDB_SYNC_TENSORBOARD=true"}, "WANDB_SYNC_TENSORBOARD has no effect: TensorBoard files are not watched; wandgo import tensorboard reads them"},
		{"typo", []string{"WANDB_PROJEKT=vision"}, "WANDB_PROJEKT has no effect: there is no such variable; did you mean WANDB_PROJECT?"},
		{"typo of a hidden setting", []string{"WANDB_X_FILE_STREAM_MAXBYTES=5"}, "WANDB_X_FILE_STREAM_MAXBYTES has no effect: there is no such variable; did you mean WANDB_X_FILE_STREAM_MAX_BYTES?"},
		{"supported", []string{"WANDB_PROJECT=vision", "WANDB_X_FILE_STREAM_MAX_BYTES=5"}, ""},
		{"of the official client's own processes", []string{"WANDB_SERVICE=3-1-tcp", "WANDB_AGENT_KILL_DELAY=5"}, ""},
		{"of Kubernetes", []string{"WANDB_SERVICE_HOST=10.0.0.1", "WANDB_PORT_8080_TCP=tcp://10.0.0.1:8080", "WANDB_SERVICE_PORT_HTTP=8080"}, ""},
		{"of somebody else", []string{"WANDB_MY_SIDECAR_IMAGE=x", "OTHER_PROJEKT=x"}, ""},
		{"empty", []string{"WANDB_PROJEKT=", "WANDB_SYNC_TENSORBOARD="}, ""},
		{"no name of a variable", []string{"WANDB_PROJEC\x1b[31m=x"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			vars := map[string]string{}
			for _, entry := range tt.vars {
				name, value, _ := strings.Cut(entry, "=")
				vars[name] = value
			}
			s, err := Resolve(Env{
				LookupEnv: MapEnv(vars), Environ: func() []string { return tt.vars }, Home: t.TempDir(), WorkDir: t.TempDir(),
			}, Explicit{})
			require.NoError(t, err)
			if tt.want == "" {
				assert.Empty(t, s.Warnings)
				return
			}
			require.Len(t, s.Warnings, 1)
			assert.Contains(t, s.Warnings[0], tt.want)
		})
	}
}

// A variable exists, too, if something else decides: an option, or a variable that comes first.
func TestResolve_VariableThatIsOverridden_IsNoTypo(t *testing.T) {
	t.Parallel()
	vars := map[string]string{
		"WANDB_BASE_URL": "http://b", "WANDB_CONFIG_DIR": "/c", "WANDB_API_KEY": hexKey, "WANDB_IDENTITY_TOKEN_FILE": "t", "WANDB_CREDENTIALS_FILE": "c",
		"WANDB_NAME": "a", "WANDB_RUN_NAME": "b", "WANDB_JOB_TYPE": "a", "WANDB_RUN_JOB_TYPE": "b",
	}
	var environ []string
	for name, value := range vars {
		environ = append(environ, name+"="+value)
	}
	s, err := Resolve(Env{
		LookupEnv: MapEnv(vars), Environ: func() []string { return environ }, Home: t.TempDir(), WorkDir: t.TempDir(),
	}, Explicit{BaseURL: "http://a", APIKey: otherKey})
	require.NoError(t, err)
	assert.Empty(t, s.Warnings)
}

func TestResolve_Duration_TakesSecondsAndUnits(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text string
		want time.Duration
		warn bool
	}{
		{"3", 3 * time.Second, false},
		{"0.5", 500 * time.Millisecond, false},
		{" 3s ", 3 * time.Second, false},
		{"1m30s", 90 * time.Second, false},
		{"250ms", 250 * time.Millisecond, false},
		{"0s", defaultInitTimeout, false},
		{"soon", defaultInitTimeout, true},
		{"3 s", defaultInitTimeout, true},
		{"-3s", defaultInitTimeout, true},
		{"NaN", defaultInitTimeout, true},
		{"inf", defaultInitTimeout, true},
		{"1e300", defaultInitTimeout, true},
		{"2000000h", defaultInitTimeout, true},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			t.Parallel()
			s, err := Resolve(Env{LookupEnv: MapEnv(map[string]string{"WANDB_INIT_TIMEOUT": tt.text}), Home: t.TempDir(), WorkDir: t.TempDir()}, Explicit{})
			require.NoError(t, err)
			assert.Equal(t, tt.want, s.InitTimeout)
			if !tt.warn {
				assert.Empty(t, s.Warnings)
				return
			}
			require.Len(t, s.Warnings, 1)
			assert.Contains(t, s.Warnings[0], "WANDB_INIT_TIMEOUT")
		})
	}
}

func TestUnsupported_NoSettingReadsThem(t *testing.T) {
	t.Parallel()
	count := map[string]int{}
	_, err := Resolve(Env{
		LookupEnv: func(name string) (string, bool) { count[name]++; return "", false },
		Environ:   func() []string { return nil }, Home: t.TempDir(), WorkDir: t.TempDir(),
	}, Explicit{})
	require.NoError(t, err)
	for name := range unsupported {
		assert.Equal(t, 1, count[variablePrefix+name], "%s is read: remove it from unsupported", name) // once for the warning
	}
	require.Positive(t, count["WANDB_PROJECT"])
}
