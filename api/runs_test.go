package api_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/api"
	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

func TestRuns_FilterAndOrder_ListMatchingRuns(t *testing.T) {
	t.Parallel()
	_, c, a := serve(t)
	for i := range 5 {
		logged(t, c, client.RunOptions{ID: "r" + strconv.Itoa(i), Tags: []string{"t" + strconv.Itoa(i%2)}, Config: map[string]any{"lr": float64(i) / 10, "net": map[string]any{"depth": i}}},
			1, func(int) map[string]any { return map[string]any{"val/loss": 10 - i} })
	}
	for name, tc := range map[string]struct {
		query api.Query
		want  string
	}{
		"all":          {api.Query{}, "r0 r1 r2 r3 r4"},
		"small pages":  {api.Query{PageSize: 2}, "r0 r1 r2 r3 r4"},
		"descending":   {api.Query{Order: "-summary.val/loss", PageSize: 2}, "r0 r1 r2 r3 r4"},
		"ascending":    {api.Query{Order: "summary.val/loss"}, "r4 r3 r2 r1 r0"},
		"config":       {api.Query{Filter: api.And(api.Config("lr").Lt(0.2), api.State("finished"))}, "r0 r1"},
		"nested":       {api.Query{Filter: api.Config("net.depth").Gte(3)}, "r3 r4"},
		"or":           {api.Query{Filter: api.Or(api.Config("lr").Eq(0), api.Summary("val/loss").Lte(6))}, "r0 r4"},
		"not":          {api.Query{Filter: api.Not(api.Tag("t0"))}, "r1 r3"},
		"tags":         {api.Query{Filter: api.Tag("t0", "t1"), Order: "-config.lr"}, "r4 r3 r2 r1 r0"},
		"in":           {api.Query{Filter: api.Property("name").In("r1", "r4")}, "r1 r4"},
		"not in":       {api.Query{Filter: api.Property("name").NotIn("r1", "r4")}, "r0 r2 r3"},
		"expression":   {api.Query{Filter: api.Property("name").Matches("[23]$")}, "r2 r3"},
		"exists":       {api.Query{Filter: api.Not(api.Config("none").Exists())}, "r0 r1 r2 r3 r4"},
		"nothing":      {api.Query{Filter: api.State("running", "crashed")}, ""},
		"time":         {api.Query{Filter: api.Property("createdAt").Gt(time.Now().Add(-time.Hour))}, "r0 r1 r2 r3 r4"},
		"raw":          {api.Query{Filter: api.RawFilter(`{"config.lr":{"$gt":0.25}}`)}, "r3 r4"},
		"everything":   {api.Query{Filter: api.And()}, "r0 r1 r2 r3 r4"},
		"ne":           {api.Query{Filter: api.And(api.Filter{}, api.Property("name").Ne("r0"))}, "r1 r2 r3 r4"},
		"later filter": {api.Query{Filter: api.Property("username").Eq("bob")}, ""},
	} {
		var got []string
		for run, err := range a.Runs(t.Context(), "acme/vision", tc.query) {
			require.NoError(t, err, name)
			got = append(got, run.ID)
		}
		assert.Equal(t, tc.want, join(got), name)
	}
	n, err := a.CountRuns(t.Context(), "vision", api.Tag("t1"))
	require.NoError(t, err)
	assert.Equal(t, 2, n)
}

func TestRuns_InvalidQuery_IsAnInputError(t *testing.T) {
	t.Parallel()
	srv, _, a := serve(t)
	for name, tc := range map[string]struct {
		path  string
		query api.Query
	}{
		"path":       {"a/b/c", api.Query{}},
		"empty path": {"", api.Query{}},
		"page size":  {"acme/vision", api.Query{PageSize: 1001}},
		"expression": {"acme/vision", api.Query{Filter: api.And(api.Property("name").Matches("("))}},
		"raw":        {"acme/vision", api.Query{Filter: api.RawFilter(`[]`)}},
		"value":      {"acme/vision", api.Query{Filter: api.Config("a").Eq(func() {})}},
		"field":      {"acme/vision", api.Query{Filter: api.Config("").Eq(1)}},
	} {
		for run, err := range a.Runs(t.Context(), tc.path, tc.query) {
			assert.Nil(t, run, name)
			require.ErrorIs(t, err, errors.ErrInvalidInput, name)
		}
	}
	assert.Empty(t, srv.Requests())
}

func TestRawFilter_NotJSON_SaysWhatAndWhere(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"config.lr":{"$lt":0x10}}`: `(numbers are decimal); it follows {"config.lr":{"$lt":0`,
		`{"a":0b1}`:                  `invalid character 'b' after object key:value pair (numbers are decimal); it follows {"a":0`,
		`lr<0.1`:                     `invalid character 'l' looking for beginning of value`,
		`{"a":1`:                     `unexpected end of JSON input`,
		``:                           `unexpected end of JSON input`,
	} {
		assert.Contains(t, api.RawFilter(text).String(), want, text)
	}
	key := strings.Repeat("0123456789", 4)
	for _, text := range []string{`{"a":1`, `{"config.k":"` + key, `{"config.k":"` + key + `",0x1}`} {
		got := api.RawFilter(text).String()
		assert.NotContains(t, got, "it follows", text)
		assert.NotContains(t, got, key[:20], text)
	}
}

func TestRuns_PageFails_SaysAfterHowMany(t *testing.T) {
	t.Parallel()
	srv, c, a := serve(t)
	for range 3 {
		logged(t, c, client.RunOptions{}, 0, nil)
	}
	srv.Inject(wandbtest.Fault{Operation: "ListRuns", After: 1, Status: 400, Body: `{"errors":[{"message":"no"}]}`})
	n := 0
	var last error
	for run, err := range a.Runs(t.Context(), "acme/vision", api.Query{PageSize: 2}) {
		if err == nil {
			assert.NotEmpty(t, run.ID)
			n++
		}
		last = err
	}
	assert.Equal(t, 2, n)
	require.ErrorIs(t, last, errors.ErrInvalidInput)
	assert.ErrorContains(t, last, "after 2 runs: list runs of acme/vision")
}

func TestRuns_ServerIsDownForAMoment_Retries(t *testing.T) {
	t.Parallel()
	srv, c, a := serve(t)
	logged(t, c, client.RunOptions{ID: "r"}, 0, nil)
	fault := srv.Inject(wandbtest.Fault{Operation: "ReadRun", Count: 1, Status: 503, Header: map[string][]string{"Retry-After": {"0"}}, Body: "busy"})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	_, err := a.Run(ctx, "acme/vision/r")
	require.NoError(t, err)
	assert.Equal(t, 1, fault.Hits())
}

func TestRuns_MissingOrHiddenProject_IsDiagnosed(t *testing.T) {
	t.Parallel()
	_, c, a := serve(t)
	logged(t, c, client.RunOptions{}, 0, nil)
	for path, want := range map[string]error{
		"acme/visoin":   errors.ErrProjectMissing,
		"globex/vision": errors.ErrNotTeamMember,
	} {
		for _, err := range a.Runs(t.Context(), path, api.Query{}) {
			require.ErrorIs(t, err, want, path)
			require.ErrorIs(t, err, errors.ErrPermissionDenied, path)
		}
		_, err := a.Run(t.Context(), path+"/r")
		require.ErrorIs(t, err, want, path)
		_, err = a.CountRuns(t.Context(), path, api.Filter{})
		require.ErrorIs(t, err, want, path)
	}
	_, err := a.Run(t.Context(), "acme/visoin/r")
	p, ok := errors.AsType[*errors.PermissionError](err)
	require.True(t, ok)
	assert.Contains(t, p.Notes, "projects with a similar name: vision")
	assert.Contains(t, errors.Explain(err), "does not exist or is\n  hidden")
}

func TestRun_Missing_NamesRunsThatAreClose(t *testing.T) {
	t.Parallel()
	_, c, a := serve(t)
	logged(t, c, client.RunOptions{ID: "abc12345", Name: "baseline"}, 0, nil)
	for path, hint := range map[string]string{
		"acme/vision/baseline": "a run with this name has the id abc12345",
		"acme/vision/abc12346": "the project has abc12345",
		"acme/vision/zzz":      "",
	} {
		_, err := a.Run(t.Context(), path)
		require.ErrorIs(t, err, errors.ErrRunMissing)
		require.ErrorContains(t, err, "is missing or hidden")
		e, ok := errors.AsType[*errors.RequestError](err)
		require.True(t, ok)
		assert.Equal(t, hint, e.Hint)
	}
	_, err := a.Run(t.Context(), "vision")
	require.ErrorIs(t, err, errors.ErrInvalidInput)
}

func TestRun_Finished_HasWhatWasLogged(t *testing.T) {
	t.Parallel()
	_, c, a := serve(t)
	logged(t, c, client.RunOptions{
		ID: "r1", Name: "first", Notes: "n", Group: "g", JobType: "train", Tags: []string{"a", "b"},
		Config: map[string]any{"lr": 0.1, "layers": []int{1, 2}, "opt": map[string]any{"name": "adam"}},
	}, 2, func(i int) map[string]any { return map[string]any{"loss": i, "nested": map[string]any{"x": 1.5}} })
	for _, path := range []string{"acme/vision/r1", "vision/r1", "https://wandb.example.com/acme/vision/runs/r1", "https://forge.coreweave.com/wandb/acme/vision/runs/r1?nw=1"} {
		r, err := a.Run(t.Context(), path)
		require.NoError(t, err, path)
		assert.Equal(t, "acme/vision/r1", r.Path())
		assert.Equal(t, []string{"first", "n", "g", "train", "finished", "alice"}, []string{r.Name, r.Notes, r.Group, r.JobType, r.State, r.User})
		assert.Equal(t, []string{"a", "b"}, r.Tags)
		assert.Equal(t, map[string]any{"lr": 0.1, "layers": []any{int64(1), int64(2)}, "opt": map[string]any{"name": "adam"}}, r.Config)
		assert.Equal(t, int64(1), r.Summary["loss"])
		assert.Equal(t, map[string]any{"x": 1.5}, r.Summary["nested"])
		assert.Contains(t, r.Raw.Config, `"_wandb"`)
		assert.Equal(t, 2, r.Rows)
		assert.WithinDuration(t, time.Now(), r.CreatedAt, time.Minute)
		assert.False(t, r.ReadOnly)
		assert.Equal(t, "run acme/vision/r1", fmt.Sprint(r))
	}
	assert.NotContains(t, fmt.Sprintf("%+v", a), wandbtest.AliceKey)
}

func TestUpdate_Changes_ReachTheServer(t *testing.T) {
	t.Parallel()
	srv, c, a := serve(t)
	logged(t, c, client.RunOptions{ID: "r", Config: map[string]any{"lr": 0.1, "old": 1}}, 1, func(int) map[string]any { return map[string]any{"loss": 1, "gone": 2} })
	before, _ := srv.Run("acme", "vision", "r")
	r, err := a.Run(t.Context(), "acme/vision/r")
	require.NoError(t, err)
	now, err := r.Update(t.Context(), api.Changes{
		Name: new("n2"), Notes: new("notes"), Group: new("g"), JobType: new("j"), Tags: []string{"x"},
		Config: map[string]any{"lr": 0.5, "new": "v"}, DropConfig: []string{"old"}, Summary: map[string]any{"best": 0.1}, DropSummary: []string{"gone"},
	})
	require.NoError(t, err)
	assert.Equal(t, map[string]any{"lr": 0.5, "new": "v"}, now.Config)
	view, _ := srv.Run("acme", "vision", "r")
	assert.Equal(t, []string{"n2", "notes", "g", "j"}, []string{view.DisplayName, view.Notes, view.Group, view.JobType})
	assert.Equal(t, []string{"x"}, view.Tags)
	assert.Equal(t, before.Config["_wandb"], view.Config["_wandb"])
	assert.InDelta(t, 0.1, view.Summary["best"], 0)
	assert.NotContains(t, view.Summary, "gone")
	assert.Contains(t, view.Summary, "loss")
	assert.Contains(t, view.RawConfig, `"lr":{"value":0.5,"desc":null}`)
	assert.Equal(t, "finished", view.State)
	_, err = r.Update(t.Context(), api.Changes{Config: map[string]any{"f": func() {}}})
	require.ErrorIs(t, err, errors.ErrInvalidInput)
	_, err = r.Update(t.Context(), api.Changes{Config: map[string]any{"_wandb": 1}})
	require.ErrorIs(t, err, errors.ErrInvalidInput)
}

func TestChanges_ViewOnlyMember_AreDiagnosed(t *testing.T) {
	t.Parallel()
	srv, c, a := serve(t)
	logged(t, c, client.RunOptions{ID: "r"}, 0, nil)
	r, err := a.Run(t.Context(), "acme/vision/r")
	require.NoError(t, err)
	require.NoError(t, srv.SetRole("acme", "alice", wandbtest.RoleViewer))
	for name, do := range map[string]func() error{
		"update": func() error { _, err := r.Update(t.Context(), api.Changes{Name: new("x")}); return err },
		"stop":   func() error { return r.Stop(t.Context()) },
		"delete": func() error { return r.Delete(t.Context(), false) },
	} {
		err := do()
		require.ErrorIs(t, err, errors.ErrViewerRole, name)
		assert.ErrorContains(t, err, name+" run acme/vision", name)
	}
}

func TestStopAndDelete_OwnRun_Work(t *testing.T) {
	t.Parallel()
	srv, c, a := serve(t)
	logged(t, c, client.RunOptions{ID: "r"}, 0, nil)
	r, err := a.Run(t.Context(), "acme/vision/r")
	require.NoError(t, err)
	require.NoError(t, r.Stop(t.Context()))
	view, _ := srv.Run("acme", "vision", "r")
	assert.True(t, view.Stopped)
	require.NoError(t, r.Delete(t.Context(), true))
	_, err = r.Reload(t.Context())
	require.ErrorIs(t, err, errors.ErrRunMissing)
	for _, err := range r.History(t.Context()) {
		require.ErrorIs(t, err, errors.ErrRunMissing)
	}
}

func TestProjectsAndTeams_AreListed(t *testing.T) {
	t.Parallel()
	world := wandbtest.Solo()
	for i := range 53 {
		world.Projects = append(world.Projects, wandbtest.Project{Entity: "acme", Name: fmt.Sprintf("p%02d", i), Owner: "alice"})
	}
	a := api.New(connect(t, wandbtest.New(t, world), wandbtest.AliceKey))
	n := 0
	for p, err := range a.Projects(t.Context(), "acme") {
		require.NoError(t, err)
		assert.Equal(t, "acme", p.Entity)
		assert.Equal(t, fmt.Sprintf("p%02d", n), p.Name)
		n++
	}
	assert.Equal(t, 53, n)
	for range a.Projects(t.Context(), "globex") {
		t.Error("a hidden project is listed")
	}
	for _, err := range a.Projects(t.Context(), "a/b") {
		require.ErrorIs(t, err, errors.ErrInvalidInput)
	}
	teams, err := a.Teams(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []string{"alice", "acme"}, teams)
	_, err = api.New(connect(t, wandbtest.New(t, wandbtest.Solo()), "")).Teams(t.Context())
	require.ErrorIs(t, err, errors.ErrNoAPIKey)
}

func TestAPI_NoKey_ReturnsErrNoAPIKeyWithoutARequest(t *testing.T) {
	t.Parallel()
	srv, _, _ := serve(t)
	a := api.New(connect(t, srv, ""))
	runs := func() error {
		for _, err := range a.Runs(t.Context(), "acme/vision", api.Query{}) {
			return err
		}
		return nil
	}
	projects := func() error {
		for _, err := range a.Projects(t.Context(), "acme") {
			return err
		}
		return nil
	}
	_, counted := a.CountRuns(t.Context(), "acme/vision", api.Filter{})
	_, read := a.Run(t.Context(), "acme/vision/abcd1234")
	for name, err := range map[string]error{"runs": runs(), "projects": projects(), "count": counted, "run": read} {
		require.ErrorIs(t, err, errors.ErrNoAPIKey, name)
		assert.ErrorContains(t, err, "no API key", name)
	}
	assert.Empty(t, srv.Requests())
}
