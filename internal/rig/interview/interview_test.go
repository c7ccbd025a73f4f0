package main

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wandgo/wandgo/internal/settings"
	"github.com/wandgo/wandgo/wandbtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	joKey      = "notakey0jo000000000000000000000000000000a1"
	olgaKey    = "notakey0olga0000000000000000000000000000c3"
	unknownKey = "notakey0unknown0000000000000000000000000d4"
)

// world has jo, who owns the first key, and olga, who owns the second: she views
// acme-viewers and is a member of acme-lab.
func world() wandbtest.World {
	return wandbtest.World{
		Users: []wandbtest.User{
			{
				Username: "jo", Email: "jo@example.com", Keys: []string{joKey}, DefaultEntity: "acme-research",
				PersonalEntity: wandbtest.PersonalEnabled,
			},
			{Username: "olga", Keys: []string{olgaKey}},
		},
		Teams: []wandbtest.Team{
			{Name: "acme-research", Members: []wandbtest.TeamMember{{Username: "jo"}}},
			{Name: "acme-viewers", Members: []wandbtest.TeamMember{{Username: "olga", Role: wandbtest.RoleViewer}}},
			{Name: "acme-lab", Members: []wandbtest.TeamMember{{Username: "olga"}}},
			{Name: "secretive", Hidden: true},
			{Name: "vault", Members: []wandbtest.TeamMember{{Username: "jo"}}},
		},
		Projects: []wandbtest.Project{
			{Entity: "acme-research", Name: "vision", Owner: "jo"},
			{Entity: "acme-lab", Name: "closed", Scope: wandbtest.ScopeRestricted},
		},
	}
}

// interviewed runs the program with the given second key and returns what it prints.
func interviewed(t *testing.T, srv *wandbtest.Server, second string, args ...string) string {
	t.Helper()
	vars := map[string]string{
		"WANDB_BASE_URL": srv.URL(), "WANDB_API_KEY": joKey, "WANDB_PROJECT": "vision", "SECOND": second, "HOME": t.TempDir(),
	}
	env := settings.Env{LookupEnv: settings.MapEnv(vars), Home: vars["HOME"]}
	var out strings.Builder
	args = append([]string{"-entity", "acme-research", "-second-key-env", "SECOND"}, args...)
	require.NoError(t, run(t.Context(), args, func(name string) string { return vars[name] }, env, &out))
	assert.NotContains(t, out.String(), "notakey")
	assert.NotContains(t, out.String(), "jo@example.com")
	return out.String()
}

var printed = regexp.MustCompile(`(?m)^([a-z])\) .*\n   (.*)$`)

// replies returns the replies by letter.
func replies(t *testing.T, srv *wandbtest.Server, args ...string) map[string]string {
	t.Helper()
	byID := map[string]string{}
	for _, q := range printed.FindAllStringSubmatch(interviewed(t, srv, olgaKey, args...), -1) {
		byID[q[1]] = q[2]
	}
	return byID
}

var allTargets = []string{
	"-hidden-entity", "secretive", "-view-only-entity", "acme-viewers", "-restricted-project", "acme-lab/closed", "-write",
}

// A server may reject the page size of teams.
func TestInterview_TeamPagesRejected_SecondAccountIsKnown(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, world(), wandbtest.WithPolicy(wandbtest.Policy{TeamPages: wandbtest.TeamPagesUnknown}))
	q := replies(t, srv, allTargets...)
	assert.Contains(t, q["e"], "second key, an outsider: true")
	assert.Contains(t, q["j"], "without an argument: HTTP 200; with first: 1000: HTTP 200")
}

func TestInterview_EachGeneration_AllQuestionsAnswered(t *testing.T) {
	t.Parallel()
	for _, g := range []wandbtest.Generation{wandbtest.Gen2024Jan, wandbtest.Gen2024Oct, wandbtest.Gen2026} {
		t.Run(g.String(), func(t *testing.T) {
			t.Parallel()
			srv := wandbtest.New(t, world(), wandbtest.WithGeneration(g))
			q := replies(t, srv, allTargets...)
			require.Len(t, q, 10, "a to j")
			assert.Equal(t, "HTTP 403, refused", q["a"])
			assert.Equal(t, "to a reader: null; to a writer: HTTP 404, refused", q["b"])
			assert.Equal(t, "the first account's: an object to the first key, null to the second, and to a writer HTTP 404, refused; "+
				"a missing one: null to the first key, null to the second, and to a writer HTTP 403, refused", q["c"])
			assert.Equal(t, "missing: null; foreign: an object; hidden: null", q["d"])
			assert.Equal(t, `first key in "acme-research": false; second key, an outsider: true; second key, View-only in "acme-viewers": true`, q["e"])
			assert.Regexp(t, `^no: `, q["f"])
			assert.Equal(t, "HTTP 200", q["g"])
			assert.Equal(t, "HTTP 200, viewer is null", q["h"])
			assert.Equal(t, `yes: there is no "ACME-RESEARCH"`, q["i"])
			assert.Regexp(t, `^it lists 3 with and without first: 1000`, q["j"])
			assert.Empty(t, srv.Runs(), "everything was refused")
		})
	}
}

func TestInterview_OtherPolicies_AnswersFollow(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, world(), wandbtest.WithValidationStatus(400), wandbtest.WithPolicy(wandbtest.Policy{
		RestrictedStatus: 403, MembersPublic: true, FoldEntityCase: true, TeamPageSize: 2,
	}))
	q := replies(t, srv, allTargets...)
	assert.Contains(t, q["b"], "to a writer: HTTP 403")
	assert.Equal(t, "yes: it lists 1", q["f"])
	assert.Equal(t, "HTTP 400", q["g"])
	assert.Equal(t, `no: "ACME-RESEARCH" finds "acme-research"`, q["i"])
	assert.Contains(t, q["j"], "it lists 2 ")
}

func TestInterview_WithoutWrite_CreatesNothing(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, world())
	q := replies(t, srv, "-restricted-project", "acme-lab/closed")
	for id, want := range map[string]string{
		"a": "not asked: give -view-only-entity and -write",
		"b": "not asked, give -write",
		"c": "to a writer: not asked, give -write",
		"d": "hidden: not asked, give -hidden-entity",
	} {
		assert.Contains(t, q[id], want)
	}
	for _, r := range srv.Requests() {
		assert.NotContains(t, string(r.Body), "upsertBucket")
	}

	// A run that is not refused is created and named.
	srv = wandbtest.New(t, world())
	q = replies(t, srv, "-view-only-entity", "acme-lab", "-write")
	require.NotEmpty(t, srv.Runs())
	assert.Contains(t, q["a"], "the run doctor-")
}

func TestInterview_SameAccountTwice_CreatesNothing(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, world())
	out := interviewed(t, srv, joKey, "-write")
	assert.Contains(t, out, "not known to be outside")
	assert.Contains(t, out, "   - entity \"acme-research\", as first key: HTTP 200 {", "the responses behind an answer")
	assert.Empty(t, srv.Runs(), "nothing is created where the second key may write")
	assert.Contains(t, interviewed(t, srv, unknownKey), "does not recognize the second key")
}

func TestRun_NoSecondKey_ReturnsError(t *testing.T) {
	t.Parallel()
	err := run(t.Context(), nil, func(string) string { return "" }, settings.Env{}, &strings.Builder{})
	assert.ErrorContains(t, err, "-second-key-env")
}

func TestInterview_ConnectionCut_SaysNoResponse(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, world())
	srv.Inject(wandbtest.Fault{Operation: "DoctorAsks", Cut: wandbtest.CutBefore})
	q := replies(t, srv, allTargets...)
	require.Len(t, q, 10)
	for id, reply := range q {
		assert.Contains(t, reply, "no response", id)
	}
}
