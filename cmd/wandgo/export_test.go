package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// exporting makes two runs, a and b, of three rows each.
func exporting(t *testing.T, opts ...wandbtest.Option) (*wandbtest.Server, *invocation) {
	t.Helper()
	srv := wandbtest.New(t, testWorld(), opts...)
	i := on(t, srv.URL(), joKey)
	c, err := client.New(client.Options{BaseURL: srv.URL(), APIKey: joKey, Dir: t.TempDir(), Output: io.Discard, Getenv: func(string) string { return "" }})
	require.NoError(t, err)
	defer c.Close()
	for _, id := range []string{"a", "b"} {
		run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme-research", Project: "vision", ID: id})
		require.NoError(t, err)
		require.NoError(t, run.Finish(t.Context()))
		var lines []string
		for step := range 3 {
			lines = append(lines, fmt.Sprintf(`{"_step":%d,"loss":%v,"text":"%s,\"%d\""}`, step, []string{"0.5", "NaN", "1e-7"}[step], id, step))
		}
		require.NoError(t, srv.SetHistory("acme-research", "vision", id, lines))
	}
	return srv, i
}

const wholeLines = `{"_run":"a","_step":0,"loss":0.5,"text":"a,\"0\""}
{"_run":"a","_step":1,"loss":null,"text":"a,\"1\""}
{"_run":"a","_step":2,"loss":1e-07,"text":"a,\"2\""}
{"_run":"b","_step":0,"loss":0.5,"text":"b,\"0\""}
{"_run":"b","_step":1,"loss":null,"text":"b,\"1\""}
{"_run":"b","_step":2,"loss":1e-07,"text":"b,\"2\""}
`

func exported(t *testing.T, i *invocation, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(i.dir, name))
	require.NoError(t, err)
	assert.NoFileExists(t, filepath.Join(i.dir, name+".part"))
	return string(text)
}

func TestExport_Project_WritesEveryRow(t *testing.T) {
	t.Parallel()
	_, i := exporting(t)
	r := i.run(t, "export", "acme-research/vision", "-o", "all.jsonl")
	require.Zero(t, r.status, r.stderr)
	assert.Equal(t, wholeLines, exported(t, i, "all.jsonl")) //nolint:testifylint // these are lines, compared as text
	assert.Equal(t, "6 rows of 2 runs in "+filepath.Join(i.dir, "all.jsonl")+"\n", r.stderr)
	r = i.run(t, "export", "acme-research/vision/b", "--output", "b.csv", "--quiet")
	require.Zero(t, r.status, r.stderr)
	assert.Empty(t, r.stderr)
	assert.Equal(t, "_run,_step,loss,text\nb,0,0.5,\"b,\"\"0\"\"\"\nb,1,,\"b,\"\"1\"\"\"\nb,2,1e-07,\"b,\"\"2\"\"\"\n", exported(t, i, "b.csv"))
	assert.Equal(t, exitUsage, i.run(t, "export", "acme-research/vision", "-o", "-").status)
	r = i.run(t, "export", "acme-research/vision/b", "--keys", "loss,nope", "-o", "b.csv") // an export before it stays
	assert.Equal(t, exitStatus(errors.ErrInvalidInput), r.status)
	assert.Equal(t, `Invalid --keys "loss,nope": no row has all of these metrics. What to do: Correct --keys on the command line.`, flat(r.stderr))
	assert.Contains(t, exported(t, i, "b.csv"), "1e-07")
	r = i.run(t, "export", "acme-research/vision/b", "-o", "b.xlsx")
	assert.Equal(t, exitUsage, r.status)
	assert.Contains(t, r.stderr, "no format has the extension of b.xlsx; choose one with --format")
	r = i.run(t, "export", "acme-research/vision", "--keys", "loss", "--filter", `{"name":"a"}`, "--format", "csv", "-o", "keys")
	require.Zero(t, r.status, r.stderr)
	assert.Equal(t, "_run,_step,loss\na,0,0.5\na,1,\na,2,1e-07\n", exported(t, i, "keys"))
}

func TestExport_Runs_OnlyTheseAreWritten(t *testing.T) {
	t.Parallel()
	_, i := exporting(t)
	for _, args := range []string{"--runs b,a,b", "--runs b --runs a"} {
		r := i.run(t, strings.Fields("export acme-research/vision -o all.csv --keys loss "+args)...)
		require.Zero(t, r.status, r.stderr)
		assert.Equal(t, "_run,_step,loss\nb,0,0.5\nb,1,\nb,2,1e-07\na,0,0.5\na,1,\na,2,1e-07\n", exported(t, i, "all.csv"))
	}
	require.Zero(t, i.run(t, "export", "acme-research/vision", "--runs", "b", "-o", "b.csv", "--keys", "loss").status)
	assert.Equal(t, "_run,_step,loss\nb,0,0.5\nb,1,\nb,2,1e-07\n", exported(t, i, "b.csv"))
}

func TestExport_RowsInParquetFilesOnly_SaysWhatTheCommandCanDo(t *testing.T) {
	t.Parallel()
	_, i := exporting(t, wandbtest.WithPolicy(wandbtest.Policy{ExportedRows: 2, ExportedRowsHidden: true}))
	r := i.run(t, "export", "acme-research/vision/a", "-o", "a.csv")
	assert.Equal(t, exitStatus(errors.ErrRowsExported), r.status)
	assert.Equal(t, `export run acme-research/vision/a: the server has rows of it in Parquet files only

wandgo export does not read these files. If the run's directory is on a disk,
export it from there:

    wandgo export wandb/run-DATE-a -o FILE

Otherwise, read the history with a Go program: contrib/parquet/README.md in the
repository of wandgo shows how.
`, r.stderr)
}

func TestExport_Interrupted_ContinuesWhereItWas(t *testing.T) {
	t.Parallel()
	srv, i := exporting(t)
	fault := srv.Inject(wandbtest.Fault{Operation: "RunRows", After: 3, Status: 403, Body: `{"errors":[{"message":"permission denied","path":["project"],"extensions":{"code":"PERMISSION_ERROR"}}]}`})
	r := i.run(t, "export", "acme-research/vision", "-o", "all.jsonl")
	assert.NotZero(t, r.status)
	assert.NoFileExists(t, filepath.Join(i.dir, "all.jsonl"))
	part := filepath.Join(i.dir, "all.jsonl.part")
	text, err := os.ReadFile(part)
	require.NoError(t, err)
	assert.Equal(t, 4, strings.Count(string(text), "\n"), "the first run is there")
	fault.Remove()
	for _, cut := range []int{0, 5, 30, 60, 100} { // a process that is killed leaves half a line
		require.NoError(t, os.WriteFile(part, text[:len(text)-cut], 0o600))
		r = i.run(t, "export", "acme-research/vision", "-o", "all.jsonl")
		require.Zero(t, r.status, r.stderr)
		assert.Equal(t, wholeLines, exported(t, i, "all.jsonl"), cut) //nolint:testifylint // as above
		assert.Equal(t, "6 rows of 2 runs in "+filepath.Join(i.dir, "all.jsonl")+"\n", r.stderr, cut)
	}
	require.NoError(t, os.WriteFile(part, text, 0o600))
	r = i.run(t, "export", "acme-research/vision", "--keys", "loss", "-o", "all.jsonl")
	assert.Equal(t, 33, r.status)
	assert.Equal(t, fmt.Sprintf("Invalid --output %q: has a part of another export; to start over, delete %s. What to do: Correct --output on the command line.",
		filepath.Join(i.dir, "all.jsonl"), part), flat(r.stderr))
}

func TestExport_Mistakes_AreExplained(t *testing.T) {
	t.Parallel()
	_, i := exporting(t)
	for args, want := range map[string]string{
		"export":                      "exactly one path",
		"export acme-research/vision": "expected a file",
		"export acme-research/vision -o f --format xlsx":        "choose jsonl, csv or parquet",
		"export acme-research/vision/none -o f":                 "is missing or hidden",
		"export acme-research/visoin -o f":                      "similar name: vision",
		"export acme-research/vision -o f --filter [":           "must be a JSON object",
		"export acme-research/vision -o f --runs a,nope":        `"nope" is missing or hidden`,
		"export acme-research/vision -o f --runs a,,b":          "an id of a run is empty",
		"export acme-research/vision/a -o f --runs a":           "--runs is for the runs of a project",
		"export acme-research/vision -o f --runs a --filter {}": "cannot be combined",
		"export acme-research/vision -o none/f":                 "is in a directory that does not exist; create it first",
	} {
		r := i.run(t, strings.Fields(args)...)
		assert.NotZero(t, r.status, args)
		assert.Contains(t, strings.Join(strings.Fields(r.stderr), " "), want, args)
	}
}

// A text is not run as a formula by a spreadsheet, a metric named _run is not lost, and a
// time has no exponent.
func TestExport_CSV_TextsAreNoFormulas(t *testing.T) {
	t.Parallel()
	srv, i := exporting(t)
	require.NoError(t, srv.SetHistory("acme-research", "vision", "a", []string{
		`{"_step":0,"_run":"mine","_timestamp":1700000001.25,"t":"=1+1","-x":-1e-7}`,
		`{"_step":1,"_timestamp":1700000002,"t":"-1.5"}`,
		`{"_step":2,"t":"@SUM(A1)"}`,
		`{"_step":3,"t":"+a"}`,
		`{"_step":4,"t":"-a"}`,
		`{"_step":5,"t":"\t=1"}`,
		`{"_step":6,"t":"a=b"}`,
	}))
	r := i.run(t, "export", "acme-research/vision/a", "-o", "a.csv")
	require.Zero(t, r.status, r.stderr)
	assert.Equal(t, `_run,_step,'-x,_run_metric,_timestamp,t
a,0,-1e-07,mine,1700000001.25,'=1+1
a,1,,,1700000002,-1.5
a,2,,,,'@SUM(A1)
a,3,,,,'+a
a,4,,,,'-a
a,5,,,,'`+"\t"+`=1
a,6,,,,a=b
`, exported(t, i, "a.csv"))
	r = i.run(t, "export", "acme-research/vision/a", "-o", "a.jsonl")
	require.Zero(t, r.status, r.stderr)
	assert.Contains(t, exported(t, i, "a.jsonl"), `{"-x":-1e-07,"_run":"a","_run_metric":"mine","_step":0,"_timestamp":1700000001.25,"t":"=1+1"}`)
}

func TestExport_CtrlC_SaysWhatIsThere(t *testing.T) {
	t.Parallel()
	for after, want := range map[int64]string{0: "Nothing was written.", 3: "all.jsonl.part\n\nThe same command continues there."} {
		srv, i := exporting(t)
		ctx, stop := context.WithCancel(t.Context())
		var requests atomic.Int64
		srv.Inject(wandbtest.Fault{Operation: "RunRows", After: int(after), Hang: true, Match: func(*http.Request, []byte) bool {
			if requests.Add(1) > after {
				stop()
			}
			return true
		}})
		var stderr bytes.Buffer
		status := run(ctx, []string{"export", "acme-research/vision", "-o", "all.jsonl"}, environment{vars: i.vars, workDir: i.dir}, io.Discard, &stderr)
		stop()
		assert.Equal(t, exitInterrupted, status)
		assert.Contains(t, stderr.String(), want, after)
	}
}
