package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/internal/term"
	"github.com/wandgo/wandgo/wandbtest"
)

// What --clean deletes is said, of runs that were synced earlier, too; and what it
// leaves, and why.
func TestSyncClean(t *testing.T) {
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
	out := i.plain(r.stdout)
	assert.Contains(t, out, "offline-run-DATE-earlier: synced already, deleted from the disk\n")
	assert.Contains(t, out, "acme-research/vision/now: 3 rows, 4 files, finished, deleted from the disk\n")
	assert.Contains(t, out, "- not deleted: the log is damaged\n")
	assert.Contains(t, out, "\n3 runs: 2 synced, 1 skipped; 2 deleted from the disk.\n")
	assert.NoDirExists(t, earlier)
	assert.FileExists(t, log)
	latest, err := os.Readlink(filepath.Join(i.dir, "wandb", "latest-run"))
	require.NoError(t, err)
	assert.Equal(t, filepath.Base(hurt), latest)
}

// The status is that of the first run that failed, in the order in which they are
// listed.
func TestSyncExitStatus(t *testing.T) {
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

// Ctrl-C is no failure of the runs that had not had their turn, and another sync goes
// on.
func TestSyncStopped(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, testWorld())
	i := on(t, s.URL(), joKey)
	for n := range 5 {
		i.logOffline(t, client.RunOptions{Entity: "acme-research", Project: "vision", ID: fmt.Sprint("r", n)}, 3)
	}
	held := s.Inject(wandbtest.Fault{Operation: "file_stream", After: 3, Hang: true}) // when the second's end is told
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan result, 1)
	go func() { done <- i.runWith(t, ctx, "sync", "--parallel", "1") }()
	require.NoError(t, held.Wait(t.Context(), 1))
	cancel()
	r := <-done
	assert.Equal(t, exitInterrupted, r.status)
	assert.NotContains(t, r.stdout, "failed")
	assert.Contains(t, r.stdout, "\nstopped  acme-research/vision/r1: 3 of 3 rows sent\n")
	assert.Contains(t, r.stdout, "\n5 runs: 1 synced, 4 interrupted.\nNothing is lost: the same command goes on where this one stopped.\n")
	assert.Empty(t, r.stderr)
	held.Remove()
	r = i.run(t, "sync")
	require.Zero(t, r.status, r.stderr)
	assert.Contains(t, r.stdout, "5 runs: 4 synced, 1 skipped.")
}

// Whoever looks sees which run is waited for, and why.
func TestSyncProgress(t *testing.T) {
	t.Parallel()
	var b writer
	o := &syncOutput{printer: printer{w: &b, style: term.NewStyle(false)}, live: true}
	told := func() string {
		defer func() { b = nil }()
		return strings.ReplaceAll(string(b), "\r\x1b[K", "")
	}
	p := client.SyncProgress{RunID: "r1", Phase: client.SyncReading, Logs: 3, LogsDone: 1}
	o.progress(p)
	assert.Equal(t, "[2/3] r1: reading", told())
	p.Phase = client.SyncAsking
	o.progress(p)
	assert.Equal(t, "[2/3] r1: waiting for the server", told(), "at once")
	o.waiting("dial tcp 127.0.0.1:9: connect: connection refused")
	assert.Equal(t, "[2/3] waiting for the server: dial tcp 127.0.0.1:9: connect: connection refused", told())
	p.Phase, p.Rows, p.TotalRows = client.SyncSending, 1234, 4936
	o.progress(p)
	assert.Equal(t, "[2/3] r1: 1,234 of 4,936 rows, 25%", told())
	p.Rows++
	o.progress(p)
	assert.Empty(t, told(), "not so often")
}

// The list says what sync and inspect are to be given, and what is known of a server.
func TestLs(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, testWorld())
	i := on(t, s.URL(), joKey)
	for range 2 {
		i.logOffline(t, client.RunOptions{Entity: "acme-research", Project: "vision", ID: "twice"}, 3)
	}
	i.logOffline(t, client.RunOptions{Entity: "acme", ID: "refused"}, 3)
	i.logOffline(t, client.RunOptions{Entity: "acme-research", Project: "vision", ID: "synced"}, 3)
	unknown := i.logOffline(t, client.RunOptions{Entity: "acme-research", Project: "vision", ID: "marked"}, 3)
	require.NoError(t, os.WriteFile(filepath.Join(unknown, "run-marked.wandb.synced"), nil, 0o600))
	root := filepath.Join(i.dir, "wandb")
	dirs, err := filepath.Glob(filepath.Join(root, "offline-run-*"))
	require.NoError(t, err)
	for _, id := range []string{"refused", "synced"} {
		found, err := filepath.Glob(filepath.Join(root, "*-"+id))
		require.NoError(t, err)
		i.run(t, "sync", found[0])
	}
	// A log whose first records are damaged is one all the same.
	hurt := filepath.Join(root, "run-20200101_000000-hurt")
	require.NoError(t, os.CopyFS(hurt, os.DirFS(unknown)))
	log := filepath.Join(hurt, "run-hurt.wandb")
	require.NoError(t, os.Rename(filepath.Join(hurt, "run-marked.wandb"), log))
	text, err := os.ReadFile(log)
	require.NoError(t, err)
	copy(text[60:], strings.Repeat("\xff", 60))
	require.NoError(t, os.WriteFile(log, text, 0o600))

	r := i.run(t, "ls")
	require.Zero(t, r.status, r.stderr)
	lines := map[string][]string{}
	for line := range strings.Lines(r.stdout) {
		if f := strings.Fields(line); len(f) > 5 {
			lines[f[2]] = append(lines[f[2]], line)
		}
	}
	for _, dir := range dirs {
		assert.Contains(t, r.stdout, " "+dir+"\n", "whole, to be copied")
	}
	require.Len(t, lines["twice"], 2)
	assert.NotEqual(t, lines["twice"][0], lines["twice"][1])
	assert.Contains(t, lines["twice"][0], " none ")
	assert.Contains(t, lines["refused"][0], " not_team_member ")
	assert.Contains(t, lines["synced"][0], " synced ")
	assert.Contains(t, lines["marked"][0], " marked ")
	require.Len(t, lines["hurt"], 1, r.stdout)
	assert.Contains(t, r.stdout, "damaged, see wandgo inspect --summary")

	i.vars["WANDB_BASE_URL"] = "http://127.0.0.1:9"
	r = i.run(t, "ls", "--json")
	var runs []listed
	require.NoError(t, json.Unmarshal([]byte(r.stdout), &runs))
	for _, run := range runs {
		assert.False(t, run.Synced, "another server has it")
		assert.Equal(t, run.RunID == "synced" || run.RunID == "marked", run.Marked)
	}
}

func TestUnreadable(t *testing.T) {
	t.Parallel()
	if os.Geteuid() == 0 {
		t.Skip("root may read everything")
	}
	i := on(t, "http://127.0.0.1:9", joKey)
	root := filepath.Join(i.dir, "wandb")
	require.NoError(t, os.Mkdir(root, 0))
	for _, command := range []string{"ls", "sync"} {
		r := i.run(t, command)
		assert.NotZero(t, r.status)
		assert.Contains(t, r.stderr, "permission denied")
		assert.NotContains(t, r.stdout, "here are no runs")
	}
}

// A metric without numbers is not offered.
func TestPlotOfNoNumbers(t *testing.T) {
	t.Parallel()
	i := in(t, nil)
	c, err := client.New(client.Options{Dir: i.dir, Getenv: func(string) string { return "" }})
	require.NoError(t, err)
	run, err := c.Init(t.Context(), client.RunOptions{Mode: "offline", ID: "r1"})
	require.NoError(t, err)
	require.NoError(t, run.Log(map[string]any{"s": "text", "loss": 1}))
	require.NoError(t, run.Finish(t.Context()))
	require.NoError(t, c.Close())
	r := i.run(t, "inspect", "--plot", "s", run.Dir())
	assert.Equal(t, exitInternal, r.status)
	assert.Contains(t, r.stderr, `no row has numbers for "s", whose values are none; there are loss`+"\n")
	r = i.run(t, "inspect", "--plot", "loss", run.Dir())
	for line := range strings.Lines(r.stdout) {
		assert.LessOrEqual(t, len([]rune(line)), term.DefaultColumns+1)
	}
}
