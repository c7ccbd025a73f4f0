package environment

import (
	"bufio"
	"bytes"
	"io/fs"
	"runtime"
	"strconv"
	"strings"

	"github.com/wandgo/wandgo/internal/record"
)

// machine returns the name of the processor that uname -m and the web UI use.
func machine(arch string) string {
	switch arch {
	case "amd64":
		return "x86_64"
	case "386":
		return "i686"
	case "arm64":
		if runtime.GOOS == "linux" {
			return "aarch64"
		}
	}
	return arch
}

// addMachine adds the hardware and the operating system from proc. The official client also
// adds the version of the C library to the name of the system, which wandgo does not use.
func addMachine(e *record.Environment, proc fs.FS) {
	e.OS = runtime.GOOS + "-" + machine(runtime.GOARCH)
	if runtime.GOOS == "linux" {
		e.OS = "Linux-" + machine(runtime.GOARCH)
	}
	e.LogicalCPUs = uint32(runtime.NumCPU()) //nolint:gosec // a count
	e.CPUCount = e.LogicalCPUs
	if disk, ok := diskOf("/"); ok {
		e.Disk = map[string]record.Disk{"/": disk}
	}
	if proc == nil {
		return
	}
	if release, err := fs.ReadFile(proc, "sys/kernel/osrelease"); err == nil {
		if release := strings.TrimSpace(string(release)); release != "" {
			e.OS = "Linux-" + release + "-" + machine(runtime.GOARCH)
		}
	}
	if info, err := fs.ReadFile(proc, "meminfo"); err == nil {
		e.Memory.Total = memTotal(info)
	}
	if info, err := fs.ReadFile(proc, "cpuinfo"); err == nil {
		cores, logical, model := parseCPUInfo(info)
		if logical > 0 {
			e.LogicalCPUs, e.CPUCount = logical, cores
		}
		e.CPU.Model = model
	}
}

func memTotal(info []byte) uint64 {
	for line := range bytes.Lines(info) {
		if rest, ok := bytes.CutPrefix(line, []byte("MemTotal:")); ok {
			kib, err := strconv.ParseUint(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(string(rest)), "kB")), 10, 54)
			if err != nil {
				return 0
			}
			return kib << 10
		}
	}
	return 0
}

// parseCPUInfo counts the processors and their cores. If cores are not listed, as on ARM and
// in many virtual machines, each processor is a core.
func parseCPUInfo(info []byte) (cores, logical uint32, model string) {
	type core struct{ socket, core string }
	seen := make(map[core]bool)
	var current core
	lines := bufio.NewScanner(bytes.NewReader(info))
	for lines.Scan() {
		name, value, ok := strings.Cut(lines.Text(), ":")
		if !ok {
			continue
		}
		value = strings.TrimSpace(value)
		switch strings.TrimSpace(name) {
		case "processor":
			logical++
			current = core{}
		case "model name":
			if model == "" {
				model = value
			}
		case "physical id":
			current.socket = value
		case "core id": // comes after the physical id
			current.core = value
			seen[current] = true
		}
	}
	cores = uint32(len(seen)) //nolint:gosec // a count
	if cores == 0 || cores > logical {
		cores = logical
	}
	return cores, logical, model
}
