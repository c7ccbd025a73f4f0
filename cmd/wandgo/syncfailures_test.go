package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/wandbtest"
)

func TestNextStep_SharedCause_NamesTheCommandToRetry(t *testing.T) {
	t.Parallel()
	unavailable := func(dir string) client.SyncedRun {
		return client.SyncedRun{Dir: dir, Entity: dir, Err: &errors.RequestError{Cause: errors.ErrServerUnavailable}}
	}
	for _, tt := range []struct {
		name  string
		runs  []client.SyncedRun
		paths []string
		want  string
	}{
		{"one run", []client.SyncedRun{unavailable("a")}, nil, "The run stays on this disk. To retry: wandgo sync --entity acme a"},
		{"two runs", []client.SyncedRun{unavailable("a"), unavailable("b c")}, nil, "They stay on this disk. To retry: wandgo sync --entity acme a 'b c'"},
		{
			"many runs",
			[]client.SyncedRun{unavailable("a"), unavailable("b"), unavailable("c"), unavailable("d")},
			[]string{"wandb"},
			"They stay on this disk. To retry: wandgo sync --entity acme wandb",
		},
		{
			"refused",
			[]client.SyncedRun{{Dir: "a", Err: &errors.PermissionError{}}},
			nil,
			"The run stays on this disk. To upload to another entity: wandgo sync --entity ENTITY a",
		},
		{"deleted", []client.SyncedRun{{Dir: "a", Err: errors.ErrRunDeleted}}, nil, ""},
		{
			"no log",
			[]client.SyncedRun{{Dir: "a", Err: fmt.Errorf("read journal: %w", journal.ErrFormat)}},
			nil,
			"wandgo cannot read such a file: it is not a log, or its format is newer than this wandgo. Other runs are not affected.",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var b writer
			all := failures(&client.SyncReport{Runs: tt.runs})
			require.Len(t, all, 1)
			(&printer{w: &b}).nextStep(all[0], client.SyncOptions{Entity: "acme"}, tt.paths)
			assert.Equal(t, tt.want, flat(string(b)))
		})
	}
}

func TestFailures_ErrorsWithoutACode_AreGroupedByWhatTheyWrap(t *testing.T) {
	t.Parallel()
	run := func(dir string, err error) client.SyncedRun {
		return client.SyncedRun{Dir: dir, Err: fmt.Errorf("sync %s: %w", dir, err)}
	}
	noLog, denied := fmt.Errorf("read journal: %w", journal.ErrFormat), &fs.PathError{Op: "open", Path: "b", Err: fs.ErrPermission}
	for name, runs := range map[string][]client.SyncedRun{
		"no log first": {run("a", noLog), run("b", denied), run("c", noLog)},
		"no log last":  {run("b", denied), run("a", noLog), run("c", noLog)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := make(map[string]bool)
			for _, f := range failures(&client.SyncReport{Runs: runs}) {
				got[strings.Join(f.dirs, " ")] = errors.Is(f.first.Err, journal.ErrFormat)
			}
			assert.Equal(t, map[string]bool{"a c": true, "b": false}, got)
		})
	}
}

// Runs that are refused for one cause share its explanation; the command that was refused
// is only shown with what has to change before.
func TestSync_SeveralRefusedForOneCause_ExplainsItOnceAndListsTheRuns(t *testing.T) {
	t.Parallel()
	i := on(t, wandbtest.New(t, testWorld()).URL(), joKey)
	for _, run := range []string{"one", "two", "three"} {
		i.logOffline(t, client.RunOptions{Entity: "acme", Project: "of-" + run, ID: run}, 3)
	}
	r := i.run(t, "sync")
	assert.Equal(t, 13, r.status)
	assert.Equal(t, 1, strings.Count(r.stderr, "Cannot sync run "), r.stderr)
	assert.Contains(t, r.stderr, "The 3 runs with this cause:\n")
	for _, run := range []string{"one", "two", "three"} {
		assert.Regexp(t, `(?m)^  \S.*-`+run+`'?$`, r.stderr)
	}
	text := flat(r.stderr)
	assert.Contains(t, text, "To upload all of them to acme-research instead: wandgo sync --entity acme-research ")
	assert.Contains(t, text, "They stay on this disk. After the cause above is solved: wandgo sync ")
	assert.NotContains(t, text, "To retry")
}

// The same command would fail the same way, so it is not offered.
func TestSync_TypeClash_OffersNoSync(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, testWorld())
	i := on(t, srv.URL(), joKey)
	i.vars["WANDB_DIR"] = i.dir
	require.NoError(t, os.WriteFile(filepath.Join(i.dir, "d"), []byte("x"), 0o600))
	require.Zero(t, i.run(t, "artifact", "put", "d", "--name", "flowers").status)
	require.Equal(t, exitStatus(errors.ErrTypeClash), i.run(t, "artifact", "put", "d", "--name", "flowers", "--type", "other").status)
	for range 2 {
		r := i.run(t, "sync")
		assert.Equal(t, exitStatus(errors.ErrTypeClash), r.status)
		assert.Contains(t, flat(r.stderr), "Each later wandgo sync reports this as long as the run is on this disk.")
		assert.NotContains(t, r.stderr, "    wandgo sync")
	}
}
