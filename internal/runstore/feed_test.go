package runstore

import (
	"io"
	"io/fs"
	"math"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/record"
)

// memory is a feed that a test changes.
type memory struct {
	mu  sync.Mutex
	fed Fed
}

func (m *memory) Read() Fed {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.fed
}

func (m *memory) File(name string) ([]byte, bool) { return []byte("text"), name == "a.txt" }

func (m *memory) Artifact(id, path string) ([]byte, bool) {
	return []byte("rows"), id == "c1" && path == "t.table.json"
}

func TestFeed_GrowsIsEditedAndGoes(t *testing.T) {
	t.Parallel()
	m := &memory{fed: Fed{
		Run: record.Run{ID: "r1", Entity: "jo", Project: "p", StartTime: noon}, Config: []byte(`{"lr":0.1,"o":{"a":1}}`), Summary: []byte(`{"loss":2}`),
		State: Running, Changed: noon, Files: []string{"a.txt"},
		History: []string{`{"_step":0,"_runtime":1,"loss":1,"v":{"acc":0.5}}`, `no row`, `{"_step":2,"loss":NaN,"pic":{"_type":"image-file"}}`},
		Events:  []string{`{"_wandb":true,"_timestamp":1795867201,"_runtime":1,"system.cpu":5}`},
		Console: []string{"2026-11-28T12:00:00.000000 one"},
	}}
	feeds := map[string]Feed{"jo/p/r1": m}
	s := Open(nil, Options{Feeds: func() map[string]Feed { return feeds }})
	defer s.Close()
	s.Refresh(t.Context())
	r := only(t, s)
	i := r.Info()
	assert.Equal(t, []any{"r1", Running, 3, int64(2), 0}, []any{i.ID, i.State, i.Rows, i.Step, i.Unsent})
	assert.Equal(t, 0.1, i.Values["config.lr"])  //nolint:testifylint // exact
	assert.Equal(t, 1.0, i.Values["config.o.a"]) //nolint:testifylint // exact
	assert.Contains(t, i.Values, "summary.loss")
	xs, ys := points(t, r, History, KeyStep, "v.acc")
	assert.Equal(t, [][]float64{{0}, {0.5}}, [][]float64{xs, ys})
	xs, ys = points(t, r, System, KeyRuntime, "cpu")
	assert.Equal(t, [][]float64{{1}, {5}}, [][]float64{xs, ys})
	lines, err := r.Console(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []ConsoleLine{{Text: "one", Time: Seconds(noon)}}, lines)
	values, _, err := r.Values(t.Context(), "pic", math.MaxInt, 9)
	require.NoError(t, err)
	require.Len(t, values, 1)
	assert.EqualValues(t, 2, values[0].Step)
	files, _, err := r.Files()
	require.NoError(t, err)
	assert.Equal(t, []File{{Path: "a.txt", Size: 4, Changed: Seconds(noon)}}, files)
	f, err := r.OpenFile("a.txt")
	require.NoError(t, err)
	text, err := io.ReadAll(f)
	require.NoError(t, err)
	assert.Equal(t, "text", string(text))
	require.NoError(t, f.Close())
	_, err = r.OpenFile("../x")
	require.Error(t, err)
	f, err = r.OpenArtifact("c1", "t.table.json")
	require.NoError(t, err)
	require.NoError(t, f.Close())
	_, err = r.OpenArtifact("c2", "t.table.json")
	require.ErrorIs(t, err, fs.ErrNotExist)

	version := s.Version()
	s.Refresh(t.Context())
	assert.Equal(t, version, s.Version(), "nothing changed")
	code := int32(3)
	m.fed.History = append(m.fed.History, `{"_step":3,"loss":4}`)
	m.fed.State, m.fed.Exit = Failed, &code
	s.Refresh(t.Context())
	i = r.Info()
	assert.Equal(t, []any{Failed, 4, int64(3)}, []any{i.State, i.Rows, i.Step})
	_, ys = points(t, r, History, KeyStep, "loss")
	assert.Len(t, ys, 3)

	m.fed.History, m.fed.Edits = []string{`{"_step":0,"loss":9}`}, 1 // it was rewound
	s.Refresh(t.Context())
	_, ys = points(t, r, History, KeyStep, "loss")
	assert.Equal(t, []float64{9}, ys)
	delete(feeds, "jo/p/r1")
	s.Refresh(t.Context())
	assert.Empty(t, s.Runs())
}
