package nvidia

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// program writes a shell script that replaces nvidia-smi.
func program(t *testing.T, script string) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("needs a shell")
	}
	path := filepath.Join(t.TempDir(), "nvidia-smi")
	// A child forked while the file is open for writing would keep it so, and the
	// program could not be run: https://go.dev/issue/22315.
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"+script), 0o755))
	return path
}

// answer is a program that prints a file for the GPUs and a text for the processes.
func answer(t *testing.T, name, apps string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("testdata", name))
	require.NoError(t, err)
	return program(t, `case "$1" in
--query-gpu=*) cat "`+path+`";;
*) printf '`+apps+`';;
esac
`)
}

func TestSample_TwoGPUs_ReportsOfficialNames(t *testing.T) {
	t.Parallel()
	s := Source{
		Command: answer(t, "two.csv", `GPU-5f1c5f3a-0000-4b0e-8d5c-0a0a0a0a0a00, 4711\nGPU-5f1c5f3a-0000-4b0e-8d5c-0a0a0a0a0a01, 99\n`),
		PIDs:    func() []int { return []int{4711, 4712} },
	}
	values, err := s.Sample(t.Context())
	require.NoError(t, err)
	first := map[string]float64{
		"gpu": 97, "memory": 54, "memoryAllocated": 100 * 40960.0 / 81559, "memoryAllocatedBytes": 40960 << 20, "temp": 61,
		"powerWatts": 352.41, "powerPercent": 100 * 352.41 / 700, "enforcedPowerLimitWatts": 700, "smClock": 1980,
		"memoryClock": 2619, "graphicsClock": 1980, "encoderUtilization": 0, "correctedMemoryErrors": 0,
		"uncorrectedMemoryErrors": 0, "pcieLinkGen": 5, "maxPcieLinkGen": 5, "pcieLinkWidth": 16, "maxPcieLinkWidth": 16,
	}
	for name, want := range first {
		assert.InDelta(t, want, values["gpu.0."+name], 1e-9, name)
		assert.InDelta(t, want, values["gpu.process.0."+name], 1e-9, name)
		assert.Contains(t, values, "gpu.1."+name)
	}
	assert.Len(t, values, 3*len(first), "no fan, and the second GPU is not ours")
	assert.InDelta(t, 2, values["gpu.1.correctedMemoryErrors"], 0)
}

func TestSample_UnsupportedValue_IsLeftOut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		file    string
		with    []string
		without []string
	}{
		{
			"consumer.csv",
			[]string{"gpu.0.gpu", "gpu.0.fanSpeed"},
			[]string{"gpu.0.powerWatts", "gpu.0.powerPercent", "gpu.0.enforcedPowerLimitWatts", "gpu.0.correctedMemoryErrors"},
		},
		{"mig.csv", []string{"gpu.0.memoryAllocated", "gpu.0.temp", "gpu.1.gpu"}, []string{"gpu.0.gpu", "gpu.0.memory", "gpu.0.encoderUtilization"}},
	} {
		t.Run(c.file, func(t *testing.T) {
			t.Parallel()
			s := Source{Command: answer(t, c.file, "")}
			values, err := s.Sample(t.Context())
			require.NoError(t, err)
			for _, name := range c.with {
				assert.Contains(t, values, name)
			}
			for _, name := range c.without {
				assert.NotContains(t, values, name)
			}
		})
	}
}

// An older program fails if it does not know one field.
func TestSample_UnknownField_IsLeftOutFromThenOn(t *testing.T) {
	t.Parallel()
	calls := filepath.Join(t.TempDir(), "calls")
	s := Source{Command: program(t, `echo "$1" >>"`+calls+`"
case "$1" in
*utilization.encoder*) echo 'Field "utilization.encoder" is not a valid field to query.'; exit 2;;
--query-gpu=*) echo "0, GPU-1, 100, 1, 2, 50, 40, 10, 20, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10";;
esac
`)}
	for range 2 {
		values, err := s.Sample(t.Context())
		require.NoError(t, err)
		assert.InDelta(t, 10, values["gpu.0.maxPcieLinkWidth"], 0)
		assert.InDelta(t, 50, values["gpu.0.memoryAllocated"], 0)
		assert.NotContains(t, values, "gpu.0.encoderUtilization")
	}
	text, err := os.ReadFile(calls)
	require.NoError(t, err)
	assert.Equal(t, 5, strings.Count(string(text), "\n"), "GPUs three times, processes twice")
}

func TestSample_ProgramFails_ReturnsItsMessage(t *testing.T) {
	t.Parallel()
	t.Run("not installed", func(t *testing.T) {
		t.Parallel()
		s := Source{Command: "no-such-program-of-nvidia"}
		_, err := s.Sample(t.Context())
		require.ErrorIs(t, err, exec.ErrNotFound)
	})
	t.Run("no driver", func(t *testing.T) {
		t.Parallel()
		s := Source{Command: program(t, "echo 'NVIDIA-SMI has failed because it could not reach the driver.'; echo more; exit 9")}
		_, err := s.Sample(t.Context())
		exit, ok := errors.AsType[*exec.ExitError](err)
		require.True(t, ok)
		assert.Equal(t, 9, exit.ExitCode())
		require.EqualError(t, err, "run nvidia-smi: exit status 9: NVIDIA-SMI has failed because it could not reach the driver.")
	})
	t.Run("a field that was not asked for", func(t *testing.T) {
		t.Parallel()
		s := Source{Command: program(t, `echo 'Field "x" is not a valid field to query.'; exit 2`)}
		_, err := s.Devices(t.Context())
		require.ErrorContains(t, err, "exit status 2")
	})
	t.Run("only processes fail", func(t *testing.T) {
		t.Parallel()
		path, err := filepath.Abs("testdata/two.csv")
		require.NoError(t, err)
		s := Source{Command: program(t, `case "$1" in --query-gpu=*) cat "`+path+`";; *) exit 3;; esac`)}
		values, err := s.Sample(t.Context())
		require.ErrorContains(t, err, "exit status 3")
		assert.Contains(t, values, "gpu.1.temp")
	})
	t.Run("hangs", func(t *testing.T) {
		t.Parallel()
		s := Source{Command: program(t, "exec sleep 600"), Timeout: 50 * time.Millisecond}
		_, err := s.Sample(t.Context())
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
	t.Run("cancelled", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		var s Source
		_, err := s.Sample(ctx)
		require.Error(t, err)
	})
	t.Run("endless output", func(t *testing.T) {
		t.Parallel()
		s := Source{Command: program(t, "exec yes")}
		_, err := s.Sample(t.Context())
		require.Error(t, err)
	})
	t.Run("nonsense", func(t *testing.T) {
		t.Parallel()
		s := Source{Command: program(t, "echo hello")}
		_, err := s.Sample(t.Context())
		require.ErrorContains(t, err, "no line has 20 fields")
	})
}

func TestDevices_AreSortedByIndex(t *testing.T) {
	t.Parallel()
	s := Source{Command: program(t, `echo "1, NVIDIA H100 80GB HBM3, GPU-b, [N/A]
0, NVIDIA H100 80GB HBM3, GPU-a, 81559"`)}
	devices, err := s.Devices(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []Device{
		{Name: "NVIDIA H100 80GB HBM3", UUID: "GPU-a", MemoryTotal: 81559 << 20},
		{Name: "NVIDIA H100 80GB HBM3", UUID: "GPU-b"},
	}, devices)
}

func TestDescribe_ReturnsDevicesAndCUDAVersion(t *testing.T) {
	t.Parallel()
	report, err := filepath.Abs(filepath.Join("testdata", "report.txt"))
	require.NoError(t, err)
	const gpus = `echo "0, NVIDIA H100 80GB HBM3, GPU-a, 81559
1, NVIDIA H100 80GB HBM3, GPU-b, [N/A]"`
	const listed = `"gpu_nvidia":[{"name":"NVIDIA H100 80GB HBM3","uuid":"GPU-a","memoryTotal":"85520809984"},
		{"name":"NVIDIA H100 80GB HBM3","uuid":"GPU-b"}]`
	for _, tt := range []struct{ name, gpus, report, want string }{
		{"whole", gpus, `cat "` + report + `"`, `{` + listed + `,"cudaVersion":"12.4"}`},
		{"no version", gpus, `echo "CUDA Version                              : N/A"`, `{` + listed + `}`},
		{"no report", gpus, "exit 2", `{` + listed + `}`},
		{"no GPU", "echo No devices were found", "exit 2", `null`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := Source{Command: program(t, `case "$1" in
--query-gpu=*) `+tt.gpus+`;;
--query) `+tt.report+`;;
esac
`)}
			facts, err := s.Describe(t.Context())
			if tt.want == `null` {
				require.Error(t, err)
				return
			}
			require.NoError(t, err)
			text, err := json.Marshal(facts)
			require.NoError(t, err)
			assert.JSONEq(t, tt.want, string(text))
		})
	}
	_, err = (&Source{Command: "no-such-program-of-nvidia"}).Describe(t.Context())
	require.ErrorIs(t, err, exec.ErrNotFound)
}

func TestProcessTree_HasThisProcess(t *testing.T) {
	t.Parallel()
	assert.Contains(t, processTree(), os.Getpid())
}

func FuzzParse(f *testing.F) {
	for _, name := range []string{"two.csv", "consumer.csv", "mig.csv"} {
		text, err := os.ReadFile(filepath.Join("testdata", name))
		require.NoError(f, err)
		f.Add(string(text))
	}
	f.Add("No devices were found\n")
	f.Add("0, \"x, NaN")
	f.Fuzz(func(t *testing.T, out string) {
		rows, err := parse(out, sampleFields)
		if err != nil {
			require.Empty(t, rows)
			return
		}
		values := make(map[string]float64)
		for _, r := range rows {
			r.addTo(values, "gpu."+r["index"]+".")
		}
		for _, name := range slices.Sorted(maps.Keys(values)) {
			require.Regexp(t, `^gpu\.\d+\.[A-Za-z]+$`, name)
			require.False(t, math.IsNaN(values[name]))
		}
	})
}
