package interop

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/api"
	"github.com/wandgo/wandgo/artifact"
	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/interop/official"
	"github.com/wandgo/wandgo/interop/scenario"
	"github.com/wandgo/wandgo/wandbtest"
)

// officialScript returns a function that runs a script with the official client on a server and returns what
// it prints.
func officialScript(t *testing.T, url, file string) func(args ...string) string {
	t.Helper()
	sdk, err := official.Find(t.Context())
	if errors.Is(err, official.ErrUnreachable) {
		t.Skipf("SKIPPED, nothing was compared: %v", err)
	}
	require.NoError(t, err)
	script, err := filepath.Abs(filepath.Join("testdata", file))
	require.NoError(t, err)
	return func(args ...string) string {
		ctx, cancel := context.WithTimeout(t.Context(), timeout)
		defer cancel()
		dir := t.TempDir()
		cmd := sdk.Command(ctx, dir, append([]string{script}, args...)...)
		cmd.Env = append(cmd.Env, "WANDB_BASE_URL="+url, "WANDB_API_KEY="+scenario.Key, "WANDB_ENTITY=acme", "WANDB_CONSOLE=off", "WANDB_SILENT=true")
		return output(t, cmd)
	}
}

// output runs a command whose daemons may outlive it, and returns what it prints.
func output(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	stdout, err := os.CreateTemp(t.TempDir(), "stdout")
	require.NoError(t, err)
	defer stdout.Close()
	stderr, err := os.CreateTemp(t.TempDir(), "stderr")
	require.NoError(t, err)
	defer stderr.Close()
	cmd.Stdout, cmd.Stderr = stdout, stderr
	if err := cmd.Run(); err != nil {
		said, _ := os.ReadFile(stderr.Name())
		require.NoError(t, err, "%s", said)
	}
	text, err := os.ReadFile(stdout.Name())
	require.NoError(t, err)
	return string(text)
}

// connect returns a client of the server.
func connect(t *testing.T, url string) *client.Client {
	t.Helper()
	env := map[string]string{"WANDB_ENTITY": "acme", "WANDB_PROJECT": "reads", "WANDB_X_DISABLE_STATS": "true"}
	c, err := client.New(client.Options{BaseURL: url, APIKey: scenario.Key, Dir: t.TempDir(), Output: io.Discard, Getenv: func(name string) string { return env[name] }})
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	return c
}

// TestReads_RunsOfBothClients_AreReadAlike makes a run with each client and reads both with both.
func TestReads_RunsOfBothClients_AreReadAlike(t *testing.T) {
	t.Parallel()
	for name, policy := range map[string]wandbtest.Policy{"live rows": {}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := wandbtest.New(t, scenario.Server(), wandbtest.WithPolicy(policy))
			script := officialScript(t, srv.URL(), "reads.py")
			script("write", "theirs")
			c := connect(t, srv.URL())
			writeRun(t, c)
			ours := readRuns(t, api.New(c))
			var theirs map[string]any
			require.NoError(t, json.Unmarshal([]byte(script("read")), &theirs))
			text, err := json.Marshal(ours)
			require.NoError(t, err)
			var plain map[string]any // with the types that JSON has
			require.NoError(t, json.Unmarshal(text, &plain))
			equal := 0
			for read, want := range theirs {
				if assert.Equal(t, want, plain[read], read) {
					equal++
				}
			}
			assert.Len(t, plain, len(theirs))
			t.Logf("%d of %d reads are equal", equal, len(theirs))
			for _, unknown := range srv.Unknown() {
				t.Logf("the official client asks for what the server does not know: %v", unknown)
			}
			after, err := api.New(c).Run(t.Context(), "acme/reads/ours")
			require.NoError(t, err)
			assert.Equal(t, "official", after.Config["by"], "what the official client changed")
			assert.Equal(t, int64(7), after.Summary["by"])
			assert.Contains(t, after.Tags, "official")
			assert.InDelta(t, 0.5, after.Config["lr"], 0)
		})
	}
}

func writeRun(t *testing.T, c *client.Client) {
	t.Helper()
	run, err := c.Init(t.Context(), client.RunOptions{
		ID: "ours", Name: "name of ours", Notes: "n", Group: "g", JobType: "train", Tags: []string{"t", "ours"},
		Config: map[string]any{"lr": 0.5, "net": map[string]any{"depth": 3}, "list": []any{1, "a"}},
	})
	require.NoError(t, err)
	for i := range 2500 {
		row := map[string]any{"loss": 1 / float64(i+1)}
		if i%3 == 0 {
			row["acc"] = i
		}
		require.NoError(t, run.Log(row))
	}
	file := filepath.Join(t.TempDir(), "up.txt")
	require.NoError(t, os.WriteFile(file, []byte("hi"), 0o600))
	_, err = run.SaveFile(file, filepath.Dir(file), client.SaveAtEnd)
	require.NoError(t, err)
	for _, name := range []string{"data", "more"} {
		a := artifact.New(name, "dataset")
		require.NoError(t, a.AddBytes("n.txt", []byte(name)))
		u, err := run.LogArtifact(a, client.ArtifactOptions{Aliases: []string{"best"}})
		require.NoError(t, err)
		_, err = u.Wait(t.Context())
		require.NoError(t, err)
	}
	_, err = run.UseArtifact(t.Context(), "data:best")
	require.NoError(t, err)
	require.NoError(t, run.Finish(t.Context()))
}

// versions describes versions as the script does.
func versions(t *testing.T, list iter.Seq2[*artifact.Version, error]) [][]any {
	t.Helper()
	out := [][]any{}
	for v, err := range list {
		require.NoError(t, err)
		out = append(out, []any{v.Name() + ":" + v.Version(), v.Type(), v.Digest(), slices.Sorted(slices.Values(v.Aliases()))})
	}
	slices.SortFunc(out, func(a, b []any) int { return strings.Compare(a[0].(string), b[0].(string)) })
	return out
}

// readRuns reads the runs as the script does.
func readRuns(t *testing.T, a *api.API) map[string]any {
	t.Helper()
	const path = "acme/reads"
	out := map[string]any{}
	ids := func(q api.Query) []string {
		q.PageSize = 2
		list := []string{}
		for run, err := range a.Runs(t.Context(), path, q) {
			require.NoError(t, err)
			list = append(list, run.ID)
		}
		return list
	}
	out["all runs"] = ids(api.Query{})
	out["by state"] = ids(api.Query{Filter: api.State("finished")})
	out["by config"] = ids(api.Query{Filter: api.Config("lr").Gt(0.3)})
	out["by nested config"] = ids(api.Query{Filter: api.Config("net.depth").Lte(3)})
	out["by tag"] = ids(api.Query{Filter: api.Property("tags").In("ours")})
	out["by two"] = ids(api.Query{Filter: api.And(api.Property("jobType").Eq("train"), api.Config("lr").Eq(0.25))})
	out["by either"] = ids(api.Query{Filter: api.Or(api.Property("displayName").Eq("name of theirs"), api.Tag("ours"))})
	out["by expression"] = ids(api.Query{Filter: api.Property("displayName").Matches("^name of o")})
	out["by summary"] = ids(api.Query{Filter: api.Summary("loss").Lt(1), Order: "-summary.loss"})
	out["order"] = ids(api.Query{Order: "-created_at"})
	n, err := a.CountRuns(t.Context(), path, api.Tag("t"))
	require.NoError(t, err)
	out["count"] = n
	for _, id := range []string{"theirs", "ours"} {
		readRun(t, a, path+"/"+id, func(name string, value any) { out[id+" "+name] = value })
	}
	projects := [][]string{}
	for p, err := range a.Projects(t.Context(), "acme") {
		require.NoError(t, err)
		projects = append(projects, []string{p.Entity, p.Name})
	}
	out["projects"] = projects
	return out
}

func readRun(t *testing.T, a *api.API, path string, set func(name string, value any)) {
	t.Helper()
	run, err := a.Run(t.Context(), path)
	require.NoError(t, err)
	tags := slices.Sorted(slices.Values(run.Tags))
	var sweep any
	if run.Sweep != "" {
		sweep = run.Sweep
	}
	set("labels", []any{run.Name, run.Notes, run.Group, run.JobType, run.State, tags, sweep})
	set("config", run.Config)
	delete(run.Summary, "_wandb")
	set("summary", withoutTimes(run.Summary))
	set("user", run.User)
	set("full history", history(t, run))
	set("some keys", history(t, run, api.Keys("loss", "acc")))
	set("range", history(t, run, api.Range(1200, 1210)))
	sample, err := run.Sample(t.Context(), 7, "loss")
	require.NoError(t, err)
	set("sample", sample)
	last := history(t, run, api.Range(2400, 1<<40))
	set("last step", last[len(last)-1].Step())
	files := []string{}
	for f, err := range run.Files(t.Context()) {
		require.NoError(t, err)
		if f.Name == "up.txt" || f.Name == "wandb-metadata.json" {
			files = append(files, f.Name)
		}
	}
	slices.Sort(files)
	set("files", files)
	set("logged artifacts", versions(t, run.Artifacts(t.Context())))
	set("used artifacts", versions(t, run.UsedArtifacts(t.Context())))
	f, err := run.File(t.Context(), "up.txt")
	require.NoError(t, err)
	set("size", []any{f.Size})
	body, err := f.Open(t.Context())
	require.NoError(t, err)
	defer body.Close()
	content, err := io.ReadAll(body)
	require.NoError(t, err)
	set("content", string(content))
	m, err := run.Metadata(t.Context())
	require.NoError(t, err)
	set("metadata", m["host"])
}

func history(t *testing.T, run *api.Run, options ...api.HistoryOption) []api.Row {
	t.Helper()
	var rows []api.Row
	for row, err := range run.History(t.Context(), options...) {
		require.NoError(t, err)
		rows = append(rows, withoutTimes(row))
	}
	return rows
}

func withoutTimes(row map[string]any) api.Row {
	delete(row, "_timestamp")
	delete(row, "_runtime")
	return row
}
