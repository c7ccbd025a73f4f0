package environment

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/settings"
)

var update = flag.Bool("update", false, "write the golden file")

var proc = fstest.MapFS{
	"sys/kernel/osrelease": {Data: []byte("6.18.44\n")},
	"meminfo":              {Data: []byte("MemTotal:       24684084 kB\nMemFree:        20935004 kB\n")},
	"cpuinfo": {Data: []byte(`processor	: 0
model name	: AMD EPYC
physical id	: 0
core id		: 0

processor	: 1
model name	: AMD EPYC
physical id	: 0
core id		: 0

processor	: 2
model name	: AMD EPYC
physical id	: 1
core id		: 0
`)},
}

func TestEnvironmentFile(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("the name of the system differs")
	}
	e := Collect(&settings.Settings{
		Machine: settings.Machine{Docker: "img:1", Git: settings.Git{RemoteURL: "https://jo:pw@example.com/a/b.git", Commit: "abc"}},
		Program: "/src/cmd/train/main.go", Dir: "/runs", Username: "jo", Email: "jo@example.com",
	}, Process{
		Environ: []string{
			"SLURM_JOB_ID=77", "SLURM_PROCID=1", "SLURM_JWT_TOKEN=not yours", "SLURM_=", "=odd", "WANDB_HOST=unread",
		},
		Args: []string{"--lr", "0.1", "--api-key", "hush"}, Executable: "/bin/train",
		WorkDir: "/src", Host: "vm", WriterID: "w1",
		StartedAt: time.Date(2026, 11, 23, 16, 24, 44, 380587999, time.FixedZone("", 3600)),
		Proc:      proc,
	})
	e, err := With(e, map[string]any{"gpu_nvidia": []record.GPU{{Name: "H100", MemoryTotal: 85899345920, UUID: "GPU-1"}}, "cudaVersion": "12.4"})
	require.NoError(t, err)
	e, err = With(e, map[string]any{"gpu_nvidia": []map[string]any{{"name": "H100"}}})
	require.NoError(t, err)
	require.Contains(t, e.Disk, "/")
	e.Disk["/"] = record.Disk{Total: 270553174016, Used: 16423337984}
	e.Go = "go1.26.0"
	text, err := e.File()
	require.NoError(t, err)
	const golden = "testdata/wandb-metadata.json.golden"
	if *update {
		require.NoError(t, os.WriteFile(golden, text, 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	assert.Equal(t, string(want), string(text))
}

// TestWith holds that an add-on describes devices and nothing else.
func TestWith(t *testing.T) {
	t.Parallel()
	before := &record.Environment{Host: "vm", NVIDIA: make([]record.GPU, 1, 8), GPUCount: 1}
	for name, facts := range map[string]map[string]any{
		"a name that is not its own": {"host": "elsewhere"},
		"a field that is unknown":    {"gpu_nvidia": []map[string]any{{"color": "green"}}},
		"a number of 64 bits":        {"gpu_nvidia": []map[string]any{{"memoryTotal": 85899345920}}},
		"no list":                    {"gpu_nvidia": "H100"},
		"nothing that can be JSON":   {"cudaVersion": func() {}},
	} {
		_, err := With(before, facts)
		require.Error(t, err, name)
	}
	after, err := With(before, map[string]any{"gpu_nvidia": []record.GPU{{Name: "H100"}}})
	require.NoError(t, err)
	assert.EqualValues(t, 2, after.GPUCount)
	assert.Equal(t, "vm", after.Host)
	assert.Len(t, before.NVIDIA, 1, "what was written down before stays as it was")
	assert.Zero(t, before.NVIDIA[:2][1])
	same, err := With(before, nil)
	require.NoError(t, err)
	assert.Equal(t, before, same)
}

func TestLittleIsKnown(t *testing.T) {
	t.Parallel()
	e := Collect(&settings.Settings{Program: "p.go"}, Process{WorkDir: t.TempDir(), Proc: fstest.MapFS{}})
	assert.Equal(t, "p.go", e.Program)
	assert.Equal(t, "p.go", e.CodePath)
	assert.Zero(t, e.Memory, "what cannot be read is left out")
	assert.Positive(t, e.LogicalCPUs)
}

func TestWhatIsSwitchedOff(t *testing.T) {
	t.Parallel()
	dir := repository(t)
	here := Process{WorkDir: dir, Host: "vm", Args: []string{"a"}}
	all := Collect(&settings.Settings{}, here)
	assert.NotZero(t, all.Git)

	machine := func(m settings.Machine, p Process) *record.Environment {
		return Collect(&settings.Settings{Machine: m}, p)
	}
	assert.Zero(t, machine(settings.Machine{NoGit: true}, here).Git)
	assert.Equal(t, "vm", machine(settings.Machine{NoGit: true}, here).Host)
	named := settings.Machine{NoGit: true, Git: settings.Git{Commit: "abc", RemoteURL: "https://example.com/a"}}
	assert.Equal(t, &record.Git{RemoteURL: "https://example.com/a", Commit: "abc"}, machine(named, here).Git, "what somebody says is not looked for")

	elsewhere := here
	elsewhere.WorkDir = t.TempDir()
	assert.Equal(t, all.Git, machine(settings.Machine{Git: settings.Git{Root: dir}}, elsewhere).Git)

	text, err := machine(settings.Machine{NoInfo: true}, here).File()
	require.NoError(t, err)
	assert.JSONEq(t, `{}`, string(text))
}

func TestCollect_Settings_ReplaceTheProcess(t *testing.T) {
	t.Parallel()
	p := Process{Executable: "/bin/train", Host: "vm", WorkDir: t.TempDir()}
	e := Collect(&settings.Settings{}, p)
	assert.Equal(t, []string{"/bin/train", "/bin/train", "vm"}, []string{e.Program, e.Executable, e.Host})
	e = Collect(&settings.Settings{Program: "train.go", Host: "node7", Machine: settings.Machine{Executable: "/bin/x"}}, p)
	assert.Equal(t, []string{"train.go", "/bin/x", "node7"}, []string{e.Program, e.Executable, e.Host})
}

func TestCodePath(t *testing.T) {
	t.Parallel()
	dir := repository(t)
	sub := filepath.Join(dir, "cmd", "train")
	for _, c := range []struct{ name, program, path, local string }{
		{"relative", "main.go", "cmd/train/main.go", "main.go"},
		{"absolute", filepath.Join(sub, "main.go"), "cmd/train/main.go", "main.go"},
		{"above", filepath.Join(dir, "main.go"), "main.go", ""},
		{"elsewhere", filepath.Join(filepath.Dir(dir), "main.go"), "", ""},
		{"binary", filepath.Join(sub, "train"), "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e := Collect(&settings.Settings{Program: c.program, Machine: settings.Machine{NoGit: true}}, Process{WorkDir: sub, Proc: proc})
			assert.Equal(t, c.path, e.CodePath)
			assert.Equal(t, c.local, e.CodePathLocal)
		})
	}
}

func TestThisProcess(t *testing.T) {
	t.Parallel()
	e := Collect(&settings.Settings{}, ThisProcess(os.Environ(), time.Now()))
	assert.NotEmpty(t, e.Executable)
	assert.NotEmpty(t, e.OS)
	text, err := json.Marshal(e)
	require.NoError(t, err)
	assert.Contains(t, string(text), `"startedAt":"2`)
	if runtime.GOOS == "linux" {
		assert.Positive(t, e.Memory.Total)
		assert.Positive(t, e.Disk["/"].Total)
	}
}

func TestCPUInfoOfMachinesWithoutCores(t *testing.T) {
	t.Parallel()
	cores, logical, model := parseCPUInfo([]byte("processor\t: 0\nBogoMIPS : 50\n\nprocessor\t: 1\n"))
	assert.Equal(t, []any{uint32(2), uint32(2), ""}, []any{cores, logical, model})
	cores, logical, _ = parseCPUInfo(nil)
	assert.Equal(t, []any{uint32(0), uint32(0)}, []any{cores, logical})
	for _, text := range []string{"", "MemTotal: x kB", "MemTotal: -1 kB", "MemTotal: 99999999999999999999 kB"} {
		assert.Zero(t, memTotal([]byte(text)), text)
	}
}

func TestRequirements(t *testing.T) {
	t.Parallel()
	assert.Empty(t, Requirements(nil))
	assert.Equal(t, `example.com/fork==v0.9.1
example.com/here==v1.0.0
example.com/lib==v1.2.3
go==1.26.8
`, Requirements(&debug.BuildInfo{
		GoVersion: "go1.26.8 X:jsonv2",
		Main:      debug.Module{Path: "example.com/train", Version: "(devel)"},
		Deps: []*debug.Module{
			{Path: "example.com/lib", Version: "v1.2.3"},
			nil,
			{Path: "example.com/lib", Version: "v1.2.3"},
			{Path: "example.com/old", Version: "v1.0.0", Replace: &debug.Module{Path: "example.com/fork", Version: "v0.9.1"}},
			{Path: "example.com/here", Version: "v1.0.0", Replace: &debug.Module{Path: "../here"}},
		},
	}))
}
