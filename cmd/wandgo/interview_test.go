package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/wandbtest"
)

// interviewWorld adds to testWorld what the questions are about: olga, who asks
// with the second key, views acme-viewers and is a plain member of acme-lab.
func interviewWorld() wandbtest.World {
	w := testWorld()
	w.Teams = append(w.Teams,
		wandbtest.Team{Name: "acme-viewers", Members: []wandbtest.TeamMember{{Username: "olga", Role: wandbtest.RoleViewer}}},
		wandbtest.Team{Name: "acme-lab", Members: []wandbtest.TeamMember{{Username: "olga"}}},
	)
	w.Projects = append(w.Projects, wandbtest.Project{Entity: "acme-lab", Name: "closed", Scope: wandbtest.ScopeRestricted})
	return w
}

// answers runs the doctor with two keys and returns the answers by letter.
func answers(t *testing.T, srv *wandbtest.Server, args ...string) (map[string]question, string) {
	t.Helper()
	i := on(t, srv.URL(), joKey)
	i.vars["SECOND"] = otherKey
	args = append([]string{"doctor", "--entity", "acme-research", "--second-key-env", "SECOND"}, args...)
	var doc struct{ Questions []question }
	require.NoError(t, json.Unmarshal([]byte(i.run(t, append(args, "--json")...).stdout), &doc))
	byID := map[string]question{}
	for _, q := range doc.Questions {
		byID[q.ID] = q
	}
	text := i.stable(i.run(t, args...).stdout)
	return byID, text[strings.Index(text, "Questions to the server"):]
}

var allTargets = []string{
	"--hidden-entity", "secretive", "--view-only-entity", "acme-viewers", "--restricted-project", "acme-lab/closed", "--write",
}

// The second account is known on a server that objects to the page of teams that
// is asked for.
func TestInterviewWithoutTeamPages(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, interviewWorld(), wandbtest.WithPolicy(wandbtest.Policy{TeamPages: wandbtest.TeamPagesUnknown}))
	q, _ := answers(t, srv, allTargets...)
	assert.Contains(t, q["e"].Answer, "second key, an outsider: true")
	assert.Contains(t, q["j"].Answer, "without an argument: HTTP 200; with first: 1000: HTTP 200")
}

func TestInterviewOfEachGeneration(t *testing.T) {
	t.Parallel()
	for _, g := range generations() {
		t.Run(g.String(), func(t *testing.T) {
			t.Parallel()
			srv := wandbtest.New(t, interviewWorld(), wandbtest.WithGeneration(g))
			q, text := answers(t, srv, allTargets...)
			require.Len(t, q, 10, "a to j")
			assert.Equal(t, "HTTP 403, refused", q["a"].Answer)
			assert.Equal(t, "to a reader: null; to a writer: HTTP 404, refused", q["b"].Answer)
			assert.Equal(t, "the first account's: an object to the first key, null to the second, and to a writer HTTP 404, refused; "+
				"a missing one: null to the first key, null to the second, and to a writer HTTP 403, refused", q["c"].Answer)
			assert.Equal(t, "missing: null; foreign: an object; hidden: null", q["d"].Answer)
			assert.Equal(t, `first key in "acme-research": false; second key, an outsider: true; second key, View-only in "acme-viewers": true`, q["e"].Answer)
			assert.Regexp(t, `^no: `, q["f"].Answer)
			assert.Equal(t, "HTTP 200", q["g"].Answer)
			assert.Equal(t, "HTTP 200, viewer is null", q["h"].Answer)
			assert.Equal(t, `it matters: there is no "ACME-RESEARCH"`, q["i"].Answer)
			assert.Regexp(t, `^it lists 3 with and without first: 1000`, q["j"].Answer)
			assert.Empty(t, srv.Runs(), "everything was refused")
			golden(t, "questions_"+g.String()+".golden", text)
		})
	}
}

// Servers may decide otherwise; the answers must follow.
func TestInterviewFollowsTheServer(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, interviewWorld(), wandbtest.WithValidationStatus(400), wandbtest.WithPolicy(wandbtest.Policy{
		RestrictedStatus: 403, MembersPublic: true, FoldEntityCase: true, TeamPageSize: 2,
	}))
	q, _ := answers(t, srv, allTargets...)
	assert.Contains(t, q["b"].Answer, "to a writer: HTTP 403")
	assert.Equal(t, "yes: it lists 2", q["f"].Answer)
	assert.Equal(t, "HTTP 400", q["g"].Answer)
	assert.Equal(t, `no: "ACME-RESEARCH" finds "acme-research"`, q["i"].Answer)
	assert.Contains(t, q["j"].Answer, "it lists 2 ")
}

func TestInterviewWritesOnlyWhenTold(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, interviewWorld())
	q, _ := answers(t, srv, "--restricted-project", "acme-lab/closed")
	for id, want := range map[string]string{
		"a": "not asked: give --view-only-entity and --write",
		"b": "not asked, give --write",
		"c": "to a writer: not asked, give --write",
		"d": "hidden: not asked, give --hidden-entity",
	} {
		assert.Contains(t, q[id].Answer, want)
	}
	for _, r := range srv.Requests() {
		assert.NotContains(t, string(r.Body), "upsertBucket")
	}

	// What is not refused is created, and named.
	srv = wandbtest.New(t, interviewWorld())
	q, _ = answers(t, srv, "--view-only-entity", "acme-lab", "--write")
	require.NotEmpty(t, srv.Runs())
	assert.Contains(t, q["a"].Answer, "the run doctor-")
}

func TestInterviewOfOneAccountTwice(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, interviewWorld())
	i := on(t, srv.URL(), joKey)
	i.vars["SECOND"] = joKey
	r := i.run(t, "doctor", "--second-key-env", "SECOND", "--write")
	assert.Zero(t, r.status)
	assert.Contains(t, r.stdout, "not known to be outside")
	assert.Empty(t, srv.Runs(), "nothing is created where the second key may write")

	i.vars["SECOND"] = unknownKey
	assert.Contains(t, i.run(t, "doctor", "--second-key-env", "SECOND").stdout, "no account behind the second key")
}

func TestInterviewOfASilentServer(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, interviewWorld())
	srv.Inject(wandbtest.Fault{Operation: "DoctorAsks", Cut: wandbtest.CutBefore})
	q, _ := answers(t, srv, allTargets...)
	require.Len(t, q, 10)
	for id, answer := range q {
		assert.Contains(t, answer.Answer, "no answer", id)
	}
}
