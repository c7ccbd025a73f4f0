package media_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/media"
)

// rowsOf logs a table and returns its columns and rows.
func rowsOf(t *testing.T, table *media.Table) ([]string, [][]any) {
	t.Helper()
	s, _, run := start(t, client.ModeOnline)
	require.NoError(t, run.Log(map[string]any{"t": table}))
	view := finished(t, s, run)
	read, err := view.Table(view.Summary["t"])
	require.NoError(t, err)
	return read.Columns, read.Rows
}

func TestTableOf_Structs_FieldsAreColumns(t *testing.T) {
	t.Parallel()
	type meta struct{ Split string }
	type sample struct {
		meta
		ID     int               `json:"id"`
		Image  *media.ImageValue `json:"image"`
		Hidden string            `json:"-"`
		Score  *float32
		secret string
	}
	score := float32(0.1)
	table, err := media.TableOf([]*sample{
		{meta: meta{"train"}, ID: 1, Image: media.Image(gradient(1, 1)), Score: &score, Hidden: "h", secret: "s"},
		{ID: 2},
	})
	require.NoError(t, err)
	columns, rows := rowsOf(t, table)
	assert.Equal(t, []string{"Split", "id", "image", "Score"}, columns)
	require.Len(t, rows, 2)
	samePixels(t, gradient(1, 1), imageIn(t, rows[0][2]))
	rows[0][2] = nil
	assert.Equal(t, [][]any{{"train", 1.0, nil, 0.1}, {"", 2.0, nil, nil}}, rows)

	_, err = media.TableOf([]int{1})
	require.ErrorIs(t, err, errors.ErrInvalidInput)
	_, err = media.TableOf([]*sample{nil})
	require.ErrorContains(t, err, "row 0 is nil")
}

func TestReadCSV_NumbersAreNumbers(t *testing.T) {
	t.Parallel()
	table, err := media.ReadCSV(strings.NewReader("id,name,score\n1,\"a,b\",0.5\n2,3,\n3,,1e3\n"))
	require.NoError(t, err)
	columns, rows := rowsOf(t, table)
	assert.Equal(t, []string{"id", "name", "score"}, columns)
	assert.Equal(t, [][]any{{1.0, "a,b", 0.5}, {2.0, "3", nil}, {3.0, "", 1000.0}}, rows)

	for _, text := range []string{"", "a,b\n1\n", "a,a\n1,2\n", "\"a\n"} {
		_, err := media.ReadCSV(strings.NewReader(text))
		require.Error(t, err, "%q", text)
	}
}

func FuzzReadCSV(f *testing.F) {
	for _, text := range []string{"", "a\n1\n", "a,b\n1,x\n2,\n", "a\nNaN\nInf\n", "\"a\n", "a,a\n1,2\n", "\xff\n1\n"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		table, err := media.ReadCSV(strings.NewReader(text))
		if err == nil {
			require.NotEmpty(t, table.Columns())
		}
	})
}
