package crashtest_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/color"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/wandgo/wandgo/artifact"
	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/media"
)

// What tells a child how to behave.
const (
	envChild     = "WANDGO_CRASHTEST_CHILD" // the run's id
	envPause     = "WANDGO_CRASHTEST_PAUSE" // between rows, in µs
	envRows      = "WANDGO_CRASHTEST_ROWS"  // after which it finishes; 0 is never
	envSync      = "WANDGO_CRASHTEST_SYNC"  // "row" syncs each row to the disk
	envKind      = "WANDGO_CRASHTEST_KIND"  // what it logs in place of plain rows: one of the next
	kindArtifact = "artifact"
	kindMedia    = "media"
	upload       = "(sync)"     // for an id: uploads what is on disk
	download     = "(download)" // for an id: downloads an artifact
	downloadPath = "acme/crash/downloaded:v0"
)

// What a child says before it calls Finish, Sync or Download, and at its end. A row that was
// accepted is its number and the time.
const (
	finishing   = "finishing"
	uploading   = "uploading"
	downloading = "downloading"
	done        = "done"
)

func TestMain(m *testing.M) {
	if id := os.Getenv(envChild); id != "" {
		if err := live(id); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	// The tests wait for processes of their own and do not compute.
	flag.Parse()
	if f := flag.Lookup("test.parallel"); f.Value.String() == f.DefValue {
		_ = f.Value.Set("16")
	}
	goleak.VerifyTestMain(m)
}

func say(what ...any) {
	fmt.Println(what...) //nolint:forbidigo // a process of its own
}

// live is a child: it logs until it is killed or has all rows, and says on its standard output
// what was accepted.
func live(id string) error {
	number := func(name string) int {
		n, _ := strconv.Atoi(os.Getenv(name))
		return n
	}
	ctx, pause, rows := context.Background(), time.Duration(number(envPause))*time.Microsecond, number(envRows)
	var opts client.Options
	if os.Getenv(envSync) == "row" {
		opts.JournalSync = client.JournalSyncRow
	}
	c, err := client.New(opts)
	if err != nil {
		return err
	}
	switch id {
	case upload:
		say(uploading)
		_, _ = c.Sync(ctx, nil, client.SyncOptions{})
		return nil
	case download:
		return downloadArtifact(ctx, c)
	}
	run, err := c.Init(ctx, client.RunOptions{Entity: "acme", Project: "crash", ID: id, OnRefused: client.GoOfflineOnRefusal})
	if err != nil {
		return err
	}
	log := map[string]func(*client.Run, int) error{"": logRow, kindArtifact: logArtifact, kindMedia: logMedia}[os.Getenv(envKind)]
	for i := 0; rows == 0 || i < rows; i++ {
		if err := log(run, i); err != nil {
			return err
		}
		say(i, time.Now().UnixNano())
		if pause > 0 {
			time.Sleep(pause) //nolint:forbidigo // a process of its own, to be killed
		}
	}
	say(finishing)
	_ = run.Finish(ctx) // what it could not send is for the sync
	say(done)
	return nil
}

func logRow(run *client.Run, i int) error {
	return run.Log(map[string]any{"i": i, "loss": 1 / float64(i+1), "text": "a row like any other"})
}

// content is the large file of the i-th artifact of a child.
func content(i int) []byte {
	return bytes.Repeat([]byte{byte(i), 1, 2, 3, 4, 5, 6}, 100_000)
}

// logArtifact logs a version of the run's artifact.
func logArtifact(run *client.Run, i int) error {
	a := artifact.New(run.ID(), "model")
	if err := errors.Join(a.AddBytes("weights", content(i)), a.AddBytes("dir/step", []byte(strconv.Itoa(i)))); err != nil {
		return err
	}
	_, err := run.LogArtifact(a, client.ArtifactOptions{})
	return err
}

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

// logMedia logs a row with an image, every third with a file and every fifth with a table that
// has an image.
func logMedia(run *client.Run, i int) error {
	row := map[string]any{"i": i, "pred": media.Image(picture(i))}
	if i%3 == 0 {
		name := filepath.Join(os.Getenv("HOME"), "tone.wav")
		if err := os.WriteFile(name, content(i)[:20_000], 0o600); err != nil {
			return err
		}
		row["tone"] = media.AudioFile(name)
	}
	if i%5 == 0 {
		table := media.NewTable("i", "image")
		if err := table.AddRow(i, media.Image(picture(i))); err != nil {
			return err
		}
		row["tab"] = table
	}
	return run.Log(row)
}

func downloadArtifact(ctx context.Context, c *client.Client) error {
	v, err := c.Artifact(ctx, downloadPath)
	if err == nil {
		say(downloading)
		_, err = v.Download(ctx, artifact.DownloadOptions{Dir: "target"})
	}
	return err
}
