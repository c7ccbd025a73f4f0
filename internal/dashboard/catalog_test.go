package dashboard

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/record"
)

// project is a catalog of one project, acme/vision.
type project struct {
	artifacts []Artifact
	sweeps    []Sweep
}

func (p project) Artifacts(entity, name string) []Artifact {
	if entity+"/"+name != "jo/vision" {
		return nil
	}
	return p.artifacts
}

func (p project) Sweeps(string, string) []Sweep { return p.sweeps }

// File returns the content of the one file.
func (project) File(id, path string) ([]byte, bool) {
	return []byte("{}"), id == "a1" && path == "x y.table.json"
}

func TestArtifactFile_OfAServer_IsSentAsFilesOfARunAre(t *testing.T) {
	t.Parallel()
	b := serve(t, t.TempDir(), Options{Catalog: project{}})
	w := get(t, b, "/-/artifacts/a1/x%20y.table.json")
	assert.Equal(t, []any{200, "{}", "application/json", filePolicy}, []any{w.Code, w.Body.String(), w.Header().Get("Content-Type"), w.Header().Get("Content-Security-Policy")})
	assert.Equal(t, 404, get(t, b, "/-/artifacts/a2/x%20y.table.json").Code)
	assert.Equal(t, 404, get(t, serve(t, t.TempDir(), Options{}), "/-/artifacts/a1/x%20y.table.json").Code)
}

// listOf returns the objects of a list in an answer.
func listOf(t *testing.T, b *Board, target, name string) (all []map[string]any) {
	t.Helper()
	list, ok := object(t, b, target)[name].([]any)
	require.True(t, ok)
	for _, v := range list {
		o, ok := v.(map[string]any)
		require.True(t, ok)
		all = append(all, o)
	}
	return all
}

func TestArtifacts_OfAProject_HaveFilesAndLineage(t *testing.T) {
	t.Parallel()
	root, _ := three(t)
	files := make([]File, maxArtifactFiles+1)
	for i := range files {
		files[i] = File{Name: fmt.Sprint(i), Size: 2}
	}
	b := serve(t, root, Options{Catalog: project{artifacts: []Artifact{
		{Name: "flowers", Version: "v0", Created: noon, Files: files[:1]},
		{Name: "flowers", Version: "v1", Created: noon.Add(time.Second), Aliases: []string{"best"}, Files: files, By: &RunRef{"jo", "vision", "a", ""}, UsedBy: []RunRef{{"jo", "vision", "gone", ""}}},
		{Name: "animals", Version: "v0"},
	}}})
	all := listOf(t, b, "/-/artifacts?entity=jo&project=vision", "artifacts")
	require.Len(t, all, 3)
	assert.Equal(t, []any{"animals", "v1", "v0"}, []any{all[0]["name"], all[1]["version"], all[2]["version"]})
	assert.EqualValues(t, maxArtifactFiles+1, all[1]["fileCount"])
	assert.EqualValues(t, 2*(maxArtifactFiles+1), all[1]["size"])
	assert.NotContains(t, all[1], "files")
	assert.Equal(t, map[string]any{"entity": "jo", "project": "vision", "id": "a", "name": "name of a"}, all[1]["by"])
	assert.Equal(t, []any{map[string]any{"entity": "jo", "project": "vision", "id": "gone", "name": "gone"}}, all[1]["usedBy"])

	for _, version := range []string{"v1", "best"} {
		all = listOf(t, b, "/-/artifacts?entity=jo&project=vision&name=flowers&version="+version, "artifacts")
		require.Len(t, all, 2)
		assert.Len(t, all[0]["files"], maxArtifactFiles)
		assert.Equal(t, true, all[0]["more"])
		assert.NotContains(t, all[1], "files")
	}
	assert.Empty(t, listOf(t, b, "/-/artifacts?entity=jo&project=other", "artifacts"))
	assert.Equal(t, http.StatusNotFound, get(t, b, "/-/artifacts?entity=jo&project=vision&name=x").Code)
	assert.Equal(t, http.StatusNotFound, get(t, serve(t, root, Options{}), "/-/artifacts?entity=jo&project=vision").Code, "a board of a disk")
}

func TestSweeps_OfAServerAndOfADisk(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for i, id := range []string{"a", "b"} {
		l := start(t, root, id, i, `{}`)
		l.add(&record.Run{ID: id, Entity: "jo", Project: "vision", SweepID: "s1"})
		l.finish(0)
	}
	const target = "/-/sweeps?entity=jo&project=vision"
	all := listOf(t, serve(t, root, Options{}), target, "sweeps")
	require.Len(t, all, 1)
	assert.Equal(t, []any{"s1", "FINISHED", 2.0, nil}, []any{all[0]["id"], all[0]["state"], all[0]["runs"], all[0]["bestValue"]})
	assert.Equal(t, []string{"b", "a"}, ids(t, object(t, serve(t, root, Options{}), "/-/runs?filter=sweep%3D%22s1%22")))

	b := serve(t, root, Options{Catalog: project{sweeps: []Sweep{{ID: "s2"}, {ID: "s1", State: "PAUSED", Best: "a", BestValue: 0.5}}}})
	all = listOf(t, b, target, "sweeps")
	require.Len(t, all, 2)
	assert.Equal(t, []any{"s1", "PAUSED", 2.0, 0.5}, []any{all[0]["id"], all[0]["state"], all[0]["runs"], all[0]["bestValue"]})
	assert.Equal(t, []any{0.0, nil}, []any{all[1]["runs"], all[1]["bestValue"]})
}

func TestFind_RunThatIsNotReadYet_IsWaitedFor(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	b := serve(t, root, Options{})
	b.unseen = time.Minute
	found := make(chan int, 1)
	go func() { found <- get(t, b, "/-/find?entity=jo&project=vision&id=late").Code }()
	l := start(t, root, "late", 0, `{}`)
	l.finish(0)
	b.store.Refresh(t.Context())
	assert.Equal(t, http.StatusOK, <-found)
}
