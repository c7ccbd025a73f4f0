package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"time"

	"github.com/wandgo/wandgo/interop/scenario"
	"github.com/wandgo/wandgo/wandbtest"
)

// artifactSample is a client's times for one artifact, in seconds.
type artifactSample struct {
	times                    map[string]float64
	uploadPeak, downloadPeak float64 // bytes
	uploadCPU, downloadCPU   float64
}

// benchArtifacts measures how artifacts are logged and downloaded: the clients by turns, each
// with a server of its own.
func benchArtifacts(ctx context.Context, theirs, ours program, rounds, files, fileSize int, large int64) ([]string, error) {
	var lines []string
	for _, l := range []struct {
		files int
		size  int64
	}{{files, int64(fileSize)}, {1, large}} {
		var t, o []artifactSample
		for range rounds {
			for _, p := range []program{theirs, ours} {
				s, err := measureArtifacts(ctx, p, l.files, l.size)
				if err != nil {
					return nil, fmt.Errorf("%s, %d files of %d bytes: %w", p.name, l.files, l.size, err)
				}
				fmt.Fprintf(os.Stderr, "%-8s %6d files of %10d bytes: %v, %.0f and %.0f MB, CPU %.1f and %.1f s\n",
					p.name, l.files, l.size, s.times, s.uploadPeak/1e6, s.downloadPeak/1e6, s.uploadCPU, s.downloadCPU)
				if p.name == ours.name {
					o = append(o, s)
				} else {
					t = append(t, s)
				}
			}
		}
		lines = append(lines, artifactLines(fmt.Sprintf("%d × %s", l.files, bytesOf(l.size)), t, o)...)
	}
	return lines, nil
}

func bytesOf(n int64) string {
	if n >= 1<<20 {
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprintf("%d KiB", n>>10)
}

func artifactLines(what string, theirs, ours []artifactSample) []string {
	of := func(list []artifactSample, figure func(artifactSample) float64) []float64 {
		values := make([]float64, len(list))
		for i := range list {
			values[i] = figure(list[i])
		}
		slices.Sort(values)
		return values
	}
	var lines []string
	add := func(name, unit string, figure func(artifactSample) float64) {
		t, o := of(theirs, figure), of(ours, figure)
		lines = append(lines, fmt.Sprintf("| %s: %s | %s | %s | %.1f× | |", what, name, shown(t, unit), shown(o, unit), median(t)/median(o)))
	}
	for _, step := range []struct{ key, name string }{
		{"first", "log and wait"},
		{"again", "the same again"},
		{"changed", "one file changed"},
		{"download", "download"},
	} {
		add(step.name, "s", func(s artifactSample) float64 { return s.times[step.key] })
	}
	add("peak memory, upload", "MB", func(s artifactSample) float64 { return s.uploadPeak / 1e6 })
	add("peak memory, download", "MB", func(s artifactSample) float64 { return s.downloadPeak / 1e6 })
	add("CPU, three uploads", "s", func(s artifactSample) float64 { return s.uploadCPU })
	fixed := of(ours, func(s artifactSample) float64 { return s.times["firstFixed"] })
	plain := of(ours, func(s artifactSample) float64 { return s.times["md5"] })
	return append(lines, fmt.Sprintf("| %s: hashed and copied; crypto/md5 alone, on one core | | %s; %s | | |", what, shown(fixed, "s"), shown(plain, "s")))
}

// measureArtifacts uploads and downloads with one server, in two processes that share no
// cache.
func measureArtifacts(ctx context.Context, p program, files int, size int64) (artifactSample, error) {
	out := artifactSample{times: map[string]float64{}}
	s, err := wandbtest.Start(scenario.Server())
	if err != nil {
		return out, err
	}
	defer s.Close()
	for _, step := range []string{"upload", "download"} {
		dir, err := os.MkdirTemp("", "wandgo-bench-")
		if err != nil {
			return out, err
		}
		defer os.RemoveAll(dir) //nolint:gocritic // two of them
		if step == "upload" {
			if err := makeFiles(filepath.Join(dir, "data"), files, size); err != nil {
				return out, err
			}
			if size >= 8<<20 { // younger, wandgo would hash it each time
				select {
				case <-time.After(age):
				case <-ctx.Done():
					return out, ctx.Err()
				}
			}
		}
		marker := "WANDGO_BENCH=" + filepath.Base(dir)
		cmd := p.command(ctx, dir, step, strconv.Itoa(files), strconv.FormatInt(size, 10))
		cmd.Env = append(cmd.Env, "WANDB_BASE_URL="+s.URL(), "WANDB_API_KEY="+scenario.Key, "WANDB_PROJECT=bench", marker,
			"WANDB_CONSOLE=off", "WANDB_X_DISABLE_STATS=true", "WANDB_SILENT=true", "WANDB_CACHE_DIR="+filepath.Join(dir, "cache"),
			"WANDB_DATA_DIR="+filepath.Join(dir, "staging"))
		var stdout, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		cmd.WaitDelay = 5 * time.Second
		runtime.GC()
		watched := watch(marker)
		err = cmd.Run()
		watched.end()
		if err != nil {
			return out, fmt.Errorf("%s: %w\n%s", step, err, stderr.Bytes())
		}
		if err := json.Unmarshal(stdout.Bytes(), &out.times); err != nil {
			return out, fmt.Errorf("%s: %w\n%s", step, err, stdout.Bytes())
		}
		cpu := max(cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime(), watched.time()).Seconds()
		if step == "upload" {
			out.uploadPeak, out.uploadCPU = float64(watched.memory()), cpu
		} else {
			out.downloadPeak, out.downloadCPU = float64(watched.memory()), cpu
			if n, err := os.ReadDir(filepath.Join(dir, "downloaded")); err != nil || len(n) != files {
				return out, fmt.Errorf("%d of %d files were downloaded: %w", len(n), files, err)
			}
		}
	}
	v, ok := s.Artifact("acme/bench/data:latest")
	if !ok || v.Version != 1 || len(v.Files) != files {
		return out, fmt.Errorf("the server has version %d with %d files", v.Version, len(v.Files))
	}
	return out, nil
}

// age is how old a large file is when it is logged.
const age = 61 * time.Second

// makeFiles makes files of random bytes.
func makeFiles(dir string, n int, size int64) error {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	random := rand.NewChaCha8([32]byte{1})
	block := make([]byte, 1<<20)
	for i := range n {
		f, err := os.Create(filepath.Join(dir, fmt.Sprintf("f%06d", i)))
		if err != nil {
			return err
		}
		for left := size; left > 0; left -= int64(len(block)) {
			block = block[:min(int64(cap(block)), left)]
			_, _ = random.Read(block)
			if _, err := f.Write(block); err != nil {
				return err
			}
		}
		block = block[:cap(block)]
		if err := f.Close(); err != nil {
			return err
		}
	}
	return nil
}
