//go:build unix

package media_test

import (
	"encoding/json"
	"image"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/media"
	"github.com/wandgo/wandgo/wandbtest"
)

const (
	envFullURL, envFullDir, envFullMode = "WANDGO_MEDIA_FULL_URL", "WANDGO_MEDIA_FULL_DIR", "WANDGO_MEDIA_FULL_MODE"
	fullReport                          = "report.json"
)

// fullDisk is what a process on a full disk reports.
type fullDisk struct {
	Errors  []string // of each row, "" if there is none
	Explain string   // the last of them
	Finish  string
	Dir     string
}

// noise is an image that no encoder makes small: 4 bytes per pixel.
func noise(seed uint64, side int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, side, side))
	rng := rand.New(rand.NewPCG(seed, 1))
	for i := range img.Pix {
		img.Pix[i] = uint8(rng.Uint32())
	}
	return img
}

// fullRows are the rows that the process logs: the files of the second and the third do not
// fit on the disk.
func fullRows(t *testing.T, dir string) []map[string]any {
	t.Helper()
	table := media.NewTable("image")
	require.NoError(t, table.AddRow(media.Image(noise(3, 100))))
	file := filepath.Join(dir, "large.wav")
	return []map[string]any{
		{"i": 0, "pred": media.Image(noise(0, 20))},
		{"i": 1, "pred": media.Image(noise(1, 100))},
		{"i": 2, "tab": table, "tone": media.AudioFile(file)},
		{"i": 3, "pred": media.Image(noise(2, 20))},
	}
}

// TestFullDiskChild is the process. A limit on the size of its files is its full disk.
func TestFullDiskChild(t *testing.T) { //nolint:paralleltest // it is alone in its process
	dir := os.Getenv(envFullDir)
	if dir == "" {
		t.Skip("TestLog_DiskIsFull starts it")
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "large.wav"), make([]byte, 40<<10), 0o600))
	rows := fullRows(t, dir)
	signal.Ignore(syscall.SIGXFSZ)
	var limit syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit))
	full := limit
	full.Cur = 32 << 10
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &full))
	c, err := client.New(client.Options{
		BaseURL: os.Getenv(envFullURL), APIKey: wandbtest.AliceKey, Dir: dir, Getenv: func(string) string { return "" },
	})
	require.NoError(t, err)
	run, err := c.Init(t.Context(), client.RunOptions{
		Entity: "acme", Project: "vision", ID: "r1", Mode: client.Mode(os.Getenv(envFullMode)), StatsInterval: -1,
	})
	require.NoError(t, err)
	report := fullDisk{Dir: run.Dir()}
	for _, row := range rows {
		text := ""
		if err := run.Log(row); err != nil {
			text, report.Explain = err.Error(), errors.Explain(err)
		}
		report.Errors = append(report.Errors, text)
	}
	if err := run.Finish(t.Context()); err != nil {
		report.Finish = err.Error()
	}
	require.NoError(t, c.Close())
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit))
	out, err := json.Marshal(report)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, fullReport), out, 0o600))
}

// What does not fit on the disk reaches the server from memory if there is one, and is an
// error that names it if not. The other rows are complete, and nothing partial remains.
func TestLog_DiskIsFull_RestIsWhole(t *testing.T) {
	t.Parallel()
	for _, mode := range []client.Mode{client.ModeOnline, client.ModeOffline} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, wandbtest.Solo())
			dir := t.TempDir()
			exe, err := os.Executable()
			require.NoError(t, err)
			child := exec.CommandContext(t.Context(), exe, "-test.run=^TestFullDiskChild$")
			child.Env = append(os.Environ(), envFullURL+"="+s.URL(), envFullDir+"="+dir, envFullMode+"="+string(mode))
			out, err := child.CombinedOutput()
			require.NoError(t, err, "%s", out)
			text, err := os.ReadFile(filepath.Join(dir, fullReport))
			require.NoError(t, err)
			var r fullDisk
			require.NoError(t, json.Unmarshal(text, &r))
			require.Len(t, r.Errors, 4)
			assert.Empty(t, r.Errors[0])
			assert.Empty(t, r.Errors[3])
			assert.Empty(t, r.Finish)
			if mode == client.ModeOnline {
				assert.Empty(t, r.Errors[1])
			} else {
				assert.Contains(t, r.Errors[1], `key "pred" left out: store media/images/pred_1_`)
				c, err := client.New(client.Options{BaseURL: s.URL(), APIKey: wandbtest.AliceKey, Dir: dir, Getenv: func(string) string { return "" }})
				require.NoError(t, err)
				defer func() { require.NoError(t, c.Close()) }()
				report, err := c.Sync(t.Context(), []string{r.Dir}, client.SyncOptions{})
				require.NoError(t, err)
				require.NoError(t, report.Err())
			}
			assert.Regexp(t, `key "tab" left out: .*; key "tone" left out: `, r.Errors[2])
			assert.Contains(t, r.Explain, "\n  Check that the file can be read and that the disk has room.")
			assert.NotContains(t, r.Explain, "in your code")

			view, ok := s.Run("acme", "vision", "r1")
			require.True(t, ok)
			history := view.History()
			require.Len(t, history, 4)
			want := map[int]image.Image{0: noise(0, 20), 1: noise(1, 100), 3: noise(2, 20)}
			for i, row := range history {
				assert.InDelta(t, i, row["i"], 0)
				assert.NotContains(t, row, "tab")
				assert.NotContains(t, row, "tone")
				if want[i] == nil {
					continue
				}
				if mode == client.ModeOffline && i == 1 {
					assert.NotContains(t, row, "pred", "its file is not stored")
					continue
				}
				images, err := view.Images(row["pred"])
				require.NoError(t, err)
				samePixels(t, want[i], images[0])
			}
			assert.Empty(t, s.Artifacts())
			require.NoError(t, filepath.WalkDir(r.Dir, func(path string, _ fs.DirEntry, err error) error {
				assert.NotEqual(t, ".tmp", filepath.Ext(path))
				return err
			}))
			left, err := filepath.Glob(filepath.Join(r.Dir, "artifacts", "*"))
			require.NoError(t, err)
			assert.Empty(t, left)
		})
	}
}
