package main

import (
	"bytes"
	"context"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wandgo/wandgo/api"
	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/contrib/parquet"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const twoRows = `{"_step":0,"loss":NaN,"n":9007199254740993,"nested":{"list":[1,-Infinity]}}

{"_step":1,"loss":Infinity}`

func wantTwoRows(t *testing.T, rows []api.Row) {
	t.Helper()
	require.Len(t, rows, 2)
	assert.True(t, math.IsNaN(rows[0]["loss"].(float64))) //nolint:forcetypeassert // a test
	delete(rows[0], "loss")
	assert.Equal(t, []api.Row{
		{"_step": int64(0), "n": int64(9007199254740993), "nested": `{"list":[1,"-Infinity"]}`},
		{"_step": int64(1), "loss": math.Inf(1)},
	}, rows)
}

func read(t *testing.T, file []byte) []api.Row {
	t.Helper()
	var rows []api.Row
	for row, err := range parquet.Read(bytes.NewReader(file), int64(len(file)), nil) {
		require.NoError(t, err)
		rows = append(rows, row)
	}
	return rows
}

func TestRun_FileOrPipe_WritesRows(t *testing.T) {
	t.Parallel()
	pipe, w := io.Pipe()
	go func() {
		_, err := io.WriteString(w, twoRows)
		w.CloseWithError(err)
	}()
	path := filepath.Join(t.TempDir(), "rows")
	require.NoError(t, os.WriteFile(path, []byte("not a row\n"+twoRows), 0o600))
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	_, err = file.Seek(int64(len("not a row\n")), io.SeekStart)
	require.NoError(t, err)
	for name, stdin := range map[string]io.Reader{"pipe": pipe, "file from its offset on": file} {
		var stdout, stderr bytes.Buffer
		require.Zero(t, run(nil, stdin, &stdout, &stderr), "%s: %s", name, &stderr)
		wantTwoRows(t, read(t, stdout.Bytes()))
	}
}

func TestRun_Mistakes_AreExplained(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args           []string
		stdin          string
		status         int
		stdout, stderr string
	}{
		"help":     {args: []string{"--help"}, stdout: help},
		"argument": {args: []string{"a\n"}, status: 2, stderr: `wandgo-parquet: unexpected argument "a\n"` + "\n" + help},
		"half row": {stdin: "{}\n{\"a\":1", status: 1, stderr: "wandgo-parquet: line 2: not JSON\n"},
		"list":     {stdin: "[]", status: 1, stderr: "wandgo-parquet: line 1: not JSON: not an object\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			assert.Equal(t, c.status, run(c.args, strings.NewReader(c.stdin), &stdout, &stderr))
			assert.Equal(t, c.stdout, stdout.String())
			assert.Equal(t, c.stderr, stderr.String())
		})
	}
}

func TestRun_NoRows_WritesEmptyFile(t *testing.T) {
	t.Parallel()
	var stdout bytes.Buffer
	require.Zero(t, run(nil, strings.NewReader(""), &stdout, io.Discard))
	assert.Empty(t, read(t, stdout.Bytes()))
}

// builds makes the programs in a directory.
func builds(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, from := range []struct{ module, pkg string }{{"../..", "./cmd/wandgo-parquet"}, {"../../../..", "./cmd/wandgo"}} {
		cmd := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", dir+string(filepath.Separator), from.pkg)
		cmd.Dir = from.module
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, string(out))
	}
	return dir
}

func TestExport_Parquet_KeepsEveryValue(t *testing.T) {
	t.Parallel()
	programs, dir := builds(t), t.TempDir()
	c, err := client.New(client.Options{Dir: dir, Output: io.Discard, Getenv: func(string) string { return "" }})
	require.NoError(t, err)
	defer c.Close()
	logged, err := c.Init(t.Context(), client.RunOptions{Project: "vision", ID: "a", Mode: client.ModeOffline})
	require.NoError(t, err)
	require.NoError(t, logged.Log(map[string]any{"loss": math.NaN(), "n": int64(9007199254740993), "nested": map[string]any{"list": []any{1, math.Inf(-1)}}}))
	require.NoError(t, logged.Log(map[string]any{"loss": math.Inf(1)}))
	require.NoError(t, logged.Finish(context.WithoutCancel(t.Context())))

	file := filepath.Join(dir, "a.parquet")
	cmd := exec.CommandContext(t.Context(), filepath.Join(programs, "wandgo"), "export", logged.Dir(), "-o", file)
	cmd.Env = []string{"HOME=" + dir, "PATH="} // it is beside wandgo
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	rows := read(t, content)
	for _, row := range rows {
		assert.Equal(t, "a", row["_run"])
		for _, key := range []string{"_run", "_runtime", "_timestamp"} {
			delete(row, key)
		}
	}
	wantTwoRows(t, rows)
}
