//go:build unix

package crashtest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/wandbtest"
)

// TestKillMedia kills processes while they log and upload media, and then while a sync does.
// In the end the server has the media of each row that the log has, whole, and each table
// once.
func TestKillMedia(t *testing.T) {
	t.Parallel()
	kills := killsWanted(3, 0.4)
	s := wandbtest.New(t, wandbtest.Solo())
	var sum killedMedia
	eachKill(t, kills, 4, func(t *testing.T, n int) killedMedia { return killMedia(t, s, n) }, func(k killedMedia) {
		sum.accepted += k.accepted
		sum.onServer += k.onServer
		sum.tables += k.tables
	})
	t.Cleanup(func() {
		t.Logf("%d kills: %d rows with media were accepted, %d are on the server with all of them, and %d tables", kills, sum.accepted, sum.onServer, sum.tables)
	})
}

type killedMedia struct{ accepted, onServer, tables int }

func killMedia(t *testing.T, s *wandbtest.Server, n int) killedMedia {
	t.Helper()
	rng := rand.New(rand.NewPCG(uint64(n), 13))
	id := fmt.Sprintf("media%d", n)
	dir := t.TempDir()
	slow := slowDown(s, rng, id)
	cmd := child(t, s, dir, envChild+"="+id, envKind+"="+kindMedia, envRows+"=30")
	switch n % 5 {
	case 4:
		cmd.Env = append(cmd.Env, "WANDB_MODE=offline")
	case 2:
		cmd.Env = append(cmd.Env, envSync+"=row")
	}
	accepted := len(kill(t, cmd, time.Duration(rng.IntN(200_000))*time.Microsecond, false).accepted)
	slow.Remove()

	onDisk, logged := mediaOnDisk(t, dir)
	if n%5 == 2 {
		require.GreaterOrEqual(t, onDisk, accepted, "a row that was accepted is on disk")
	}
	if n%3 == 0 {
		killSync(t, s, rng, id, dir)
	}
	syncTwice(t, s, dir)
	view, _ := s.Run("acme", "crash", id)
	rows := view.History()
	require.GreaterOrEqual(t, len(rows), onDisk, "the server has fewer rows than the disk")
	tables := 0
	versions := make(map[int]bool) // rows whose table is there
	for _, a := range s.Artifacts() {
		if a.Collection == "run-"+id+"-tab" {
			assert.Equal(t, "COMMITTED", a.State)
			assert.Empty(t, a.Violations())
			versions[tableRow(t, a)] = true
			tables++
		}
	}
	require.GreaterOrEqual(t, tables, logged, "the server has fewer tables than the disk")
	assert.Len(t, versions, tables, "each table is there once")
	for i, row := range rows[:onDisk] { // what reached the server only may lack its files
		require.EqualValues(t, i, row["i"])
		wholeMedia(t, view, i, row)
		assert.Equal(t, i%5 == 0, versions[i], "row %d", i)
	}
	return killedMedia{accepted, onDisk, tables}
}

// tableRow is the row that a version of a table belongs to.
func tableRow(t *testing.T, a wandbtest.ArtifactView) int {
	t.Helper()
	f, ok := a.File("tab.table.json")
	require.True(t, ok)
	text, err := f.Content()
	require.NoError(t, err)
	var table struct{ Data [][]any }
	require.NoError(t, json.Unmarshal(text, &table))
	require.Len(t, a.Files, 2, "the table and its image")
	i, _ := table.Data[0][0].(float64)
	return int(i)
}

// wholeMedia fails the test unless the server has the files of a row.
func wholeMedia(t *testing.T, view wandbtest.RunView, i int, row map[string]any) {
	t.Helper()
	images, err := view.Images(row["pred"])
	require.NoError(t, err)
	got, ok := images[0].(*image.NRGBA)
	require.True(t, ok, "%T", images[0])
	assert.True(t, bytes.Equal(picture(i).Pix, got.Pix), "row %d has another image", i)
	if i%3 == 0 {
		files, err := view.MediaFiles(row["tone"])
		require.NoError(t, err)
		require.Len(t, files, 1)
		for _, got := range files {
			assert.True(t, bytes.Equal(content(i)[:20_000], got), "row %d", i)
		}
	}
	if i%5 == 0 {
		_, err := view.Table(row["tab"])
		require.NoError(t, err)
	}
}

// mediaOnDisk counts the rows and the tables in the log.
func mediaOnDisk(t *testing.T, dir string) (rows, tables int) {
	t.Helper()
	for _, state := range replay(t, dir, &journal.Handler{Artifact: func(*record.Artifact) error { tables++; return nil }}) {
		rows += int(state.Rows)
	}
	return rows, tables
}
