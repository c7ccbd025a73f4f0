package interop

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/interop/official"
	"github.com/wandgo/wandgo/interop/scenario"
	"github.com/wandgo/wandgo/interop/stored"
	"github.com/wandgo/wandgo/wandbtest"
)

// mediaRules are the differences of scenarios about media.
var mediaRules = map[string][]stored.Rule{
	"media_image":  {{Path: "*summary*.img.caption", How: stored.Anything, Reason: staleCaption}},
	"media_images": {{Path: "*summary*.all.captions[*]", How: stored.Anything, Reason: staleCaption}},
	"media_open_row": {
		{Path: "*media/images/*", How: stored.Anything, Reason: wrongStep},
		{Path: "*.path", Reason: wrongStep},
	},
}

const (
	staleCaption = "the official client merges an image into the summary, where the caption of an earlier one stays"
	wrongStep    = "the official client names a file of a row with a given step after the step before it"
)

// offlineMedia are the differences of runs that were offline.
var offlineMedia = []stored.Rule{
	{Path: "artifact *.step", How: stored.Anything, Reason: "a log does not have the step of an artifact"},
}

// TestSameMedia runs the scenarios about media with both clients: online, and offline with
// each client uploading its own runs and the other's. All must be equal to the official
// client's online runs.
func TestSameMedia(t *testing.T) {
	t.Parallel()
	sdk, err := official.Find(t.Context())
	if errors.Is(err, official.ErrUnreachable) {
		t.Skipf("SKIPPED, nothing was compared: %v", err)
	}
	require.NoError(t, err)
	packages, err := sdk.Media(t.Context())
	require.NoError(t, err)
	script, err := filepath.Abs(filepath.Join("testdata", "media.py"))
	require.NoError(t, err)
	both := sides{official: officialSide(sdk, script), ours: ourSide(t)}
	names := slices.DeleteFunc(scenario.Media(), func(name string) bool { return *only != "" && !strings.Contains(name, *only) })
	play := func(t *testing.T, by side, s *wandbtest.Server, dir string, env ...string) {
		t.Helper()
		env = append(env, "PYTHONPATH="+packages)
		if by.name == "official" {
			out := execute(t.Context(), by, s, dir, env, scenario.Phase{}, names...)
			require.NoError(t, out.err)
			require.Zero(t, out.exit, "%v", out.said)
			return
		}
		for _, name := range names {
			out := execute(t.Context(), by, s, dir, env, scenario.Phase{}, name)
			require.NoError(t, out.err)
			require.Zero(t, out.exit, "%s: %v", name, out.said)
		}
	}
	want := wandbtest.New(t, scenario.Server())
	play(t, both.official, want, t.TempDir())
	ways := map[string]func(*testing.T, *wandbtest.Server, string){
		"wandgo online": func(t *testing.T, s *wandbtest.Server, dir string) { t.Helper(); play(t, both.ours, s, dir) },
		"wandgo offline, wandgo uploads": func(t *testing.T, s *wandbtest.Server, dir string) {
			t.Helper()
			play(t, both.ours, s, dir, "WANDB_MODE=offline")
			syncOurs(t, s, dir, len(names))
		},
		"wandgo offline, the official client uploads": func(t *testing.T, s *wandbtest.Server, dir string) {
			t.Helper()
			play(t, both.ours, s, dir, "WANDB_MODE=offline")
			runs, err := filepath.Glob(filepath.Join(dir, "wandb", "offline-run-*"))
			require.NoError(t, err)
			require.Len(t, runs, len(names))
			cmd := sdk.Command(t.Context(), dir, append([]string{"-m", "wandb", "sync"}, runs...)...)
			cmd.Env = append(cmd.Env, "WANDB_BASE_URL="+s.URL(), "WANDB_API_KEY="+scenario.Key, "WANDB_PROJECT="+scenario.Project)
			said, err := cmd.CombinedOutput()
			require.NoError(t, err, "%s", said)
		},
		"the official client offline, wandgo uploads": func(t *testing.T, s *wandbtest.Server, dir string) {
			t.Helper()
			play(t, both.official, s, dir, "WANDB_MODE=offline")
			syncOurs(t, s, dir, len(names))
		},
	}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, scenario.Server())
			way(t, s, t.TempDir())
			fields := 0
			for _, id := range names {
				theirs, ours := mediaRun(t, want, id), mediaRun(t, s, id)
				rules := append(stored.MayDiffer(), mediaRules[id]...)
				if strings.Contains(name, "offline") {
					rules = append(rules, offlineMedia...)
				}
				for _, d := range stored.Compare(theirs, ours, rules, nil) {
					assert.Fail(t, "the runs differ", "%s: %s", id, d)
				}
				fields += len(theirs)
			}
			assert.Empty(t, s.Unknown())
			t.Logf("%d scenarios with media equal: %s, %d fields compared", len(names), name, fields)
		})
	}
}

// mediaRun returns what a server has of a run.
func mediaRun(t *testing.T, s *wandbtest.Server, id string) stored.Fields {
	t.Helper()
	for _, key := range s.Runs() {
		if key.ID == id {
			v, _ := s.Run(key.Entity, key.Project, key.ID)
			return stored.MediaOf(v, s.Artifacts())
		}
	}
	require.Fail(t, "the server has no such run", id)
	return nil
}
