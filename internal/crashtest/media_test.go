//go:build unix

package crashtest_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/media"
	"github.com/wandgo/wandgo/wandbtest"
)

// picture is the image of the i-th row of a child; no other row has it.
func picture(i int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, 48, 48))
	rng := rand.New(rand.NewPCG(uint64(i), 3)) //nolint:gosec // reproducible
	for n := range img.Pix {
		img.Pix[n] = uint8(rng.Uint32() | 3)
	}
	img.Set(0, 0, color.NRGBA{uint8(i >> 8), uint8(i), 0, 255})
	return img
}

// logMedia logs rows with an image, every third with a file and every fifth with a table that
// has an image, until it is killed. It says on its standard output which were accepted.
func logMedia(run *client.Run, n int, out *bufio.Writer) int {
	say := func(what any) {
		fmt.Fprintln(out, what)
		_ = out.Flush()
	}
	for i := range n {
		row := map[string]any{"i": i, "pred": media.Image(picture(i))}
		if i%3 == 0 {
			name := filepath.Join(os.Getenv("HOME"), "tone.wav")
			if err := os.WriteFile(name, content(i)[:20_000], 0o600); err != nil {
				fmt.Fprintln(os.Stderr, err)
				return 1
			}
			row["tone"] = media.AudioFile(name)
		}
		if i%5 == 0 {
			table := media.NewTable("i", "image")
			if err := table.AddRow(i, media.Image(picture(i))); err != nil {
				fmt.Fprintln(os.Stderr, err)
				return 1
			}
			row["tab"] = table
		}
		if err := run.Log(row); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		say(i)
	}
	say(finishing)
	_ = run.Finish(context.Background()) // what it could not send is for the sync
	say(done)
	return 0
}

// TestKillMedia kills processes while they log and upload media, and then while a sync does.
// In the end the server has the media of each row that the log has, whole, and each table
// once.
func TestKillMedia(t *testing.T) {
	t.Parallel()
	kills := 3 // .ci/run asks for 200
	if n, err := strconv.Atoi(os.Getenv("WANDGO_CRASHTEST_KILLS")); err == nil {
		kills = n * 2 / 5
	}
	s := wandbtest.New(t, wandbtest.Solo())
	var mu sync.Mutex
	var accepted, rows, tables int
	t.Run("children", func(t *testing.T) {
		t.Parallel()
		slots := make(chan struct{}, 4)
		for n := range kills {
			t.Run(fmt.Sprint(n), func(t *testing.T) {
				t.Parallel()
				slots <- struct{}{}
				defer func() { <-slots }()
				a, r, k := killMedia(t, s, n)
				mu.Lock()
				defer mu.Unlock()
				accepted, rows, tables = accepted+a, rows+r, tables+k
			})
		}
	})
	t.Cleanup(func() {
		t.Logf("%d kills: %d rows with media were accepted, %d are on the server with all of them, and %d tables", kills, accepted, rows, tables)
	})
}

func killMedia(t *testing.T, s *wandbtest.Server, n int) (accepted, onServer, tables int) {
	t.Helper()
	rng := rand.New(rand.NewPCG(uint64(n), 13))
	id := fmt.Sprintf("media%d", n)
	dir := t.TempDir()
	slow := s.Inject(wandbtest.Fault{Delay: time.Duration(1+rng.IntN(15)) * time.Millisecond, Match: func(r *http.Request, body []byte) bool {
		return r.Method == http.MethodPut || bytes.Contains(body, []byte(`"`+id+`"`))
	}})
	cmd := child(t, s, dir, envChild+"="+id, envMedia+"=30")
	switch n % 5 {
	case 4:
		cmd.Env = append(cmd.Env, "WANDB_MODE=offline")
	case 2:
		cmd.Env = append(cmd.Env, envSync+"=row")
	}
	var trouble bytes.Buffer
	cmd.Stderr = &trouble
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	var timer *time.Timer
	after := time.Duration(rng.IntN(200_000)) * time.Microsecond
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if timer == nil {
			timer = time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
		}
		if i, err := strconv.Atoi(lines.Text()); err == nil && i == accepted {
			accepted++
		}
	}
	_ = cmd.Wait() // it was killed
	if timer != nil {
		timer.Stop()
	}
	slow.Remove()
	assert.Empty(t, trouble.String())

	onDisk, logged := mediaOnDisk(t, dir)
	if n%5 == 2 {
		require.GreaterOrEqual(t, onDisk, accepted, "a row that was accepted is on disk")
	}
	if n%3 == 0 {
		killSync(t, s, rng, id, dir)
	}
	c := clientIn(t, s, dir)
	for range 2 { // the second has nothing to do
		report, err := c.Sync(t.Context(), nil, client.SyncOptions{})
		require.NoError(t, err)
		require.NoError(t, report.Err())
	}
	view, _ := s.Run("acme", "crash", id)
	rows := view.History()
	require.GreaterOrEqual(t, len(rows), onDisk, "the server has fewer rows than the disk")
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
	left, err := filepath.Glob(filepath.Join(dir, "wandb", "*", "artifacts", "*"))
	require.NoError(t, err)
	assert.Empty(t, left, "copies that no one needs")
	return accepted, onDisk, tables
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
	logs, err := filepath.Glob(filepath.Join(dir, "wandb", "*run-[0-9]*", "*.wandb"))
	require.NoError(t, err)
	for _, path := range logs {
		r, err := journal.Open(path)
		require.NoError(t, err)
		kept, err := journal.Replay(r, &journal.Handler{Artifact: func(*record.Artifact) error { tables++; return nil }})
		require.NoError(t, err)
		require.NoError(t, r.Close())
		rows += int(kept.Rows)
	}
	return rows, tables
}
