package client_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// TestInitBadInput: what breaks a rule is named before any request, and
// OnRefused is not asked about it.
func TestInitBadInput(t *testing.T) {
	t.Parallel()
	huge := strings.Repeat("x", 1<<16)
	tests := []struct {
		name  string
		opts  client.RunOptions
		field string
		rule  string // a part of it
	}{
		{"entity blank", client.RunOptions{Entity: "  "}, "entity", "blank"},
		{"entity huge", client.RunOptions{Entity: huge}, "entity", "longer than"},
		{"entity of 129 characters", client.RunOptions{Entity: strings.Repeat("ä", 129)}, "entity", "longer than 128"},
		{"entity with a line break", client.RunOptions{Entity: "ac\nme"}, "entity", "control"},
		{"entity with an escape", client.RunOptions{Entity: "ac\x1b[31mme"}, "entity", "control"},
		{"entity with NUL", client.RunOptions{Entity: "ac\x00me"}, "entity", "control"},
		{"entity that is not UTF-8", client.RunOptions{Entity: "ac\xffme"}, "entity", "UTF-8"},
		{"entity from a flag", client.RunOptions{Entity: "--id=r1"}, "entity", "'-'"},
		{"entity from a short flag", client.RunOptions{Entity: "-e"}, "entity", "'-'"},
		{"entity from an assignment", client.RunOptions{Entity: "entity=acme"}, "entity", "'='"},
		{"entity with project", client.RunOptions{Entity: "acme/vision"}, "entity", "'/'"},
		{"entity as URL", client.RunOptions{Entity: "https://wandb.ai/acme"}, "entity", "URL"},
		{"entity with white space around", client.RunOptions{Entity: " acme"}, "entity", "white space"},
		{"entity as path", client.RunOptions{Entity: ".."}, "entity", "path"},
		{"entity is a key", client.RunOptions{Entity: wandbtest.AliceKey}, "entity", ""},
		{"project blank", client.RunOptions{Project: "\t"}, "project", "blank"},
		{"project huge", client.RunOptions{Project: huge}, "project", "longer than"},
		{"project as URL", client.RunOptions{Project: "https://wandb.ai/acme/vision"}, "project", "URL"},
		{"project with a slash", client.RunOptions{Project: "acme/vision"}, "project", "'/'"},
		{"project with a hash", client.RunOptions{Project: "a#b"}, "project", "'#'"},
		{"project with a per cent", client.RunOptions{Project: "100%"}, "project", "'%'"},
		{"project with a carriage return", client.RunOptions{Project: "vision\r"}, "project", ""},
		{"run id with a colon", client.RunOptions{ID: "a:b"}, "run id", ":"},
		{"run id with a quote", client.RunOptions{ID: "it's"}, "run id", "'"},
		{"run id blank", client.RunOptions{ID: " "}, "run id", "blank"},
		{"run id huge", client.RunOptions{ID: huge}, "run id", "longer than"},
		{"name with a bell", client.RunOptions{Name: "a\ab"}, "name", "control"},
		{"name huge", client.RunOptions{Name: huge}, "name", "longer than"},
		{"group huge", client.RunOptions{Group: huge}, "group", "longer than"},
		{"job type of 65 characters", client.RunOptions{JobType: strings.Repeat("x", 65)}, "job type", "longer than 64"},
		{"notes huge", client.RunOptions{Notes: strings.Repeat("x", 1<<20+1)}, "notes", "longer than"},
		{"tag empty", client.RunOptions{Tags: []string{"a", ""}}, "tag", "empty"},
		{"tag of 65 characters", client.RunOptions{Tags: []string{strings.Repeat("x", 65)}}, "tag", "longer than 64"},
		{"mode unknown", client.RunOptions{Mode: "onlin"}, "mode", "must be online"},
		{"mode in capitals", client.RunOptions{Mode: "OFFLINE"}, "mode", "must be online"},
		{"config with a channel", client.RunOptions{Config: map[string]any{"c": make(chan int)}}, `config["c"]`, "cannot be stored"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, everybody())
			c := newClient(t, s, key("member"))
			tt.opts.OnRefused = func(err error) client.Reaction {
				t.Errorf("OnRefused is asked about %v", err)
				return client.GoOffline
			}
			if tt.opts.Project == "" {
				tt.opts.Project = "team"
			}
			run, err := c.Init(t.Context(), tt.opts)
			require.ErrorIs(t, err, errors.ErrInvalidInput)
			require.NotErrorIs(t, err, errors.ErrPermissionDenied)
			assert.Nil(t, run)
			in, ok := errors.AsType[*errors.InputError](err)
			require.True(t, ok)
			assert.Equal(t, tt.field, in.Field)
			assert.Contains(t, in.Rule, tt.rule)
			for _, text := range []string{err.Error(), errors.Explain(err)} {
				assert.Less(t, len(text), 1000)
				assert.NotContains(t, text, "\x1b")
				assert.NotContains(t, text, wandbtest.AliceKey)
			}
			assert.NotContains(t, err.Error(), "\n")
			assert.Empty(t, s.Requests(), "it is found before any request")
			if tt.field == "entity" || tt.field == "project" {
				_, err := c.Check(t.Context(), tt.opts.Entity, tt.opts.Project)
				require.ErrorIs(t, err, errors.ErrInvalidInput)
				assert.Empty(t, s.Requests())
			}
		})
	}
}

// TestKeyInTheWrongPlace: an API key that was pasted where a name belongs goes
// nowhere, and no way of printing the error shows it: fmt calls no method on a
// copy of it, nor on an unexported field.
func TestKeyInTheWrongPlace(t *testing.T) {
	t.Parallel()
	own := key("member")
	other := "local-deadbeef" + strings.Repeat("0a1b", 8)
	for _, secret := range []string{own, other} {
		for field, opts := range map[string]client.RunOptions{
			"entity":   {Entity: secret},
			"project":  {Project: secret},
			"run id":   {ID: secret},
			"name":     {Name: secret},
			"group":    {Group: secret},
			"job type": {JobType: secret},
			"tag":      {Tags: []string{"a", secret}},
			"mode":     {Mode: client.Mode(secret)},
			"resume":   {Resume: client.Resume(secret)},
			"ForkFrom": {ForkFrom: client.RunStep{RunID: secret, Step: 1}},
			"RewindTo": {RewindTo: client.RunStep{RunID: secret, Step: 1}},
			"label":    {Mode: "shared", ID: "r1", Shared: client.Shared{Label: "a/" + secret}},
		} {
			t.Run(field, func(t *testing.T) {
				t.Parallel()
				s := wandbtest.New(t, everybody())
				c := newClient(t, s, own)
				_, err := c.Init(t.Context(), opts)
				in, ok := errors.AsType[*errors.InputError](err)
				require.True(t, ok, "%v", err)
				assert.Equal(t, field, in.Field)
				assert.Empty(t, s.Requests())
				for _, text := range []string{
					err.Error(), errors.Explain(err), fmt.Sprintf("%+v", *in), fmt.Sprintf("%#v", struct{ in errors.InputError }{*in}),
				} {
					assert.NotContains(t, text, secret)
					assert.NotContains(t, text, secret[:20])
				}
			})
		}
	}
	t.Run("in the middle of notes", func(t *testing.T) {
		t.Parallel()
		s := wandbtest.New(t, everybody())
		c := newClient(t, s, own)
		_, err := c.Init(t.Context(), client.RunOptions{Notes: "run with WANDB_API_KEY=" + own + " set"})
		require.ErrorIs(t, err, errors.ErrInvalidInput)
		_, err = c.Check(t.Context(), "acme", own)
		require.ErrorIs(t, err, errors.ErrInvalidInput)
		assert.Empty(t, s.Requests())
		run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", Mode: "offline"})
		require.NoError(t, err)
		require.ErrorIs(t, run.AddTags(own), errors.ErrInvalidInput)
		require.NoError(t, run.Finish(t.Context()))
	})
	t.Run("a commit is no key", func(t *testing.T) {
		t.Parallel()
		s := wandbtest.New(t, everybody())
		commit := "deadbeef" + strings.Repeat("0a1b", 8)
		run, err := newClient(t, s, own, quickly).Init(t.Context(), client.RunOptions{
			Entity: "acme", Project: "team", ID: commit, Name: commit, Group: commit, Tags: []string{commit},
		})
		require.NoError(t, err)
		require.NoError(t, run.Finish(t.Context()))
	})
}

// TestInitSmellyNames: names that are legal and look like nobody meant them go
// to the server; when it refuses, the text says what they look like.
func TestInitSmellyNames(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, looks string }{
		{"None", "None"}, {"null", "null"}, {"your_entity_name", "placeholder"}, {"username", "placeholder"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, everybody())
			c := newClient(t, s, key("member"))
			_, err := c.Init(t.Context(), client.RunOptions{Entity: tt.name, Project: "p"})
			require.ErrorIs(t, err, errors.ErrEntityMissing)
			assert.Len(t, s.Requests(), 2)
			p, _ := errors.AsType[*errors.PermissionError](err)
			assert.Contains(t, strings.Join(p.Notes, "\n"), "the entity \""+tt.name+"\" looks like")
			assert.Contains(t, errors.Explain(err), "looks like")

			// The same word as project is created like any other, when it may be.
			run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: tt.name})
			require.NoError(t, err)
			require.NoError(t, run.Finish(t.Context()))
		})
	}
}

// TestInitOddNames: names that are legal reach the server unharmed, in URLs too.
func TestInitOddNames(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("member"), quickly)
	for _, name := range []string{"with space", "größe-模型", "a+b&c=d", `quo"te`, "semi;colon", "…", "a~b@c!d$e(f)*g", "100 percent"} {
		id := strings.NewReplacer(";", "").Replace(name)
		run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: name, ID: id, Name: name})
		require.NoError(t, err, name)
		require.NoError(t, run.Log(map[string]any{name: 1}))
		require.NoError(t, run.Finish(t.Context()), name)
		stored, ok := s.Run("acme", name, id)
		require.True(t, ok, name)
		assert.Equal(t, "finished", stored.State)
		assert.Len(t, stored.History(), 1)
		assert.Equal(t, name, stored.DisplayName)
	}
}

// TestInitKeepsNothingOfTheCallers: what the caller changes later changes nothing.
func TestInitKeepsNothingOfTheCallers(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	c := newClient(t, s, wandbtest.AliceKey, quickly)
	tags := []string{"one"}
	config := map[string]any{"list": []int{1}}
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision", Mode: "offline", Tags: tags, Config: config})
	require.NoError(t, err)
	dir := run.Dir()
	tags[0] = "two"
	config["list"].([]int)[0] = 2
	row := map[string]any{"list": []int{3}}
	require.NoError(t, run.Log(row))
	row["list"].([]int)[0] = 4
	require.NoError(t, run.Finish(t.Context()))
	kept := onDisk(t, dir)
	assert.Equal(t, []string{"one"}, kept.Run.Tags)
	assert.JSONEq(t, `{"list":[1]}`, string(kept.Config.AppendJSON(nil)))
	assert.JSONEq(t, `[3]`, string(kept.Summary.Get("list")))
}
