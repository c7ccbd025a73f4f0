package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/wandbtest"
)

// importing returns an invocation beside a copy of event files of tensorboardX.
func importing(t *testing.T) (*wandbtest.Server, *invocation) {
	t.Helper()
	srv := wandbtest.New(t, testWorld())
	i := on(t, srv.URL(), joKey)
	i.vars["WANDB_DIR"] = i.dir
	require.NoError(t, os.CopyFS(filepath.Join(i.dir, "logs"), os.DirFS("../../internal/tfevents/testdata/logs")))
	return srv, i
}

// importedBy is the JSON document of an import.
func importedBy(t *testing.T, r result) map[string]map[string]any {
	t.Helper()
	var d struct{ Runs []map[string]any }
	require.NoError(t, json.Unmarshal([]byte(r.stdout), &d), r.stdout)
	runs := make(map[string]map[string]any)
	for _, run := range d.Runs {
		runs[run["name"].(string)] = run
	}
	return runs
}

func TestImport_TensorBoard_RunsHaveRowsTimesAndMedia(t *testing.T) {
	t.Parallel()
	srv, i := importing(t)
	r := i.run(t, "import", "tensorboard", "logs", "--json", "--group", "g", "--tags", "a,b")
	require.Zero(t, r.status, r.stderr)
	runs := importedBy(t, r)
	require.Len(t, runs, 4)
	assert.Equal(t, importEmpty, runs["eval"]["outcome"])
	assert.Equal(t, map[string]any{"mesh": 1.0}, runs["tf2"]["skippedValues"])
	assert.InDelta(t, 2, runs["tf2"]["replacedEvents"], 0)

	train, ok := srv.Run("acme-research", "vision", runs["train"]["runId"].(string))
	require.True(t, ok)
	assert.Equal(t, "train", train.DisplayName)
	assert.Equal(t, "g", train.Group)
	assert.Equal(t, []string{"a", "b"}, train.Tags)
	require.Len(t, train.HistoryLines, 5)
	assert.JSONEq(t, `{"_step":1,"_runtime":1.25,"_timestamp":1700000001.25,"global_step":1,"loss":0.5,"acc/top1":0.1}`, train.HistoryLines[1])
	var last struct {
		Notes   string `json:"notes/text_summary"`
		Weights struct {
			Type         string `json:"_type"`
			Values, Bins []float64
		}
		Image struct {
			Type      string `json:"_type"`
			Filenames []string
			Width     int
		} `json:"in/sample"`
	}
	require.NoError(t, json.Unmarshal([]byte(train.HistoryLines[3]), &last))
	assert.Equal(t, "hello *world*", last.Notes)
	assert.Equal(t, "histogram", last.Weights.Type)
	assert.Equal(t, []float64{13, 12, 13, 12, 12, 13, 12, 13}, last.Weights.Values)
	assert.Len(t, last.Weights.Bins, 9)
	assert.Equal(t, 5, last.Image.Width)
	require.Len(t, last.Image.Filenames, 1)
	_, ok = srv.RunFile("acme-research", "vision", train.ID, last.Image.Filenames[0])
	assert.True(t, ok)
	assert.Contains(t, train.HistoryLines[4], `"loss":NaN`)

	hp, ok := srv.Run("acme-research", "vision", runs["eval/hp"]["runId"].(string))
	require.True(t, ok)
	assert.InDelta(t, 0.1, hp.Config["lr"], 0)
	left, err := filepath.Glob(filepath.Join(i.dir, "wandb", "offline-run-*"))
	require.NoError(t, err)
	assert.Empty(t, left, "the server has them")
}

func TestImport_Again_SendsOnlyNewRows(t *testing.T) {
	t.Parallel()
	srv, i := importing(t)
	later := filepath.Join(i.dir, "logs", "train", "events.out.tfevents.1800000000.host")
	data, err := os.ReadFile("../../internal/tfevents/testdata/logs/tf2/events.out.tfevents.1700000000.host")
	require.NoError(t, err)
	for n, c := range []struct {
		args []string
		rows int
		text string
	}{
		{nil, 5, "5 rows, 3 files"},
		{nil, 5, "5 rows, already on the server"},
		{[]string{"--offline"}, 5, "written  train: 5 rows"},
		{[]string{"--offline"}, 5, "present  train: 5 rows on this disk"},
		{[]string{"--dry-run"}, 5, "planned  train: 9 rows, run tb"},
		{[]string{"--offline"}, 5, "written  train: 9 rows"},
		{nil, 9, "9 rows (4 uploaded now, 5 already on the server)"},
	} {
		if n == 4 { // the program went on
			require.NoError(t, os.WriteFile(later, data, 0o600))
			past := time.Now().Add(-time.Hour) // copied with its time
			require.NoError(t, os.Chtimes(later, past, past))
		}
		r := i.run(t, append([]string{"import", "tensorboard", "logs/train"}, c.args...)...)
		require.Zero(t, r.status, "%v: %s", c.args, r.stderr)
		assert.Contains(t, strings.Join(strings.Fields(r.stdout), " "), strings.Join(strings.Fields(c.text), " "), n)
		keys := srv.Runs()
		require.Len(t, keys, 1, n)
		run, _ := srv.Run(keys[0].Entity, keys[0].Project, keys[0].ID)
		assert.Len(t, run.HistoryLines, c.rows, n)
		logs, err := filepath.Glob(filepath.Join(i.dir, "wandb", "offline-run-*"))
		require.NoError(t, err)
		assert.Len(t, logs, map[bool]int{true: 1}[n >= 2 && n <= 5], n)
	}
}

func TestImport_TrainedAgainInTheSamePlace_IsAnotherRun(t *testing.T) {
	t.Parallel()
	srv, i := importing(t)
	require.Zero(t, i.run(t, "import", "tensorboard", "logs/train").status)
	name := filepath.Join(i.dir, "logs", "train", "events.out.tfevents.1700000000.host")
	data, err := os.ReadFile("../../internal/tfevents/testdata/logs/tf2/events.out.tfevents.1700000000.host")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(name, data, 0o600))
	r := i.run(t, "import", "tensorboard", "logs/train")
	require.Zero(t, r.status, r.stderr)
	assert.NotContains(t, r.stdout, "already on the server")
	assert.Len(t, srv.Runs(), 2)
}

// A restarted program replaces rows that were uploaded. What the person reads is true, and each command of it works.
func TestImport_RestartReplacesUploadedRows_SaysWhatToDo(t *testing.T) {
	t.Parallel()
	srv, i := importing(t)
	dir := filepath.Join(i.dir, "logs", "tf2")
	restarted := filepath.Join(dir, "events.out.tfevents.1700000100.host")
	data, err := os.ReadFile(restarted)
	require.NoError(t, err)
	require.NoError(t, os.Remove(restarted))
	require.Zero(t, i.run(t, "import", "tensorboard", dir).status)
	require.NoError(t, os.WriteFile(restarted, data, 0o600))
	for range 2 { // the second finds the log of the first
		r := i.run(t, "import", "tensorboard", dir)
		assert.Equal(t, 38, r.status)
		text := flat(r.stderr)
		assert.Contains(t, text, "The program was started again at an earlier step, and replaced rows that were imported before.")
		assert.Contains(t, text, "rename it and import it under the new name instead")
	}
	r := i.run(t, "import", "tensorboard", dir)
	_, command, ok := strings.Cut(r.stderr, "    wandgo ")
	require.True(t, ok, r.stderr)
	command, _, _ = strings.Cut(command, "\n")
	r = i.run(t, words(t, command)...)
	require.Zero(t, r.status, r.stderr)
	require.NoError(t, os.Rename(dir, dir+"-again"))
	r = i.run(t, "import", "tensorboard", dir+"-again")
	require.Zero(t, r.status, r.stderr)
	assert.Len(t, srv.Runs(), 3)
}

// The official client makes the same chart.
func TestImport_PRCurve_IsALineChart(t *testing.T) {
	t.Parallel()
	srv, i := importing(t)
	r := i.run(t, "import", "tensorboard", "logs/tf2", "--json")
	require.Zero(t, r.status, r.stderr)
	run, ok := srv.Run("acme-research", "vision", importedBy(t, r)["tf2"]["runId"].(string))
	require.True(t, ok)
	row := run.History()[1]
	table, _ := row["found/cats_table"].(map[string]any)
	require.Equal(t, "table-file", table["_type"], row)
	content, ok := run.Files[table["path"].(string)]
	require.True(t, ok)
	assert.JSONEq(t, `{"columns":["recall","precision"],"data":[[0.6666666865348816,1],[0.6666666865348816,0.6666666865348816],[1,0.75],[1,0.6000000238418579]]}`, string(content))
	own, _ := run.Config["_wandb"].(map[string]any)
	config, err := json.Marshal(own["visualize"])
	require.NoError(t, err)
	assert.Contains(t, string(config), `"panelDefId":"wandb/line/v0"`)
	assert.Contains(t, string(config), `"title":"found/cats Precision v. Recall"`)
	assert.Contains(t, string(config), `"fieldSettings":{"x":"recall","y":"precision"}`)
}

func TestImport_IntoAnotherProject_LeavesTheLogOfTheFirst(t *testing.T) {
	t.Parallel()
	srv, i := importing(t)
	require.Zero(t, i.run(t, "import", "tensorboard", "logs/train", "--offline").status)
	r := i.run(t, "import", "tensorboard", "logs/train", "--project", "other")
	require.Zero(t, r.status, r.stderr)
	keys := srv.Runs()
	require.Len(t, keys, 1)
	assert.Equal(t, "other", keys[0].Project)
	left, err := filepath.Glob(filepath.Join(i.dir, "wandb", "offline-run-*"))
	require.NoError(t, err)
	assert.Len(t, left, 1)
}

func TestImport_Damage_IsReported(t *testing.T) {
	t.Parallel()
	_, i := importing(t)
	name := filepath.Join(i.dir, "logs", "train", "events.out.tfevents.1700000000.host")
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(name, data[:len(data)-5], 0o600))
	r := i.run(t, "import", "tensorboard", "logs/train")
	require.Zero(t, r.status, r.stderr)
	assert.Contains(t, strings.Join(strings.Fields(r.stdout), " "), "- events.out.tfevents.1700000000.host ends in the middle of a record (byte ")
	assert.Contains(t, r.stdout, "- skipped: audio (1 value)")
}

func TestImport_Refused_RunsStayOnDisk(t *testing.T) {
	t.Parallel()
	_, i := importing(t)
	r := i.run(t, "import", "tensorboard", "logs/train", "--entity", "globex")
	assert.NotZero(t, r.status)
	assert.Contains(t, r.stderr, "wandgo sync --entity")
	left, err := filepath.Glob(filepath.Join(i.dir, "wandb", "offline-run-202311*-tb*"))
	require.NoError(t, err)
	assert.Len(t, left, 1)
}

func TestImport_Mistakes_AreExplained(t *testing.T) {
	t.Parallel()
	_, i := importing(t)
	for args, want := range map[string]string{
		"import":                              "wandgo import tensorboard",
		"import tensorbord logs":              "did you mean tensorboard?",
		"import tensorboard":                  "exactly one directory",
		"import tensorboard logs other":       "exactly one directory",
		"import tensorboard none":             `Invalid log directory "none": does not exist`,
		"import tensorboard home":             "tensorboard --logdir",
		"import tensorboard logs --tags \x01": "tag",
	} {
		r := i.run(t, strings.Fields(args)...)
		assert.NotZero(t, r.status, args)
		assert.Contains(t, strings.Join(strings.Fields(r.stderr), " "), want, args)
	}
	i.vars["WANDB_MODE"] = "disabled"
	r := i.run(t, "import", "tensorboard", "logs")
	assert.Contains(t, r.stderr, "stores nothing")
}

// The log has no entity if that is the account's default one.
func TestImport_DefaultEntityRefuses_LineNamesIt(t *testing.T) {
	t.Parallel()
	_, i := importing(t)
	r := i.run(t, "import", "tensorboard", "logs", "--project", "lab")
	assert.NotZero(t, r.status)
	assert.Regexp(t, `(?m)^failed   acme-research/lab/tb`, r.stdout)
	assert.NotContains(t, r.stdout, "failed   lab/")
}
