package media_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/media"
	"github.com/wandgo/wandgo/wandbtest"
)

// Two processes write one run: what they log under the same key at the same time stays apart.
func TestLog_TwoWritersOfASharedRun_ServerHasTheMediaOfBoth(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	const rows = 3
	var runs []*client.Run
	for rank := range 2 {
		run, _ := process(t, s, client.RunOptions{
			Mode: client.ModeShared, Shared: client.Shared{Label: fmt.Sprint("rank", rank), Primary: new(rank == 0)},
		})
		runs = append(runs, run)
	}
	for i := range rows {
		for rank, run := range runs {
			table := media.NewTable("rank", "image")
			require.NoError(t, table.AddRow(rank, media.Image(gradient(2+rank, 1+i))))
			require.NoError(t, run.Log(map[string]any{
				"rank": rank, "i": i, "pred": media.Image(gradient(1+rank, 1+i)), "same": media.HTML("the same"), "tab": table,
			}))
		}
	}
	require.NoError(t, runs[1].Finish(t.Context()))
	view := finished(t, s, runs[0])
	require.Len(t, view.History(), 2*rows)
	tables := make(map[string]bool)
	for _, row := range view.History() {
		rank, _ := row["rank"].(float64)
		i, _ := row["i"].(float64)
		images, err := view.Images(row["pred"])
		require.NoError(t, err)
		samePixels(t, gradient(1+int(rank), 1+int(i)), images[0])
		files, err := view.MediaFiles(row["same"])
		require.NoError(t, err)
		assert.Len(t, files, 1)
		read, err := view.Table(row["tab"])
		require.NoError(t, err)
		require.Len(t, read.Rows, 1)
		assert.InDelta(t, rank, read.Rows[0][0], 0)
		samePixels(t, gradient(2+int(rank), 1+int(i)), imageIn(t, read.Rows[0][1]))
		tab, _ := row["tab"].(map[string]any)
		path, _ := tab["artifact_path"].(string)
		tables[path] = true
	}
	assert.Len(t, tables, 2*rows, "each table has an artifact of its own")
	versions := s.Artifacts()
	assert.Len(t, versions, 2*rows)
	for _, a := range versions {
		assert.Equal(t, "run-r1-tab", a.Collection)
		assert.Equal(t, "COMMITTED", a.State)
		assert.Empty(t, a.Violations())
		assert.Len(t, a.Files, 2)
	}
}
