package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/artifact"
	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/wandbtest"
)

// The directories can be copied to sync and inspect.
func TestLs_RunsInEveryState_AreListed(t *testing.T) {
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
	// A log whose first records are damaged is still listed.
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
		f := strings.Split(line, "\t")
		require.Len(t, f, 9, "only runs, and no header")
		lines[f[2]] = append(lines[f[2]], line)
	}
	for _, dir := range dirs {
		assert.Contains(t, r.stdout, "\t"+dir+"\n")
	}
	require.Len(t, lines["twice"], 2)
	assert.NotEqual(t, lines["twice"][0], lines["twice"][1])
	assert.Contains(t, lines["twice"][0], "\tnone\t")
	assert.Contains(t, lines["refused"][0], "\tnot_team_member\t")
	assert.Contains(t, lines["synced"][0], "\tsynced\t")
	assert.Contains(t, lines["marked"][0], "\tmarked\t")
	require.Len(t, lines["hurt"], 1, r.stdout)
	assert.Contains(t, r.stderr, "damaged; see wandgo inspect --summary")

	i.vars["WANDB_BASE_URL"] = "http://127.0.0.1:9"
	r = i.run(t, "ls", "--json")
	var runs []listed
	require.NoError(t, json.Unmarshal([]byte(r.stdout), &runs))
	for _, run := range runs {
		assert.False(t, run.Synced, "another server has it")
		assert.Equal(t, run.RunID == "synced" || run.RunID == "marked", run.Marked)
	}
}

func TestLs_SyncedRun_ShowsNameAndProjectOfTheServer(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, testWorld())
	i := on(t, s.URL(), joKey)
	i.logOffline(t, client.RunOptions{ID: "r1"}, 3)
	r := i.run(t, "sync", "--entity", "acme-research", "--project", "vision")
	require.Zero(t, r.status, r.stderr)
	v, ok := s.Run("acme-research", "vision", "r1")
	require.True(t, ok)
	r = i.run(t, "ls", "--json")
	var runs []listed
	require.NoError(t, json.Unmarshal([]byte(r.stdout), &runs))
	require.Len(t, runs, 1)
	assert.Equal(t, []string{"acme-research", "vision", v.DisplayName}, []string{runs[0].Entity, runs[0].Project, runs[0].Name})
	assert.NotEmpty(t, v.DisplayName)
}

func TestLs_UploadUncertain_SaysSo(t *testing.T) {
	t.Parallel()
	for want, r := range map[string]listed{
		"synced":          {Synced: true, RowsUploaded: new(int64(3))},
		"marked":          {Marked: true},
		"no_seat":         {Refused: "no_seat", RowsUploaded: new(int64(3))},
		"unknown":         {},
		"none":            {RowsUploaded: new(int64)},
		"1 row":           {RowsUploaded: new(int64(1))},
		"1,200 rows":      {RowsUploaded: new(int64(1200))},
		"1 row or more":   {RowsUploaded: new(int64(1)), behind: true},
		"30 rows or more": {RowsUploaded: new(int64(30)), behind: true},
	} {
		assert.Equal(t, want, r.upload(plaintext.Grouped))
	}
	assert.Equal(t, "unknown", (&listed{RowsUploaded: new(int64), behind: true}).upload(plaintext.Grouped))
	assert.Equal(t, "1200 rows", (&listed{RowsUploaded: new(int64(1200))}).upload(plain))
}

// Only the command, which is to be copied, may be wider than the terminal.
func TestLs_Terminal_LongCommandStandsAlone(t *testing.T) {
	t.Parallel()
	i := in(t, nil)
	i.logOffline(t, client.RunOptions{ID: "a-run"}, 1)
	assert.Contains(t, i.onTerminal(t, 80, "ls"), "\nTo upload 1 run:\n\n    wandgo sync ")
}

func TestLs_ArtifactNotUploaded_SaysSo(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, testWorld())
	i := on(t, s.URL(), joKey)
	c, err := client.New(client.Options{BaseURL: s.URL(), APIKey: joKey, Dir: i.dir, Getenv: func(string) string { return "" }})
	require.NoError(t, err)
	defer c.Close()
	run, err := c.Init(t.Context(), client.RunOptions{ID: "r1", Mode: client.ModeOffline})
	require.NoError(t, err)
	a := artifact.New("net", "model")
	require.NoError(t, a.AddBytes("f", []byte("x")))
	_, err = run.LogArtifact(a, client.ArtifactOptions{})
	require.NoError(t, err)
	require.NoError(t, run.Finish(t.Context()))
	r := i.run(t, "ls")
	require.Zero(t, r.status, r.stderr)
	assert.Contains(t, r.stderr, ": 1 of 1 artifact not uploaded\n")
	r = i.run(t, "ls", "--json")
	var runs []listed
	require.NoError(t, json.Unmarshal([]byte(r.stdout), &runs))
	require.Len(t, runs, 1)
	assert.EqualValues(t, 1, runs[0].Artifacts)
	assert.EqualValues(t, 0, *runs[0].ArtifactsUploaded)
}
