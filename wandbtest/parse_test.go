package wandbtest_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/wandbtest"
)

// The JSON form loses nothing.
func TestParseWorld_EncodedWorld_IsEqual(t *testing.T) {
	t.Parallel()
	for name, w := range map[string]wandbtest.World{"solo": wandbtest.Solo(), "matrix": matrixWorld(), "zero": {}} {
		text, err := json.Marshal(w)
		require.NoError(t, err)
		got, err := wandbtest.ParseWorld(text)
		require.NoError(t, err, name)
		again, err := json.Marshal(got)
		require.NoError(t, err)
		assert.JSONEq(t, string(text), string(again), name)
	}
}

func TestParseWorld_InvalidWorld_ReturnsError(t *testing.T) {
	t.Parallel()
	const users = `"users":[{"username":"a","keys":["k1"]},{"username":"b","personalEntity":"enabled"},{"username":"s","type":"SERVICE","homeTeam":"t"}]`
	const team = `"teams":[{"name":"t","members":[{"username":"a","role":"viewer"}]}]`
	for name, tc := range map[string]struct{ world, want string }{
		"no JSON":             {`{`, "unexpected end"},
		"list":                {`[]`, "the file: want an object, found a list"},
		"unknown field":       {`{"team":[]}`, "team: unknown field"},
		"unknown field below": {`{"teams":[{"name":"t"},{"name":"u","members":[{"user":"a"}]}]}`, "teams[1].members[0].user: unknown field"},
		"type":                {`{"users":{}}`, "users: want a list, found an object"},
		"type below":          {`{"users":[{"username":"a","keys":["k",1]}]}`, "users[0].keys[1]: want a string, found a number"},
		"bool":                {`{"users":[{"username":"a","admin":"yes"}]}`, "users[0].admin: want true or false, found a string"},
		"null":                {`{"users":[null]}`, "users[0]: want an object, found null"},
		"no name":             {`{"users":[{"username":""}]}`, `users[0].username: "" is not a name`},
		"slash":               {`{"teams":[{"name":"a/b"}]}`, `teams[0].name: "a/b" is not a name`},
		"user twice":          {`{"users":[{"username":"a"},{"username":"a"}]}`, `users[1].username: the name "a" is taken by another user`},
		"team like a person":  {`{` + users + `,"teams":[{"name":"t"},{"name":"b"}]}`, `teams[1].name: the name "b" is taken by a user's personal entity`},
		"team like an org":    {`{"organizations":[{"name":"o"}],"teams":[{"name":"o"}]}`, `teams[0].name: the name "o" is taken by an organization`},
		"key twice":           {`{"users":[{"username":"a","keys":["kk"]},{"username":"b","keys":["kk"]}]}`, `users[1].keys[0]: the key belongs to "a" already`},
		"key with a blank":    {`{"users":[{"username":"a","keys":["k k"]}]}`, `users[0].keys[0]: a key must not be empty or contain spaces`},
		"account type":        {`{"users":[{"username":"a","type":"ROBOT"}]}`, `users[0].type: "ROBOT" is not one of [USER SERVICE ORG_SERVICE ANONYMOUS VIEWER]`},
		"personal entity":     {`{"users":[{"username":"a","personalEntity":"yes"}]}`, `users[0].personalEntity: "yes" is not one of`},
		"home team":           {`{"users":[{"username":"s","type":"SERVICE","homeTeam":"x"}]}`, `users[0].homeTeam: no team "x"`},
		"home team of person": {`{"users":[{"username":"s","homeTeam":"t"}],"teams":[{"name":"t"}]}`, "users[0].homeTeam: only service accounts have a home team"},
		"default entity":      {`{"users":[{"username":"a","defaultEntity":"x"}]}`, `users[0].defaultEntity: no entity "x"`},
		"org member":          {`{"organizations":[{"name":"o","members":[{"username":"x"}]}]}`, `organizations[0].members[0].username: no user "x"`},
		"seat":                {`{` + users + `,` + team + `,"organizations":[{"name":"o","members":[{"username":"a","seat":"half"}]}]}`, `organizations[0].members[0].seat: "half" is not one of`},
		"org of team":         {`{"teams":[{"name":"t","organization":"x"}]}`, `teams[0].organization: no organization "x"`},
		"team member":         {`{"teams":[{"name":"t","members":[{"username":"x"}]}]}`, `teams[0].members[0].username: no user "x"`},
		"team member twice":   {`{` + users + `,"teams":[{"name":"t","members":[{"username":"a"},{"username":"a"}]}]}`, `teams[0].members[1].username: "a" is listed twice`},
		"team role":           {`{` + users + `,"teams":[{"name":"t","members":[{"username":"a","role":"owner"}]}]}`, `teams[0].members[0].role: "owner" is not one of`},
		"custom parts":        {`{` + users + `,"teams":[{"name":"t","members":[{"username":"a","canWrite":true}]}]}`, "only a custom role has"},
		"service member":      {`{` + users + `,"teams":[{"name":"t","members":[{"username":"s"}]}]}`, `"s" is a service account`},
		"project entity":      {`{"projects":[{"entity":"x","name":"p"}]}`, `projects[0].entity: no team or enabled personal entity "x"`},
		"project of absent":   {`{` + users + `,` + team + `,"projects":[{"entity":"a","name":"p"}]}`, `projects[0].entity: no team or enabled personal entity "a"`},
		"project twice":       {`{` + users + `,` + team + `,"projects":[{"entity":"t","name":"p"},{"entity":"t","name":"p"}]}`, "projects[1].name: project t/p is listed twice"},
		"scope":               {`{` + users + `,` + team + `,"projects":[{"entity":"t","name":"p","scope":"secret"}]}`, `projects[0].scope: "secret" is not one of`},
		"project owner":       {`{` + users + `,` + team + `,"projects":[{"entity":"t","name":"p","owner":"x"}]}`, `projects[0].owner: no user "x"`},
		"project member":      {`{` + users + `,` + team + `,"projects":[{"entity":"t","name":"p","members":[{"username":"b"}]}]}`, `projects[0].members[0].username: "b" is not in the team "t"`},
		"raised role":         {`{` + users + `,` + team + `,"projects":[{"entity":"t","name":"p","members":[{"username":"a","role":"member"}]}]}`, "projects[0].members[0].role: the role of a View-Only member cannot be raised in a project"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := wandbtest.ParseWorld([]byte(tc.world))
			require.Error(t, err)
			assert.True(t, strings.HasPrefix(err.Error(), "parse world: "), err)
			assert.ErrorContains(t, err, tc.want)
		})
	}
}

func FuzzParseWorld(f *testing.F) {
	for _, w := range []wandbtest.World{wandbtest.Solo(), matrixWorld(), {}} {
		text, err := json.Marshal(w)
		require.NoError(f, err)
		f.Add(text)
	}
	f.Add([]byte(`{"users":[{"username":"a","keys":null}],"teams":[{}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		w, err := wandbtest.ParseWorld(data)
		if err != nil {
			return
		}
		require.NoError(t, w.Validate())
		text, err := json.Marshal(w)
		require.NoError(t, err)
		_, err = wandbtest.ParseWorld(text)
		require.NoError(t, err, "what was parsed can be written and parsed again")
	})
}
