package media_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/media"
	"github.com/wandgo/wandgo/wandbtest"
)

// text is a log that several goroutines write.
type text struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (t *text) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.b.Write(p)
}

func (t *text) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.b.String()
}

// process starts a run of a server as a process of its own does. The log has its warnings.
func process(t *testing.T, s *wandbtest.Server, o client.RunOptions) (*client.Run, *text) {
	t.Helper()
	log := new(text)
	c, err := client.New(client.Options{
		BaseURL: s.URL(), APIKey: wandbtest.AliceKey, Dir: t.TempDir(),
		Getenv: func(name string) string {
			return map[string]string{"WANDB_X_FILE_STREAM_TRANSMIT_INTERVAL": "0.01"}[name]
		},
		Logger: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	o.Entity, o.Project, o.ID, o.StatsInterval = "acme", "vision", "r1", -1
	run, err := c.Init(t.Context(), o)
	require.NoError(t, err)
	return run, log
}

func TestLog_BeyondALimit_SaysWhatIsLeftOutOnce(t *testing.T) {
	t.Parallel()
	images := make([]*media.ImageValue, media.MaxImages+1)
	for i := range images {
		images[i] = media.Image(gradient(1, 1))
	}
	long := func(rows int) *media.Table {
		table := media.TableOptions{Columns: []string{"a"}, Mode: media.Mutable}.New()
		for range rows {
			require.NoError(t, table.AddRow(1))
		}
		return table
	}
	tests := []struct {
		name  string
		value any
		want  string
		rows  int // of the artifact
	}{
		{"images of a list", images, "only the first 108 images of a list are stored; one under \\\"big\\\" has 109", 0},
		{
			"rows of a file", long(media.MaxTableRows + 1),
			"a table has 10001 rows: its artifact has all, the file of the run the first 10000 (key \\\"big\\\")", media.MaxTableRows + 1,
		},
		{
			"rows of an artifact", long(media.MaxArtifactRows + 1),
			"a table has 200001 rows; only the first 200000 are stored (key \\\"big\\\")", media.MaxArtifactRows,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, wandbtest.Solo())
			run, log := process(t, s, client.RunOptions{})
			row := map[string]any{"big": tt.value}
			require.NoError(t, run.Log(row))
			require.NoError(t, run.Log(row))
			view := finished(t, s, run)
			assert.Equal(t, 1, strings.Count(log.String(), tt.want), log)
			if tt.rows == 0 {
				return
			}
			read, err := view.Table(view.Summary["big"])
			require.NoError(t, err)
			assert.Len(t, read.Rows, media.MaxTableRows)
			a, ok := s.Artifact("acme/vision/run-r1-big:latest")
			require.True(t, ok)
			f, ok := a.File("big.table.json")
			require.True(t, ok)
			content, err := f.Content()
			require.NoError(t, err)
			assert.Equal(t, tt.rows, bytes.Count(content, []byte("[1]")))
			assert.Contains(t, string(content[len(content)-100:]), fmt.Sprintf(`"nrows": %d`, tt.rows))
		})
	}
}

func TestLog_KeyIsLeftOut_ExplainNamesItOnceAndTheRestIsLogged(t *testing.T) {
	t.Parallel()
	_, _, run := start(t, client.ModeOffline)
	err := run.Log(map[string]any{"pred": media.Image(nil), "loss": 1})
	assert.Equal(t, `Invalid metric "pred": invalid image: must not be nil.
It was dropped. The rest of the row was logged.

What to do:
  Correct metric "pred" in your code.`, errors.Explain(err))
	var input *errors.InputError
	require.ErrorAs(t, err, &input)
	assert.Equal(t, `metric "pred"`, input.Field)

	err = run.SetSummary(media.Image(nil), "best", "pred")
	require.EqualError(t, err, `set summary of run acme/vision/r1: key "best.pred" left out: invalid image: must not be nil`)
	assert.Equal(t, `Invalid summary "best.pred": invalid image: must not be nil.
Nothing was sent to the server.

What to do:
  Correct summary "best.pred" in your code.`, errors.Explain(err))
	require.NoError(t, run.Finish(t.Context()))
}
