package media_test

import (
	"image"
	"image/color"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/wandbtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start starts a run on a server of its own, or offline.
func start(t *testing.T, mode client.Mode) (*wandbtest.Server, *client.Client, *client.Run) {
	t.Helper()
	s := wandbtest.New(t, wandbtest.Solo())
	c, err := client.New(client.Options{
		BaseURL: s.URL(), APIKey: wandbtest.AliceKey, Dir: t.TempDir(),
		Getenv: func(name string) string {
			return map[string]string{"WANDB_X_FILE_STREAM_TRANSMIT_INTERVAL": "0.01"}[name]
		},
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	run, err := c.Init(t.Context(), client.RunOptions{
		Entity: "acme", Project: "vision", ID: "r1", Mode: mode, StatsInterval: -1,
	})
	require.NoError(t, err)
	return s, c, run
}

// finished finishes the run and returns what the server has of it.
func finished(t *testing.T, s *wandbtest.Server, run *client.Run) wandbtest.RunView {
	t.Helper()
	require.NoError(t, run.Finish(t.Context()))
	v, ok := s.Run("acme", "vision", "r1")
	require.True(t, ok)
	return v
}

// gradient is an image in which all pixels differ.
func gradient(width, height int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			img.SetNRGBA(x, y, color.NRGBA{uint8(x * 7), uint8(y * 5), uint8(x ^ y), 255})
		}
	}
	return img
}
