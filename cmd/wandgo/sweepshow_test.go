package main

import (
	"encoding/json"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/ptytest"
)

func TestSweepShow_Trials_AreCountedByState(t *testing.T) {
	t.Parallel()
	_, i := sweeping(t, joKey)
	r := i.run(t, "sweep", "create", "sweep.yaml", "--name", "first")
	require.Zero(t, r.status, r.stderr)
	path := strings.TrimSpace(r.stdout)
	r = i.run(t, "agent", path, "--", "sh", "-c", `test "$2" != --x=2`, "train", "{args}")
	require.Zero(t, r.status, r.stderr)

	tty := ptytest.Open(t)
	i.vars["COLUMNS"] = "80"
	require.Zero(t, run(t.Context(), []string{"sweep", "show", path}, environment{vars: i.vars, workDir: i.dir}, tty.File, io.Discard))
	text := strings.ReplaceAll(i.stable(tty.Text()), path[strings.LastIndex(path, "/")+1:], "abcd1234")
	golden(t, "sweep_show.golden", regexp.MustCompile(`(?m)^\w{8}  `).ReplaceAllString(text, "efgh5678  "))

	r = i.run(t, "sweep", "show", path, "--json")
	var shown struct{ States map[string]int }
	require.NoError(t, json.Unmarshal([]byte(r.stdout), &shown))
	assert.Equal(t, map[string]int{"finished": 2, "failed": 1}, shown.States)
}

func TestStatesText_States_HaveAnOrder(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "12 finished, 1 failed, 2 running, 1 pending, 3 dreaming", statesText(map[string]int{"pending": 1, "dreaming": 3, "failed": 1, "running": 2, "finished": 12}))
}
