package client_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// refusedPart is a way in which the server takes a run's rows and not all else.
type refusedPart struct {
	name  string
	fault wandbtest.Fault
	file  bool // it concerns files, not the settings
	cause error
	asks  int // questions that it calls for
}

func refusedParts() []refusedPart {
	burnt := `{"errors":[{"message":"run acme/team/x was previously created and deleted; try a new run name"}]}`
	return []refusedPart{
		{"settings", wandbtest.Fault{Operation: "UpsertBucket", Status: 403, Body: gqlError("permission denied")}, false, errors.ErrPermissionDenied, 1},
		{"settings, with a 200", wandbtest.Fault{Operation: "UpsertBucket", Body: `{"error":"permission denied"}`}, false, errors.ErrPermissionDenied, 1},
		{"settings, with a null", wandbtest.Fault{Operation: "UpsertBucket", Body: `{"data":{"upsertBucket":null}}`}, false, errors.ErrUnexpectedAnswer, 0},
		{"settings of a deleted run", wandbtest.Fault{Operation: "UpsertBucket", Status: 409, Body: burnt}, false, errors.ErrRunDeleted, 0},
		{"files", wandbtest.Fault{Operation: "CreateRunFiles", Status: 403, Body: gqlError("permission denied")}, true, errors.ErrPermissionDenied, 1},
		{"files, by the store", wandbtest.Fault{Operation: "PUT", Status: 403, Body: storageXML}, true, errors.ErrStoreRefused, 0},
	}
}

// asked counts the follow-up questions that the server got.
func asked(s *wandbtest.Server) int {
	n := 0
	for _, r := range s.Requests() {
		if isQuestion(nil, r.Body) {
			n++
		}
	}
	return n
}

// assertTyped checks that an error is one of the public types, with its cause.
func assertTyped(t *testing.T, err, cause error) {
	t.Helper()
	require.ErrorIs(t, err, cause)
	_, refused := errors.AsType[*errors.PermissionError](err)
	_, failed := errors.AsType[*errors.RequestError](err)
	assert.True(t, refused || failed, "%v", err)
}

// change is something that each part of the server has to take: a setting, a file
// of the disk and one in memory.
func change(t *testing.T, run *client.Run) {
	t.Helper()
	require.NoError(t, run.UpdateConfig(map[string]any{"late": 1}))
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "m.bin"), []byte("weights"), 0o600))
	names, err := run.SaveFile(filepath.Join(dir, "*"), dir, client.SaveNow)
	require.NoError(t, err)
	require.Equal(t, []string{"m.bin"}, names)
	_, err = run.SaveFS(fstest.MapFS{"deep/t.csv": {Data: []byte("table")}}, "deep/*", client.SaveAtEnd)
	require.NoError(t, err)
}

// exists reports whether a file of the run is kept in its directory.
func exists(run *client.Run, name string) bool {
	_, err := os.Stat(filepath.Join(run.Dir(), "files", name))
	return err == nil
}

// assertRepaired syncs the run's directory and checks that the server has all.
func assertRepaired(t *testing.T, s *wandbtest.Server, c *client.Client, run *client.Run, rows int) {
	t.Helper()
	report := synced(t, c, client.SyncOptions{}, run.Dir())
	assert.Equal(t, client.SyncDone, report.Runs[0].Outcome)
	v := onServer(t, s, "acme", "team", run.ID())
	assert.Len(t, v.HistoryLines, rows)
	assert.InDelta(t, 1, v.Config["late"], 0)
	assert.Equal(t, "weights", string(v.Files["m.bin"]))
	assert.Equal(t, "table", string(v.Files["deep/t.csv"]))
	assert.Equal(t, "finished", v.State)
}

// TestPartRefusedMidway: the settings or the files are refused, and the rows go on.
// The program learns why, at once and once, and nothing is lost.
func TestPartRefusedMidway(t *testing.T) {
	t.Parallel()
	for _, tt := range refusedParts() {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, everybody())
			var w warnings
			c := newClient(t, s, key("member"), quickly, at(briefly), w.listen, described)
			told := make(chan error, 2)
			run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", OnLost: func(err error) { told <- err }})
			require.NoError(t, err)
			fault := s.Inject(tt.fault)
			log(t, run, 0, 3)
			change(t, run)
			lost := <-told
			assertTyped(t, lost, tt.cause)
			assertTyped(t, run.Err(), tt.cause)
			assert.NotEmpty(t, onDisk(t, run.Dir()).Refusal)
			hits := fault.Hits()
			said := strings.Join(w.all(), "; ")
			assert.Equal(t, !tt.file, strings.Contains(said, "settings"), said)
			assert.Equal(t, tt.file, strings.Contains(said, "file"), said)

			if tt.fault.Operation == "CreateRunFiles" { // the program may change them later on
				require.Eventually(t, func() bool { return exists(run, "m.bin") }, time.Minute, time.Millisecond)
			}

			// The rows go on. Another file takes as long as the next change of the
			// settings would, which is not even tried.
			log(t, run, 3, 6)
			require.NoError(t, run.UpdateConfig(map[string]any{"later": 1}))
			if !tt.file {
				_, err = run.SaveFS(fstest.MapFS{"f": {}}, "f", client.SaveNow)
				require.NoError(t, err)
				_, err = s.WaitRun(t.Context(), "acme", "team", run.ID(), func(v wandbtest.RunView) bool { _, ok := v.Files["f"]; return ok })
				require.NoError(t, err)
				assert.Equal(t, hits, fault.Hits(), "what is refused is not tried for ever")
			}
			stored(t, s, run, 6)

			err = run.Finish(t.Context())
			assertTyped(t, err, tt.cause)
			assertTyped(t, run.Err(), tt.cause)
			assert.Equal(t, tt.asks, asked(s), "the diagnosis runs once")
			assert.Empty(t, told, "and is told once")
			if !tt.file {
				assert.Equal(t, hits+1, fault.Hits(), "at the end it is tried once more")
			}
			v := onServer(t, s, "acme", "team", run.ID())
			assert.Equal(t, "finished", v.State)
			assert.False(t, onDisk(t, run.Dir()).Dir.Synced())
			fault.Remove()
			assertRepaired(t, s, c, run, 6)
		})
	}
}

// TestPartRefusedInFinish: it is Finish that finds out, and says why.
func TestPartRefusedInFinish(t *testing.T) {
	t.Parallel()
	for _, tt := range refusedParts() {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, everybody())
			c := newClient(t, s, key("member"), quickly, described)
			told := make(chan error, 1)
			run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", OnLost: func(err error) { told <- err }})
			require.NoError(t, err)
			fault := s.Inject(tt.fault)
			log(t, run, 0, 3)
			change(t, run)
			assertTyped(t, run.Finish(t.Context()), tt.cause)
			assertTyped(t, run.Err(), tt.cause)
			assert.Equal(t, tt.asks, asked(s))
			kept := onDisk(t, run.Dir())
			assert.NotEmpty(t, kept.Refusal)
			assert.False(t, kept.Dir.Synced())
			assert.Empty(t, told, "Finish says it")
			if tt.file {
				for name, want := range map[string]string{"m.bin": "weights", "deep/t.csv": "table"} {
					text, err := os.ReadFile(filepath.Join(run.Dir(), "files", name))
					require.NoError(t, err)
					assert.Equal(t, want, string(text))
				}
			}
			fault.Remove()
			assertRepaired(t, s, c, run, 3)
		})
	}
}

// TestAllPartsRefused: a role is lowered, and settings, files and at last the rows are
// refused for it.
func TestAllPartsRefused(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("member"), at(client.Cadence{Interval: 2 * time.Second, ConfigDelay: 10 * time.Millisecond, FileDelay: 10 * time.Millisecond}))
	told := make(chan error, 3)
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", OnLost: func(err error) { told <- err }})
	require.NoError(t, err)
	log(t, run, 0, 1)
	stored(t, s, run, 1)
	require.NoError(t, s.SetRole("acme", "member", wandbtest.RoleViewer))
	change(t, run)
	first := <-told
	require.ErrorIs(t, first, errors.ErrViewerRole)
	assert.NotContains(t, first.Error(), "upload run", "the rows were not sent yet")
	log(t, run, 1, 4)
	// OnLost reported the settings already and is not called again.
	require.Eventually(t, func() bool {
		p, ok := errors.AsType[*errors.PermissionError](run.Err())
		return ok && p.Op == "upload run" && errors.Is(p, errors.ErrViewerRole)
	}, time.Minute, time.Millisecond)
	_, err = run.SaveFS(fstest.MapFS{"after": {Data: []byte("a")}}, "*", client.SaveNow)
	require.NoError(t, err)
	err = run.Finish(t.Context())
	require.ErrorIs(t, err, errors.ErrViewerRole)
	p, ok := errors.AsType[*errors.PermissionError](run.Err())
	require.True(t, ok)
	assert.Equal(t, "upload run", p.Op, "that the rows are refused is what counts")
	assert.Equal(t, 1, asked(s))
	assert.Empty(t, told)
	for name, want := range map[string]string{"m.bin": "weights", "deep/t.csv": "table", "after": "a"} {
		text, err := os.ReadFile(filepath.Join(run.Dir(), "files", name))
		require.NoError(t, err)
		assert.Equal(t, want, string(text))
	}
	require.NoError(t, s.SetRole("acme", "member", wandbtest.RoleMember))
	assertRepaired(t, s, c, run, 4)
}

// TestSettingsTakenInTheEnd: what was refused for a while and is then taken is no
// trouble any more.
func TestSettingsTakenInTheEnd(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("member"), quickly, at(briefly))
	told := make(chan error, 1)
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", OnLost: func(err error) { told <- err }})
	require.NoError(t, err)
	s.Inject(wandbtest.Fault{Operation: "UpsertBucket", Status: 403, Body: gqlError("permission denied"), Count: 1})
	change(t, run)
	<-told
	require.Error(t, run.Err())
	require.NoError(t, run.Finish(t.Context()))
	require.NoError(t, run.Err())
	kept := onDisk(t, run.Dir())
	assert.True(t, kept.Dir.Synced())
	assert.Empty(t, kept.Refusal)
	assert.InDelta(t, 1, onServer(t, s, "acme", "team", run.ID()).Config["late"], 0)
}

// TestFileTakenInTheEnd: a file that the store refused is saved again, and taken.
func TestFileTakenInTheEnd(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("member"), quickly, at(briefly))
	told := make(chan error, 1)
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", OnLost: func(err error) { told <- err }})
	require.NoError(t, err)
	s.Inject(wandbtest.Fault{Operation: "PUT", Status: 403, Body: storageXML, Count: 1, Match: func(_ *http.Request, body []byte) bool {
		return string(body) == "weights"
	}})
	for range 2 {
		_, err = run.SaveFS(fstest.MapFS{"m.bin": {Data: []byte("weights")}}, "*", client.SaveNow)
		require.NoError(t, err)
		if run.Err() == nil {
			require.ErrorIs(t, <-told, errors.ErrStoreRefused)
		}
	}
	require.NoError(t, run.Finish(t.Context()))
	require.NoError(t, run.Err())
	assert.True(t, onDisk(t, run.Dir()).Dir.Synced())
	assert.Equal(t, "weights", string(onServer(t, s, "acme", "team", run.ID()).Files["m.bin"]))
}

// TestFinishInTheHook: the program may end the run where it learns of the loss, from
// several places at once, and a hook that takes its time keeps nobody waiting.
func TestFinishInTheHook(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("member"), quickly)
	begun, in := make(chan *client.Run, 1), make(chan error, 1)
	release := make(chan struct{})
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", OnLost: func(error) {
		in <- (<-begun).Finish(t.Context())
		<-release
	}})
	require.NoError(t, err)
	require.NoError(t, s.SetRole("acme", "member", wandbtest.RoleViewer))
	log(t, run, 0, 3)
	begun <- run
	err = <-in
	require.ErrorIs(t, err, errors.ErrViewerRole)
	assert.Equal(t, err, run.Finish(t.Context()), "though the hook still runs")
	close(release)
	assertRowsOnce(t, s, run, 3)
}
