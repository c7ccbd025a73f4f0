package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/wandbtest"
)

// logOffline logs an offline run into the invocation's directory and returns the
// run's.
func (i *invocation) logOffline(t *testing.T, opts client.RunOptions, rows int) string {
	t.Helper()
	c, err := client.New(client.Options{Dir: i.dir, Getenv: func(string) string { return "" }})
	require.NoError(t, err)
	defer func() { require.NoError(t, c.Close()) }()
	opts.Mode = "offline"
	run, err := c.Init(t.Context(), opts)
	require.NoError(t, err)
	for n := range rows {
		require.NoError(t, run.Log(map[string]any{"loss": 1 / float64(n+1), "deep": map[string]any{"n": n}}))
	}
	require.NoError(t, run.Finish(t.Context()))
	return run.Dir()
}

var (
	dates = regexp.MustCompile(`\d{8}_\d{6}`)
	days  = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d`)
	sizes = regexp.MustCompile(`[\d.]+ [KM]?B`)
)

// plain replaces what differs between runs of the tests, and the padding that
// depends on it.
func (i *invocation) plain(text string) string {
	text = i.stable(dates.ReplaceAllString(text, "DATE"))
	text = days.ReplaceAllString(text, "DAY TIME")
	return sizes.ReplaceAllString(text, "SIZE")
}

func TestSync(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, testWorld())
	i := on(t, s.URL(), joKey)
	i.logOffline(t, client.RunOptions{Entity: "acme-research", Project: "vision", ID: "good", Name: "a good run"}, 1200)
	dir := i.logOffline(t, client.RunOptions{Entity: "acme", Project: "vision", ID: "refused"}, 3)

	r := i.run(t, "ls")
	require.Zero(t, r.status, r.stderr)
	golden(t, "ls.golden", i.plain(r.stdout))

	r = i.run(t, "sync", "--dry-run", "--parallel", "1")
	require.Zero(t, r.status, r.stderr)
	golden(t, "sync_dry_run.golden", i.plain(r.stdout))
	require.Empty(t, s.Runs())

	r = i.run(t, "sync", "--parallel", "1")
	assert.Equal(t, 13, r.status)
	golden(t, "sync.golden", i.plain(r.stdout))
	assert.Contains(t, r.stderr, `user "jo" is not a member of team "acme"`)
	assert.Contains(t, r.stderr, "wandgo sync --entity acme-research "+dir)

	r = i.run(t, "sync", "--json")
	assert.Equal(t, 13, r.status)
	var doc struct {
		ExitStatus int
		Runs       []struct {
			RunID, Outcome, Reason string
			Error                  struct{ Cause string }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(r.stdout), &doc), r.stdout)
	assert.Equal(t, 13, doc.ExitStatus)
	require.Len(t, doc.Runs, 2)
	assert.Equal(t, "skipped", doc.Runs[0].Outcome)
	assert.Equal(t, "not_team_member", doc.Runs[1].Error.Cause)

	r = i.run(t, "sync", dir, "--entity", "acme-research", "--project", "vision", "--clean")
	require.Zero(t, r.status, r.stderr)
	assert.NoDirExists(t, dir)
	v, ok := s.Run("acme-research", "vision", "refused")
	require.True(t, ok)
	assert.Len(t, v.HistoryLines, 3)

	r = i.run(t, "ls", "--json")
	require.Zero(t, r.status, r.stderr)
	var runs []map[string]any
	require.NoError(t, json.Unmarshal([]byte(r.stdout), &runs))
	require.Len(t, runs, 1)
	assert.Equal(t, true, runs[0]["synced"])
	assert.EqualValues(t, 1200, runs[0]["rowsUploaded"])
}

func TestSyncNothing(t *testing.T) {
	t.Parallel()
	i := on(t, "http://127.0.0.1:9", joKey)
	for _, command := range []string{"sync", "ls"} {
		r := i.run(t, command)
		assert.Zero(t, r.status, r.stderr)
		assert.Contains(t, r.stdout, "here are no runs in")
		r = i.run(t, command, "--json")
		assert.Zero(t, r.status, r.stderr)
		assert.True(t, json.Valid([]byte(r.stdout)), r.stdout)
		r = i.run(t, command, filepath.Join(i.dir, "nothing"))
		assert.NotZero(t, r.status)
		assert.NotEmpty(t, r.stderr)
	}
}

func TestSyncMisused(t *testing.T) {
	t.Parallel()
	i := in(t, nil)
	for _, args := range [][]string{
		{"sync", "--parallel", "0"},
		{"sync", "--clean-after", "1h"},
		{"sync", "--clean", "--clean-after", "-1h"},
		{"sync", "--nope"},
		{"ls", "--nope"},
		{"inspect"},
		{"inspect", "a", "b"},
		{"inspect", "--summary", "--plot", "x", "a"},
		{"inspect", "--width", "0", "a"},
	} {
		r := i.run(t, args...)
		assert.Equal(t, exitUsage, r.status, "%v", args)
		assert.Contains(t, r.stderr, "Usage: wandgo "+args[0])
	}
	r := i.run(t, "sync", "-h")
	assert.Zero(t, r.status)
}

func TestInspect(t *testing.T) {
	t.Parallel()
	i := in(t, nil)
	dir := i.logOffline(t, client.RunOptions{Entity: "acme", Project: "p", ID: "r1", Config: map[string]any{"lr": 0.1}}, 100)

	r := i.run(t, "inspect", dir)
	require.Zero(t, r.status, r.stderr)
	kinds := map[string]int{}
	for line := range strings.Lines(r.stdout) {
		var rec struct {
			Kind string
			Row  struct{ Loss float64 }
		}
		require.NoError(t, json.Unmarshal([]byte(line), &rec), line)
		kinds[rec.Kind]++
		if rec.Kind == "history" {
			assert.Positive(t, rec.Row.Loss)
		}
	}
	assert.Equal(t, 100, kinds["history"])
	assert.Equal(t, 1, kinds["exit"])
	assert.Empty(t, r.stderr)

	r = i.run(t, "inspect", "--summary", dir)
	require.Zero(t, r.status, r.stderr)
	var whole struct {
		Rows   int
		Config struct{ LR float64 }
		Exit   struct{ Code int }
	}
	require.NoError(t, json.Unmarshal([]byte(r.stdout), &whole))
	assert.Equal(t, 100, whole.Rows)
	assert.InDelta(t, 0.1, whole.Config.LR, 0)

	r = i.run(t, "inspect", "--plot", "loss", "--width", "40", "--height", "8", dir)
	require.Zero(t, r.status, r.stderr)
	golden(t, "plot.golden", r.stdout)
	i.vars["NO_UNICODE"] = "1"
	r = i.run(t, "inspect", "--plot", "deep.n", "--width", "40", "--height", "8", dir)
	require.Zero(t, r.status, r.stderr)
	golden(t, "plot_ascii.golden", r.stdout)
	r = i.run(t, "inspect", "--plot", "los", dir)
	assert.Equal(t, exitInternal, r.status)
	assert.Contains(t, r.stderr, "did you mean loss?")
}

// A log of the official client that breaks off, with a byte of it changed.
func TestInspectDamaged(t *testing.T) {
	t.Parallel()
	i := in(t, nil)
	text, err := os.ReadFile("../../internal/journal/testdata/official-0.31.0-full.wandb")
	require.NoError(t, err)
	text[2000] ^= 1
	path := filepath.Join(i.dir, "run-x.wandb")
	require.NoError(t, os.WriteFile(path, text[:len(text)-5], 0o600))
	r := i.run(t, "inspect", path)
	assert.Zero(t, r.status)
	golden(t, "inspect_damaged.golden", r.stderr)
	for line := range strings.Lines(r.stdout) {
		assert.True(t, json.Valid([]byte(line)), line)
	}
	r = i.run(t, "ls", path)
	assert.Zero(t, r.status)
	assert.Contains(t, r.stdout, "damaged, see wandgo inspect --summary")
}

func TestQuoteNonFinite(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ in, want string }{
		{`{"a":NaN}`, `{"a":"NaN"}`},
		{`{"NaN":[Infinity,-Infinity,1]}`, `{"NaN":["Infinity","-Infinity",1]}`},
		{`{"a":"\"NaN\\","b":NaN}`, `{"a":"\"NaN\\","b":"NaN"}`},
		{`{}`, `{}`},
	} {
		assert.Equal(t, test.want, string(quoteNonFinite([]byte(test.in))))
	}
}
