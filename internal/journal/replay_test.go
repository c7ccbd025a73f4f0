package journal_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/record/wire"
)

// tell writes all that a replay says as text.
func tell(t *testing.T, file []byte) string {
	t.Helper()
	var b strings.Builder
	other := map[string]int{}
	var kinds []string
	s, err := journal.Replay(journal.NewReader(bytes.NewReader(file)), &journal.Handler{
		History: func(line []byte, step int64) error {
			fmt.Fprintf(&b, "history %d: %s\n", step, short(line))
			return nil
		},
		Event:   func(line []byte) error { fmt.Fprintf(&b, "event: %s\n", line); return nil },
		Console: func(c journal.Console) error { fmt.Fprintf(&b, "console: %+v\n", c); return nil },
		File:    func(f record.File) error { fmt.Fprintf(&b, "file: %+v\n", f); return nil },
		Artifact: func(a *record.Artifact) error {
			fmt.Fprintf(&b, "artifact: %s %s %s %d\n", a.Type, a.Name, a.Digest, len(a.Manifest.Entries))
			return nil
		},
		Alert: func(a *record.Alert) error { fmt.Fprintf(&b, "alert: %+v\n", *a); return nil },
		Run: func(r *record.Run) error {
			fmt.Fprintf(&b, "run: %s\n", r.ID)
			return nil
		},
		Other: func(r *wire.Entry) error {
			kind := fmt.Sprintf("%T", r.Body)
			if raw, ok := r.Body.(*record.Raw); ok {
				kind = fmt.Sprintf("%s %d", kind, raw.Field)
			}
			if other[kind]++; other[kind] == 1 {
				kinds = append(kinds, kind)
			}
			return nil
		},
	})
	require.NoError(t, err)
	for _, k := range kinds {
		fmt.Fprintf(&b, "other: %s ×%d\n", k, other[k])
	}
	if s.Header != nil {
		fmt.Fprintf(&b, "header: %+v\n", *s.Header)
	}
	fmt.Fprintf(&b, "run: %+v\n", *s.Run)
	fmt.Fprintf(&b, "config: %s\n", s.Config.AppendJSON(nil))
	fmt.Fprintf(&b, "summary: %s\n", short(s.Summary.AppendJSON(nil)))
	fmt.Fprintf(&b, "metrics with globs: %s\n", record.MetricsJSON(s.Metrics, true))
	fmt.Fprintf(&b, "metrics without: %s\n", record.MetricsJSON(s.Metrics, false))
	fmt.Fprintf(&b, "telemetry: %s\n", s.Telemetry.JSON())
	for i := range s.Environments {
		fmt.Fprintf(&b, "environment: %s\n", s.Environments[i].JSON())
	}
	if s.Exit != nil {
		fmt.Fprintf(&b, "exit: %+v\n", *s.Exit)
	}
	fmt.Fprintf(&b, "preempting: %v, rows: %d, events: %d, records: %d, last step: %d, bad items: %d\n",
		s.Preempting, s.Rows, s.Events, s.Records, s.LastStep, s.BadItems)
	for _, sk := range s.Skipped {
		fmt.Fprintf(&b, "skipped: %v\n", sk)
	}
	return b.String()
}

// short cuts the middle out of long repetitions.
func short(line []byte) string {
	for _, c := range "xy" {
		if i := strings.Index(string(line), strings.Repeat(string(c), 100)); i >= 0 {
			n := len(line) - len(bytes.TrimLeft(line[i:], string(c))) - i
			line = fmt.Appendf(bytes.Clone(line[:i]), "<%d × %c>%s", n, c, line[i+n:])
		}
	}
	return string(line)
}

func TestReplayOfficialFiles(t *testing.T) {
	t.Parallel()
	for _, name := range []string{officialFull, officialKilled, officialMerge} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			golden(t, strings.TrimSuffix(name, ".gz")+".golden", tell(t, fixture(t, name)))
		})
	}
}

func TestReplayStopsAtAnError(t *testing.T) {
	t.Parallel()
	rows := 0
	s, err := journal.Replay(journal.NewReader(bytes.NewReader(fixture(t, officialFull))), &journal.Handler{
		History: func([]byte, int64) error {
			if rows++; rows == 2 {
				return io.ErrClosedPipe
			}
			return nil
		},
	})
	require.ErrorIs(t, err, io.ErrClosedPipe)
	assert.Equal(t, 2, rows)
	assert.Equal(t, "real0001", s.Run.ID)
	assert.Nil(t, s.Exit)
	assert.NotErrorIs(t, err, journal.ErrFormat)
}

// TestEnvironmentInParts: what one writer wrote of the machine belongs together,
// and what it wrote twice is there once.
func TestEnvironmentInParts(t *testing.T) {
	t.Parallel()
	w, path := create(t, journal.Options{})
	gpus := []record.GPU{{Name: "H100", MemoryTotal: 85899345920, UUID: "GPU-1"}, {Name: "H100"}}
	for _, e := range []record.Environment{
		{WriterID: "w", Host: "vm", Args: []string{"-x"}},
		{WriterID: "w", GPU: "H100", GPUCount: 2, NVIDIA: gpus},
		{WriterID: "w", Host: "vm", Args: []string{"-x"}, GPU: "H100", GPUCount: 2, NVIDIA: gpus, CUDAVersion: "12.4"},
	} {
		require.NoError(t, w.Append(&e))
	}
	require.NoError(t, w.Close())
	r, err := journal.Open(path)
	require.NoError(t, err)
	defer func() { require.NoError(t, r.Close()) }()
	s, err := journal.Replay(r, &journal.Handler{})
	require.NoError(t, err)
	require.Len(t, s.Environments, 1)
	assert.JSONEq(t, `{"args":["-x"],"host":"vm","gpu":"H100","gpu_count":2,"gpu_nvidia":[
		{"name":"H100","memoryTotal":"85899345920","uuid":"GPU-1"},{"name":"H100"}],"cudaVersion":"12.4","writerId":"w"}`,
		string(s.Environments[0].JSON()))
}
