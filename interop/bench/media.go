package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wandgo/wandgo/interop/scenario"
	"github.com/wandgo/wandgo/wandbtest"
)

// benchMedia measures images, a table and histograms: the clients by turns, each with a
// server of its own.
func benchMedia(ctx context.Context, theirs, ours program, rounds, histograms int, packages string) ([]string, error) {
	var lines []string
	for _, l := range []struct {
		name, mode string
		n          int
	}{
		{"1,000 images of 256×256", "images", 1000},
		{"a table of 100,000 × 10", "table", 100_000},
		{fmt.Sprintf("%d histograms of 1,000,000 values", histograms), "histogram", histograms},
	} {
		times := map[string]map[string][]float64{}
		for range rounds {
			for _, p := range []program{theirs, ours} {
				s, err := measureMedia(ctx, p, l.mode, l.n, packages)
				if err != nil {
					return nil, fmt.Errorf("%s, %s: %w", p.name, l.name, err)
				}
				fmt.Fprintf(os.Stderr, "%-8s %s: log %.2f s, finish %.2f s, CPU %.2f s, %.0f MB\n", p.name, l.name, s.log, s.finish, s.cpu, s.memory/1e6)
				if times[p.name] == nil {
					times[p.name] = map[string][]float64{}
				}
				for what, v := range map[string]float64{"log": s.log, "log and finish": s.total(), "CPU": s.cpu, "peak memory": s.memory / 1e6} {
					times[p.name][what] = append(times[p.name][what], v)
				}
			}
		}
		for _, what := range []string{"log", "log and finish", "CPU", "peak memory"} {
			unit := "s"
			if what == "peak memory" {
				unit = "MB"
			}
			t, o := times[theirs.name][what], times[ours.name][what]
			slices.Sort(t)
			slices.Sort(o)
			lines = append(lines, fmt.Sprintf("| %s: %s | %s | %s | %.1f× | |", l.name, what, shown(t, unit), shown(o, unit), median(t)/median(o)))
		}
	}
	return lines, nil
}

// measureMedia runs a program once.
func measureMedia(ctx context.Context, p program, mode string, n int, packages string) (sample, error) {
	dir, err := os.MkdirTemp("", "wandgo-bench-")
	if err != nil {
		return sample{}, err
	}
	defer os.RemoveAll(dir)
	s, err := wandbtest.Start(scenario.Server())
	if err != nil {
		return sample{}, err
	}
	defer s.Close()
	marker := "WANDGO_BENCH=" + filepath.Base(dir)
	cmd := p.command(ctx, dir, mode, "0", strconv.Itoa(n))
	cmd.Env = append(cmd.Env, "WANDB_BASE_URL="+s.URL(), "WANDB_API_KEY="+scenario.Key, "WANDB_PROJECT=bench", marker,
		"WANDB_CONSOLE=off", "WANDB_X_DISABLE_STATS=true", "WANDB_SILENT=true", "PYTHONPATH="+packages)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.WaitDelay = 5 * time.Second
	runtime.GC()
	watched := watch(marker)
	err = cmd.Run()
	watched.end()
	if err != nil {
		return sample{}, fmt.Errorf("%w\n%s", err, stderr.Bytes())
	}
	var t struct{ Log, Finish float64 }
	if err := json.Unmarshal(stdout.Bytes(), &t); err != nil {
		return sample{}, fmt.Errorf("%w\n%s", err, stdout.Bytes())
	}
	cpu := max(cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime(), watched.time())
	return sample{log: t.Log, finish: t.Finish, cpu: cpu.Seconds(), memory: float64(watched.memory())}, mediaComplete(s, mode, n)
}

// mediaComplete checks that the server has everything.
func mediaComplete(s *wandbtest.Server, mode string, n int) error {
	key := s.Runs()[0]
	v, _ := s.Run(key.Entity, key.Project, key.ID)
	files := 0
	for name := range v.Files {
		if strings.HasPrefix(name, "media/") {
			files++
		}
	}
	rows, want, artifacts := n, 0, 0
	switch mode {
	case "images":
		want = n
	case "table":
		rows, want, artifacts = 1, 1, 1
	}
	if len(v.HistoryLines) != rows || files != want || len(s.Artifacts()) != artifacts {
		return fmt.Errorf("the server has %d rows, %d files and %d artifacts", len(v.HistoryLines), files, len(s.Artifacts()))
	}
	return nil
}
