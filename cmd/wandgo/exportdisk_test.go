package main

import (
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/internal/filelock"
	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/rundir"
	"github.com/wandgo/wandgo/wandbtest"
)

// onDisk logs a run in directory "wandb" of an invocation without a server, and returns the run's
// directory. The steps of its rows are from first up to but not including end.
func onDisk(t *testing.T, i *invocation, project, id string, first, end int) string {
	t.Helper()
	c, err := client.New(client.Options{Dir: i.dir, Output: io.Discard, Getenv: func(name string) string {
		return map[string]string{"WANDB_X_DISABLE_STATS": "true"}[name]
	}})
	require.NoError(t, err)
	defer c.Close()
	run, err := c.Init(t.Context(), client.RunOptions{Project: project, ID: id, Mode: client.ModeOffline})
	require.NoError(t, err)
	for step := first; step < end; step++ {
		row := map[string]any{"loss": math.NaN(), "n": map[string]any{"first": first}}
		if step%2 == 0 {
			row["even"] = "a,b"
		}
		require.NoError(t, run.LogAt(int64(step), row))
	}
	require.NoError(t, run.Finish(t.Context()))
	return run.Dir()
}

// alone returns an invocation without a server.
func alone(t *testing.T) *invocation {
	t.Helper()
	i := in(t, nil)
	i.vars["WANDB_DIR"] = i.dir
	return i
}

func TestExport_Disk_WritesEveryRow(t *testing.T) {
	t.Parallel()
	i := alone(t)
	dir := onDisk(t, i, "vision", "a", 0, 3)
	onDisk(t, i, "vision", "b", 0, 1)
	const keyed = "_run,_step,even,n.first\na,0,\"a,b\",0\na,2,\"a,b\",0\n"
	log, err := filepath.Glob(filepath.Join(dir, "*.wandb"))
	require.NoError(t, err)
	for name, path := range map[string]string{"directory of a run": dir, "log": log[0], "id": "a"} {
		r := i.run(t, "export", path, "--keys", "even,n.first", "-o", "out.csv")
		require.Zero(t, r.status, name+r.stderr)
		assert.Equal(t, keyed, exported(t, i, "out.csv"), name)
	}
	r := i.run(t, "export", i.dir, "--keys", "n.first", "--runs", "b,a", "-o", "some.csv")
	require.Zero(t, r.status, r.stderr)
	assert.Equal(t, "_run,_step,n.first\nb,0,0\na,0,0\na,1,0\na,2,0\n", exported(t, i, "some.csv"))
	r = i.run(t, "export", i.dir, "-o", "all.jsonl")
	require.Zero(t, r.status, r.stderr)
	all := exported(t, i, "all.jsonl")
	assert.Equal(t, 4, strings.Count(all, "\n"))
	assert.Contains(t, all, `{"_run":"a","_runtime":`)
	assert.Contains(t, all, `"even":"a,b","loss":null,"n":{"first":0}}`)
	assert.Contains(t, all, `"_run":"b"`)
}

func TestExport_OfflineTwice_RowsFollowEachOther(t *testing.T) {
	t.Parallel()
	i := alone(t)
	onDisk(t, i, "vision", "a", 0, 4)
	onDisk(t, i, "vision", "a", 2, 5)
	r := i.run(t, "export", "a", "--keys", "n.first", "-o", "out.csv")
	require.Zero(t, r.status, r.stderr)
	assert.Equal(t, "_run,_step,n.first\na,0,0\na,1,0\na,2,0\na,3,0\na,4,2\na,5,2\na,6,2\n", exported(t, i, "out.csv"), "as after a sync")
}

func TestExport_OfflineProcessWithLaterSteps_RuntimeContinues(t *testing.T) {
	t.Parallel()
	i := alone(t)
	for n, line := range []string{`{"_runtime":50,"_step":0}`, `{"_runtime":7,"_step":100}`} {
		start := time.Date(2026, 11, 28, 12+n, 0, 0, 0, time.UTC)
		dir, err := rundir.Create(filepath.Join(i.dir, "wandb"), "a", false, start)
		require.NoError(t, err)
		log, err := journal.Create(dir.Journal(), journal.Options{})
		require.NoError(t, err)
		require.NoError(t, log.Append(&record.Run{ID: "a", Project: "vision", StartTime: start}))
		require.NoError(t, log.AppendRow(&record.Row{Line: []byte(line), Step: int64(100 * n)}))
		require.NoError(t, log.Append(&record.Exit{}))
		require.NoError(t, log.Close())
	}
	r := i.run(t, "export", "wandb", "-o", "out.csv")
	require.Zero(t, r.status, r.stderr)
	assert.Equal(t, "_run,_step,_runtime\na,0,50\na,100,57\n", exported(t, i, "out.csv"), "as on the board")
}

func TestExport_CopyOfALog_RowsAreWrittenOnce(t *testing.T) {
	t.Parallel()
	i := alone(t)
	require.NoError(t, os.CopyFS(filepath.Join(i.dir, "wandb", "b"), os.DirFS(onDisk(t, i, "vision", "a", 0, 2))))
	onDisk(t, i, "vision", "a", 0, 1)
	r := i.run(t, "export", filepath.Join(i.dir, "wandb"), "--keys", "n.first", "-o", "out.csv")
	require.Zero(t, r.status, r.stderr)
	assert.Equal(t, "_run,_step,n.first\na,0,0\na,1,0\na,2,0\n", exported(t, i, "out.csv"))
}

func TestExport_ResumedOnline_StepsAreTheServers(t *testing.T) {
	t.Parallel()
	i := alone(t)
	s := wandbtest.New(t, wandbtest.Solo())
	for range 2 {
		c, err := client.New(client.Options{BaseURL: s.URL(), APIKey: wandbtest.AliceKey, Dir: i.dir, Output: io.Discard, Getenv: func(string) string { return "" }})
		require.NoError(t, err)
		run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision", ID: "a", Resume: client.ResumeAllow})
		require.NoError(t, err)
		first := run.Step()
		for range 3 {
			require.NoError(t, run.Log(map[string]any{"first": first}))
		}
		require.NoError(t, run.Finish(t.Context()))
		c.Close()
	}
	r := i.run(t, "export", "a", "--keys", "first", "-o", "out.csv")
	require.Zero(t, r.status, r.stderr)
	assert.Equal(t, "_run,_step,first\na,0,0\na,1,0\na,2,0\na,3,3\na,4,3\na,5,3\n", exported(t, i, "out.csv"))
}

func TestExport_DiskInterrupted_ContinuesWhereItWas(t *testing.T) {
	t.Parallel()
	i := alone(t)
	dir := onDisk(t, i, "vision", "a", 0, 3)
	log, err := filepath.Glob(filepath.Join(dir, "*.wandb"))
	require.NoError(t, err)
	header := `{"_export":"disk ` + log[0] + `\n\neven"}` + "\n"
	require.NoError(t, os.WriteFile(filepath.Join(i.dir, "out.csv.part"), []byte(header+`{"_run":"a","_step":0,"even":"was there"}`+"\n"+`{"_run":"a","_st`), 0o600))
	r := i.run(t, "export", dir, "--keys", "even", "-o", "out.csv")
	require.Zero(t, r.status, r.stderr)
	assert.Equal(t, "_run,_step,even\na,0,\"a,b\"\na,2,\"a,b\"\n", exported(t, i, "out.csv"), "the last step is read again")
}

func TestExport_AnotherWritesTheFile_IsRefused(t *testing.T) {
	t.Parallel()
	i := alone(t)
	onDisk(t, i, "vision", "a", 0, 1)
	f, err := os.Create(filepath.Join(i.dir, "out.csv.part"))
	require.NoError(t, err)
	defer f.Close()
	err = filelock.Lock(f)
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip("this file system has no locks")
	}
	require.NoError(t, err)
	r := i.run(t, "export", "a", "-o", "out.csv")
	assert.NotZero(t, r.status)
	assert.Contains(t, flat(r.stderr), "is being written by another export")
	filelock.Unlock(f)
	assert.Zero(t, i.run(t, "export", "a", "-o", "out.csv").status)
}

func TestExport_DiskMistakes_AreExplained(t *testing.T) {
	t.Parallel()
	i := alone(t)
	onDisk(t, i, "vision", "a", 0, 1)
	damaged := onDisk(t, i, "vision", "damaged", 0, 200)
	log, err := filepath.Glob(filepath.Join(damaged, "*.wandb"))
	require.NoError(t, err)
	content, err := os.ReadFile(log[0])
	require.NoError(t, err)
	content[len(content)/2] ^= 0xff
	require.NoError(t, os.WriteFile(log[0], content, 0o600))
	for args, want := range map[string]string{
		"export ./none -o f":              "no such file or directory",
		"export a --filter {} -o f":       "--filter is for runs on the server",
		"export a --format xlsx -o f":     "choose jsonl, csv or parquet",
		"export damaged --keys even -o f": "damaged: ",
	} {
		r := i.run(t, strings.Fields(args)...)
		assert.Equal(t, strings.Contains(args, "damaged"), r.status == 0, args)
		assert.Contains(t, flat(r.stderr), want, args)
	}
	onDisk(t, i, "vision", "ab12cd34", 0, 1)
	assert.Contains(t, flat(i.run(t, "export", ".", "--runs", "a,ab12cd35", "-o", "f").stderr), `"ab12cd35": no run at the path has it; similar ids: ab12cd34 (from --runs)`)
	onDisk(t, i, "other", "a", 0, 1)
	r := i.run(t, "export", "a", "-o", "f")
	assert.NotZero(t, r.status)
	assert.Contains(t, flat(r.stderr), "is a run of two projects")
}
