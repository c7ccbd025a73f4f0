package main

import (
	"math"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
)

// converter puts a program that stands for wandgo-parquet in the PATH of an invocation. What it really
// writes is tested in contrib/parquet.
func converter(t *testing.T, i *invocation, name string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the programs are shell scripts")
	}
	dir, err := filepath.Abs(filepath.Join("testdata", "converters", name))
	require.NoError(t, err)
	i.vars["PATH"] = "relative" + string(filepath.ListSeparator) + filepath.Join(i.dir, "none") + string(filepath.ListSeparator) + dir
}

func TestExport_Parquet_PassesRowsAsTheyAre(t *testing.T) {
	t.Parallel()
	i := alone(t)
	converter(t, i, "copies")
	c, err := client.New(client.Options{Dir: i.dir, Getenv: func(string) string { return "" }})
	require.NoError(t, err)
	defer c.Close()
	run, err := c.Init(t.Context(), client.RunOptions{Project: "vision", ID: "a", Mode: client.ModeOffline})
	require.NoError(t, err)
	require.NoError(t, run.Log(map[string]any{
		"big": int64(math.MaxInt64), "nan": math.NaN(), "low": math.Inf(-1), "nested": map[string]any{"list": []any{1, math.Inf(1), "NaN"}},
	}))
	require.NoError(t, run.Finish(t.Context()))
	want := `{"_run":"a","_step":0,"big":9223372036854775807,"low":-Infinity,"nan":NaN,"nested.list":[1,Infinity,"NaN"]}` + "\n"
	for _, args := range [][]string{{"-o", "a.Parquet"}, {"-o", "b", "--format", "parquet"}} {
		r := i.run(t, append([]string{"export", "a", "--keys", "big,low,nan,nested.list"}, args...)...)
		require.Zero(t, r.status, r.stderr)
		assert.Equal(t, want, exported(t, i, args[1]))
	}
}

func TestExport_ParquetInterrupted_ContinuesWhereItWas(t *testing.T) {
	t.Parallel()
	_, i := exporting(t)
	converter(t, i, "fails")
	r := i.run(t, "export", "acme-research/vision", "-o", "all.parquet")
	assert.Equal(t, exitInternal, r.status)
	assert.Contains(t, flat(r.stderr), "wandgo-parquet: exit status 1: line 2: ")
	assert.NotContains(t, r.stderr, "\033")
	files, err := os.ReadDir(i.dir)
	require.NoError(t, err)
	var names []string
	for _, f := range files {
		names = append(names, f.Name())
	}
	assert.Equal(t, []string{"all.parquet.part", "home"}, names, "the rows are there, and no half of a file")
	converter(t, i, "copies")
	r = i.run(t, "export", "acme-research/vision", "-o", "all.parquet")
	require.Zero(t, r.status, r.stderr)
	const rows = `{"_run":"a","_step":0,"loss":0.5,"text":"a,\"0\""}
{"_run":"a","_step":1,"loss":NaN,"text":"a,\"1\""}
{"_run":"a","_step":2,"loss":1e-07,"text":"a,\"2\""}
{"_run":"b","_step":0,"loss":0.5,"text":"b,\"0\""}
{"_run":"b","_step":1,"loss":NaN,"text":"b,\"1\""}
{"_run":"b","_step":2,"loss":1e-07,"text":"b,\"2\""}
`
	assert.Equal(t, rows, exported(t, i, "all.parquet")) //nolint:testifylint // these are lines, compared as text
}

func TestExport_ParquetNotInstalled_SaysHowToInstall(t *testing.T) {
	t.Parallel()
	i := alone(t)
	r := i.run(t, "export", "acme/vision", "-o", "all.parquet")
	assert.Equal(t, exitInternal, r.status)
	assert.Equal(t, `wandgo export: the format parquet needs the program wandgo-parquet, which is
neither beside wandgo nor in PATH. To install it, in a clone of the repository:

  go -C contrib/parquet install ./cmd/wandgo-parquet
`, r.stderr)
	assert.NoFileExists(t, filepath.Join(i.dir, "all.parquet.part"))
}
