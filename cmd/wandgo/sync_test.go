package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/internal/plaintext"
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
	dates    = regexp.MustCompile(`\d{8}_\d{6}`)
	days     = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d`)
	logBytes = regexp.MustCompile(`\t\d+\tDIR`)
	sizes    = regexp.MustCompile(`[\d.]+ [kM]?B`)
)

// wide has room for a table with a temporary directory.
const wide = 400

// plain replaces what differs between runs of the tests, and the padding that
// depends on it.
func (i *invocation) plain(text string) string {
	text = i.stable(dates.ReplaceAllString(text, "DATE"))
	text = days.ReplaceAllString(text, "DAY TIME")
	text = logBytes.ReplaceAllString(text, "\tBYTES\tDIR")
	return sizes.ReplaceAllString(text, "SIZE")
}

func TestSync_OneRefusal_UploadsTheRest(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, testWorld())
	i := on(t, s.URL(), joKey)
	i.logOffline(t, client.RunOptions{Entity: "acme-research", Project: "vision", ID: "good", Name: "a good run"}, 1200)
	dir := i.logOffline(t, client.RunOptions{Entity: "acme", Project: "vision", ID: "refused"}, 3)

	golden(t, "ls.golden", i.plain(i.onTerminal(t, wide, "ls")))
	golden(t, "ls_pipe.golden", i.plain(i.run(t, "ls").stdout))

	r := i.run(t, "sync", "--dry-run", "--parallel", "1")
	require.Zero(t, r.status, r.stderr)
	golden(t, "sync_dry_run.golden", i.plain(r.stdout))
	require.Empty(t, s.Runs())

	r = i.run(t, "sync", "--parallel", "1")
	assert.Equal(t, 13, r.status)
	golden(t, "sync.golden", i.plain(r.stdout))
	assert.Contains(t, r.stderr, `user "jo" is not a member of team "acme"`)
	assert.Contains(t, r.stderr, "wandgo sync --entity acme-research --project vision "+plaintext.ShellWord(dir))

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

func TestSync_NoRuns_Succeeds(t *testing.T) {
	t.Parallel()
	i := on(t, "http://127.0.0.1:9", joKey)
	for _, command := range []string{"sync", "ls"} {
		r := i.run(t, command)
		assert.Zero(t, r.status, r.stderr)
		assert.Contains(t, r.stdout+r.stderr, "o runs in")
		r = i.run(t, command, "--json")
		assert.Zero(t, r.status, r.stderr)
		assert.True(t, json.Valid([]byte(r.stdout)), r.stdout)
		r = i.run(t, command, filepath.Join(i.dir, "nothing"))
		assert.NotZero(t, r.status)
		assert.NotEmpty(t, r.stderr)
	}
}

func TestSync_InvalidFlags_ReturnsUsage(t *testing.T) {
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

// Runs that were uploaded earlier are deleted too.
func TestSync_Clean_ReportsWhatIsDeletedAndKept(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, testWorld())
	i := on(t, s.URL(), joKey)
	earlier := i.logOffline(t, client.RunOptions{Entity: "acme-research", Project: "vision", ID: "earlier"}, 3)
	require.Zero(t, i.run(t, "sync").status)
	i.logOffline(t, client.RunOptions{Entity: "acme-research", Project: "vision", ID: "now"}, 3)
	hurt := i.logOffline(t, client.RunOptions{Entity: "acme-research", Project: "vision", ID: "hurt"}, 3000)
	log := filepath.Join(hurt, "run-hurt.wandb")
	text, err := os.ReadFile(log)
	require.NoError(t, err)
	copy(text[len(text)/2:], strings.Repeat("\xff", 600))
	require.NoError(t, os.WriteFile(log, text, 0o600))

	r := i.run(t, "sync", "--clean", "--parallel", "1")
	require.Zero(t, r.status, r.stderr)
	out := i.plain(flat(r.stdout))
	assert.Contains(t, out, "offline-run-DATE-earlier: synced already, deleted from this disk")
	assert.Contains(t, out, "acme-research/vision/now: 3 rows, 4 files, finished, deleted from this disk")
	assert.Contains(t, out, "- not deleted: the log is damaged")
	assert.Contains(t, out, " 3 runs: 2 synced, 1 skipped; 2 deleted from this disk.")
	assert.NoDirExists(t, earlier)
	assert.FileExists(t, log)
	latest, err := os.Readlink(filepath.Join(i.dir, "wandb", "latest-run"))
	require.NoError(t, err)
	assert.Equal(t, filepath.Base(hurt), latest)
}

func TestSync_SeveralFailures_ExitsWithTheFirst(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, testWorld())
	for name, c := range map[string]struct {
		junk string
		want int
	}{
		"junk first":    {"offline-run-20200101_000000-junk", exitInternal},
		"refusal first": {"run-20200101_000000-junk", 13},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := on(t, s.URL(), joKey)
			i.logOffline(t, client.RunOptions{Entity: "acme", ID: "refused"}, 3)
			dir := filepath.Join(i.dir, "wandb", c.junk)
			require.NoError(t, os.MkdirAll(dir, 0o700))
			require.NoError(t, os.WriteFile(filepath.Join(dir, "run-junk.wandb"), []byte("not a log, certainly not"), 0o600))
			assert.Equal(t, c.want, i.run(t, "sync").status)
		})
	}
}

// Runs that were not started yet have not failed, and another sync continues.
func TestSync_Interrupted_ContinuesNextTime(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, testWorld())
	i := on(t, s.URL(), joKey)
	for n := range 5 {
		i.logOffline(t, client.RunOptions{Entity: "acme-research", Project: "vision", ID: fmt.Sprint("r", n)}, 3)
	}
	held := s.Inject(wandbtest.Fault{Operation: "file_stream", After: 3, Hang: true}) // when the second run finishes
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan result, 1)
	go func() { done <- i.runWith(t, ctx, "sync", "--parallel", "1") }()
	require.NoError(t, held.Wait(t.Context(), 1))
	cancel()
	r := <-done
	assert.Equal(t, exitInterrupted, r.status)
	assert.NotContains(t, r.stdout, "failed")
	assert.Contains(t, r.stdout, "\nstopped  acme-research/vision/r1: 3 of 3 rows uploaded\n")
	assert.Contains(t, r.stdout, "\n5 runs: 1 synced, 4 interrupted.\nNo data is lost: the same command continues where this one stopped.\n")
	assert.Empty(t, r.stderr)
	held.Remove()
	r = i.run(t, "sync")
	require.Zero(t, r.status, r.stderr)
	assert.Contains(t, r.stdout, "5 runs: 4 synced, 1 synced already (see -v).")
	assert.NotContains(t, r.stdout, "skipped")
	assert.Equal(t, "5 runs: 5 synced already (see -v).\n", i.run(t, "sync").stdout)
	r = i.run(t, "sync", "-v")
	assert.Equal(t, 5, strings.Count(flat(r.stdout), ": synced already"), r.stdout)
	assert.Contains(t, r.stdout, "\n5 runs: 5 synced already.\n")
}

func TestSync_UnreadableDirectory_ReturnsError(t *testing.T) {
	t.Parallel()
	if os.Geteuid() == 0 {
		t.Skip("root can read everything")
	}
	i := on(t, "http://127.0.0.1:9", joKey)
	root := filepath.Join(i.dir, "wandb")
	require.NoError(t, os.Mkdir(root, 0))
	for _, command := range []string{"ls", "sync"} {
		r := i.run(t, command)
		assert.NotZero(t, r.status)
		assert.Contains(t, flat(r.stderr), "permission denied")
		assert.NotContains(t, r.stdout, "o runs in")
	}
}

func TestSync_OfficialSpellings_AreAccepted(t *testing.T) {
	t.Parallel()
	i := in(t, map[string]string{"WANDB_API_KEY": joKey})
	r := i.run(t, "sync", "--yes", "--sync-all", "--skip-online", "--skip-synced", "--no-include-online", "-e", "acme", "-p", "vision", "-n", "2", "--dry-run")
	assert.Equal(t, exitAllowed, r.status, r.stderr)
}

// The first row of the killed process reached the server, and nothing on the disk says so.
func TestSync_KilledRun_CountsRowsUploadedNowAndBefore(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, testWorld())
	i := on(t, s.URL(), joKey)
	i.logKilled(t, client.RunOptions{Entity: "acme-research", Project: "vision", ID: "killed", Name: "a killed run"}, 32)

	golden(t, "ls_killed.golden", i.plain(i.onTerminal(t, wide, "ls")))
	r := i.run(t, "sync")
	require.Zero(t, r.status, r.stderr)
	golden(t, "sync_killed.golden", i.plain(r.stdout))
	v, ok := s.Run("acme-research", "vision", "killed")
	require.True(t, ok)
	assert.Len(t, v.HistoryLines, 32)
	golden(t, "ls_killed_synced.golden", i.plain(i.onTerminal(t, wide, "ls")))
}

// logKilled logs rows of an online run whose process is killed after the server has
// acknowledged the first.
func (i *invocation) logKilled(t *testing.T, opts client.RunOptions, rows int) {
	t.Helper()
	net := new(cable)
	c, err := client.New(client.Options{Dir: i.dir, HTTPClient: &http.Client{Transport: net}, Getenv: func(name string) string { return i.vars[name] }})
	require.NoError(t, err)
	run, err := c.Init(t.Context(), opts)
	require.NoError(t, err)
	require.NoError(t, run.Log(map[string]any{"n": 0}))
	require.NoError(t, run.Flush(t.Context()))
	net.unplugged.Store(true)
	for n := range rows - 1 {
		require.NoError(t, run.Log(map[string]any{"n": n + 1}))
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	require.Error(t, run.Flush(ended), "on the disk, not on the server")
	left := filepath.Join(t.TempDir(), "left")
	require.NoError(t, os.CopyFS(left, os.DirFS(run.Dir())))
	require.Error(t, run.Finish(ended))
	require.NoError(t, c.Close())
	require.NoError(t, os.RemoveAll(run.Dir()))
	require.NoError(t, os.Rename(left, run.Dir()))
}

// cable connects a process to the server until it is unplugged.
type cable struct{ unplugged atomic.Bool }

func (c *cable) RoundTrip(r *http.Request) (*http.Response, error) {
	if c.unplugged.Load() {
		return nil, errors.New("unplugged")
	}
	return http.DefaultTransport.RoundTrip(r)
}
