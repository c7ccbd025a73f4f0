package nvidia

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Source samples GPUs with nvidia-smi. The zero Source is ready to use. Its methods are
// safe for concurrent use; do not change its fields after the first call.
type Source struct {
	// Command is the program. The default is nvidia-smi, looked up in PATH.
	Command string
	// Timeout limits each call of the program, in addition to the context's deadline.
	// The default is 5 s; a driver that is not loaded takes about 1 s.
	Timeout time.Duration
	// PIDs returns the processes whose GPUs are also reported under gpu.process.
	// The default is this process and its descendants.
	PIDs func() []int

	mu      sync.Mutex
	unknown map[string]bool // fields that this driver's version does not have
}

// Device describes a GPU.
type Device struct {
	Name        string `json:"name,omitempty"`
	UUID        string `json:"uuid,omitempty"`
	MemoryTotal uint64 `json:"memoryTotal,string,omitempty"` // bytes; 0 if unknown
}

// waitDelay is how long to wait for the output of a killed nvidia-smi, which may hang in
// the driver.
const waitDelay = time.Second

// maxOutput limits the program's output, in bytes.
const maxOutput = 1 << 20

// Sample measures all GPUs once. It blocks for 10 to 100 ms. If only the query for
// processes fails, it returns values and an error. Errors:
//
//   - exec.ErrNotFound: there is no nvidia-smi
//   - *exec.ExitError: nvidia-smi failed, for example without a driver
//   - context.DeadlineExceeded: it took longer than Timeout
func (s *Source) Sample(ctx context.Context) (map[string]float64, error) {
	rows, err := s.query(ctx, "gpu", sampleFields)
	if err != nil {
		return nil, err
	}
	values := make(map[string]float64, len(rows)*len(sampleFields))
	apps, err := s.query(ctx, "compute-apps", []string{"gpu_uuid", "pid"})
	ours := s.ours(apps)
	for _, r := range rows {
		r.addTo(values, "gpu."+r["index"]+".")
		if ours[r["uuid"]] {
			r.addTo(values, "gpu.process."+r["index"]+".")
		}
	}
	return values, err
}

// Devices lists the GPUs by index. It returns the errors of Sample.
func (s *Source) Devices(ctx context.Context) ([]Device, error) {
	rows, err := s.query(ctx, "gpu", []string{"index", "name", "uuid", "memory.total"})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(rows, func(a, b row) int {
		x, _ := a.number("index")
		y, _ := b.number("index")
		return cmp.Compare(x, y)
	})
	devices := make([]Device, len(rows))
	for i, r := range rows {
		mib, _ := r.number("memory.total")
		devices[i] = Device{Name: r.text("name"), UUID: r.text("uuid"), MemoryTotal: uint64(max(0, mib)) << 20}
	}
	return devices, nil
}

// Describe returns "gpu_nvidia", the [Device] list, and "cudaVersion", the CUDA version of
// the driver, for the run's overview. An unknown version is left out. Without a GPU it
// returns nil. It runs nvidia-smi twice and returns the errors of Sample.
func (s *Source) Describe(ctx context.Context) (map[string]any, error) {
	devices, err := s.Devices(ctx)
	if err != nil || len(devices) == 0 {
		return nil, err
	}
	facts := map[string]any{"gpu_nvidia": devices}
	// --query-gpu does not have the version; the head of every report does.
	if out, err := s.run(ctx, "--query", "--display=COMPUTE"); err == nil {
		if version := cudaVersion(out); version != "" {
			facts["cudaVersion"] = version
		}
	}
	return facts, nil
}

// ours returns the UUIDs of the GPUs that our processes use.
func (s *Source) ours(apps []row) map[string]bool {
	if len(apps) == 0 {
		return nil
	}
	pids := s.PIDs
	if pids == nil {
		pids = processTree
	}
	own := make(map[string]bool)
	for _, pid := range pids() {
		own[strconv.Itoa(pid)] = true
	}
	uuids := make(map[string]bool)
	for _, app := range apps {
		if own[app["pid"]] {
			uuids[app["gpu_uuid"]] = true
		}
	}
	return uuids
}

// query returns fields of GPUs or processes. A version of nvidia-smi that does not know a
// field names it and fails, so query retries without it.
func (s *Source) query(ctx context.Context, of string, fields []string) ([]row, error) {
	for {
		known := s.known(fields)
		out, err := s.run(ctx, "--query-"+of+"="+strings.Join(known, ","), "--format=csv,noheader,nounits")
		if field, ok := unknownField(out); ok && slices.Contains(known, field) {
			s.forget(field)
			continue
		}
		if err != nil {
			return nil, err
		}
		return parse(out, known)
	}
}

func (s *Source) known(fields []string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(fields), func(field string) bool { return s.unknown[field] })
}

func (s *Source) forget(field string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.unknown == nil {
		s.unknown = make(map[string]bool)
	}
	s.unknown[field] = true
}

// run returns the program's output, even if it fails.
func (s *Source) run(ctx context.Context, args ...string) (string, error) {
	timeout := s.Timeout
	if timeout <= 0 {
		timeout = 5 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	name := cmp.Or(s.Command, "nvidia-smi")
	var out limitedBuffer
	command := exec.CommandContext(ctx, name, args...)
	command.Stdout, command.Stderr = &out, &out
	command.WaitDelay = waitDelay
	err := command.Run()
	text := out.text.String()
	switch {
	case err == nil:
		return text, nil
	case ctx.Err() != nil:
		return text, fmt.Errorf("run nvidia-smi: %w", ctx.Err())
	}
	if message, _, _ := strings.Cut(strings.TrimSpace(text), "\n"); message != "" {
		return text, fmt.Errorf("run nvidia-smi: %w: %s", err, message)
	}
	return text, fmt.Errorf("run nvidia-smi: %w", err)
}

// limitedBuffer stores output up to maxOutput.
type limitedBuffer struct{ text bytes.Buffer }

var errTooLong = errors.New("nvidia-smi printed too much")

func (b *limitedBuffer) Write(p []byte) (int, error) {
	if b.text.Len()+len(p) > maxOutput {
		return 0, errTooLong
	}
	return b.text.Write(p)
}
