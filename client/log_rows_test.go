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

// decisionRow is a row of docs/protocol/refusals.md#deciding-a-403, or a line of
// docs/protocol/refusals.md#deciding-by-status, and a world in which it applies. Verdicts and candidates of servers before October
// 2024 stand behind a bar where they differ, as in [cell].
type decisionRow struct {
	name   string
	of     attempt
	policy wandbtest.Policy
	faults []wandbtest.Fault
	want   string
	// candidates are the codes of the possible causes, where undetermined.
	candidates string
	// note is part of one of the notes.
	note string
}

// refuse makes the server refuse one field of every answer.
func refuse(field string) []wandbtest.Fault {
	return []wandbtest.Fault{{RefuseField: field, Match: isQuestion}}
}

// questions answers all of them alike.
func questions(status int, body string) []wandbtest.Fault {
	return []wandbtest.Fault{{Match: isQuestion, Status: status, Body: body}}
}

func decisionRows() []decisionRow {
	at := func(user, entity, project string) attempt {
		return attempt{user: user, entity: entity, project: project}
	}
	forced := func(user, entity, project, answer string) attempt {
		return attempt{user: user, entity: entity, project: project, forced: answer}
	}
	const own = "certain no_personal_entity|likely no_personal_entity"
	return []decisionRow{
		// Step 2, a 403.
		{name: "row 1, viewer null", of: forced("nobody", "acme", "team", "403"), want: "likely bad_api_key"},
		{name: "row 1, viewer 401", of: at("outsider", "acme", "new"), faults: questions(401, `{"error":"unauthorized"}`), want: "likely bad_api_key"},
		{name: "row 2, anonymous", of: at("anonymous", "acme", "new"), want: "certain anonymous_key"},
		{name: "row 3, own name, personal entity disabled", of: at("disabled", "disabled", "p"), want: own},
		{name: "row 3, own name, the server does not say", of: at("disabled", "disabled", "p"), faults: refuse("User.personalEntityDisabled"), want: "likely no_personal_entity"},
		{name: "row 3, own name, personal entity enabled", of: forced("oldtimer", "oldtimer", "p", "403"), faults: refuse("User.teams"), want: "undetermined", candidates: "seat_required, project_restricted"},
		{name: "row 3, own name in another case, which does not count", of: at("disabled", "Disabled", "p"), policy: wandbtest.Policy{FoldEntityCase: true}, want: own},
		{name: "row 4, service account of another team", of: at("foreign-service", "acme", "new"), want: "likely service_account_scope"},
		{name: "row 5, hidden team", of: at("outsider", "hidden", "p"), want: "likely not_team_member", note: "the entity exists but is hidden from you"},
		{name: "row 6, no such project", of: at("outsider", "acme", "new"), want: "certain not_team_member", note: "the project does not exist or is hidden"},
		{name: "row 6, list of teams cut", of: at("busy-outsider", "last", "p"), policy: wandbtest.Policy{TeamPageSize: 10}, want: "likely not_team_member", note: "the list may be incomplete"},
		{name: "row 6, organization", of: at("member", "corp", "p"), want: "certain organization_entity|likely not_team_member"},
		{name: "row 6, team in another case, which does not count", of: at("outsider", "Acme", "new"), policy: wandbtest.Policy{FoldEntityCase: true}, want: "certain not_team_member"},
		{name: "row 7, public project", of: at("outsider", "acme", "public"), want: "certain not_team_member", note: "the project is public"},
		{name: "row 8, writable project", of: forced("outsider", "acme", "open", "403"), want: "undetermined", candidates: "not_team_member, project_restricted", note: "shows the project as writable for you"},
		{name: "row 9, writable entity", of: forced("busy", "last", "p", "403"), policy: wandbtest.Policy{TeamPageSize: 10}, faults: refuse("Entity.members"), want: "undetermined", candidates: "not_team_member, project_restricted, seat_required", note: "shows the entity as writable for you"},
		{name: "row 10, view-only role", of: at("view-only", "acme", "team"), want: "certain viewer_role"},
		{name: "row 10, view-only role, case does not count", of: at("view-only", "Acme", "team"), policy: wandbtest.Policy{FoldEntityCase: true}, want: "certain viewer_role"},
		{name: "row 10, view-only role in a frozen team", of: at("view-only", "frozen", "p"), want: "certain viewer_role"},
		{name: "row 10, role of an unknown name", of: at("custom-reader", "acme", "team"), want: "undetermined", candidates: "viewer_role|viewer_role, seat_required, team_frozen"},
		{name: "row 10, viewer seat", of: at("seat-viewer", "acme", "team"), want: "likely seat_required|undetermined", candidates: "|seat_required, team_frozen"},
		{name: "row 10, frozen team", of: at("member", "frozen", "p"), want: "likely team_frozen|undetermined", candidates: "|seat_required, team_frozen"},
		{name: "row 10, view-only account", of: at("licence-viewer", "acme", "team"), want: "likely viewer_role"},
		{name: "row 11, project role", of: at("lowered", "acme", "team"), want: "certain project_restricted|likely project_restricted"},
		{name: "row 12, restricted project", of: at("member", "acme", "restricted"), policy: wandbtest.Policy{RestrictedStatus: 403}, want: "undetermined", candidates: "project_missing, project_restricted|project_missing, project_restricted, seat_required"},
		{name: "row 12, no such project", of: forced("member", "acme", "new", "403"), want: "undetermined", candidates: "project_missing, project_restricted|project_missing, project_restricted, seat_required"},
		{name: "row 13, another user's run", of: attempt{user: "member", entity: "acme", project: "team", runID: "taken"}, policy: wandbtest.Policy{OwnRunsOnly: true}, want: "undetermined", candidates: "run_exists|run_exists, project_restricted, seat_required"},
		{name: "row 13, nothing in the way", of: forced("member", "acme", "team", "403"), want: "undetermined", candidates: "|project_restricted, seat_required", note: "the team and the project as writable for you now"},
		{name: "row 14, team hidden by a policy of the organization", of: at("strict", "strictteam", "p"), want: "undetermined", candidates: "seat_required", note: "organization-scoped keys"},
		{name: "row 14, team hidden for want of a seat", of: at("seat-none", "acme", "new"), policy: wandbtest.Policy{NoSeatHidden: true}, want: "undetermined", candidates: "seat_required"},
		{name: "row 15, questions refused", of: at("outsider", "acme", "new"), faults: questions(403, denied2025), want: "undetermined", candidates: "not_team_member, viewer_role, seat_required, project_restricted"},
		{name: "row 15, all refused as W&B does not", of: at("outsider", "acme", "new"), faults: []wandbtest.Fault{{Status: 403, Body: `{"error":"Forbidden"}`}}, want: "undetermined", candidates: "intermediary, not_team_member, viewer_role, seat_required, project_restricted"},
		{name: "row 15, entity not told to a member", of: at("view-only", "acme", "team"), faults: refuse("Entity.readOnly"), want: "undetermined", candidates: "viewer_role, project_restricted, seat_required, project_missing"},
		{name: "row 15, entity in another case not told, which does not count", of: at("view-only", "Acme", "team"), policy: wandbtest.Policy{FoldEntityCase: true}, faults: refuse("Query.entity"), want: "undetermined", candidates: "not_team_member, viewer_role, seat_required, project_restricted", note: `differs only in case from your own "acme"`},

		// Step 1, the other statuses.
		{name: "line 8, viewer null", of: at("nobody", "acme", "team"), want: "certain bad_api_key"},
		{name: "line 9, viewer known", of: forced("member", "acme", "team", "401"), want: "undetermined", candidates: "bad_api_key"},
		{name: "line 9, viewer known but for its teams", of: forced("member", "acme", "team", "401"), policy: wandbtest.Policy{FieldRefusalStatus: 401}, faults: refuse("User.teams"), want: "undetermined", candidates: "bad_api_key"},
		{name: "line 9, organization keys", of: at("strict", "strictteam", "p"), policy: wandbtest.Policy{OrgKeyStatus: 401}, want: "undetermined", candidates: "bad_api_key"},
		{name: "line 10, viewer unanswered", of: at("nobody", "acme", "team"), faults: questions(502, "bad gateway"), want: "likely bad_api_key"},
		{name: "line 13, viewer null", of: forced("nobody", "acme", "team", "404e"), want: "likely bad_api_key"},
		{name: "line 14, own name", of: at("newcomer", "newcomer", "p"), want: "certain no_personal_entity"},
		{name: "line 14, own name, the server does not say", of: at("newcomer", "newcomer", "p"), faults: refuse("Query.viewer"), want: "likely entity_missing"},
		{name: "line 14, own name in another case", of: at("newcomer", "Newcomer", "p"), want: "likely no_personal_entity", note: "differs only in case"},
		{name: "line 15, no team", of: at("orphan", "nosuchteam", "p"), want: "likely no_team"},
		{name: "line 16, no such entity", of: at("outsider", "nosuchteam", "p"), want: "certain entity_missing"},
		{name: "line 16, list of teams cut", of: at("busy", "nosuchteam", "p"), policy: wandbtest.Policy{TeamPageSize: 10}, want: "likely entity_missing"},
		{name: "line 16, in another case", of: at("member", "Acme", "team"), want: "likely entity_missing", note: `differs only in case from your own "acme"`},
		{name: "line 16, organization keys", of: at("strict", "strictteam", "p"), policy: wandbtest.Policy{OrgKeyStatus: 404}, want: "undetermined", candidates: "entity_missing, seat_required", note: "organization-scoped keys"},
		{name: "line 16, organization keys, team shown", of: at("strict", "strictteam", "p"), policy: wandbtest.Policy{OrgKeyStatus: 404, OrgKeyVisible: true}, want: "undetermined", candidates: "entity_missing, seat_required", note: "lists you as a member"},
		{name: "line 16, organization", of: at("member", "corp", "p"), policy: wandbtest.Policy{OrganizationStatus: 404}, want: "certain organization_entity|undetermined", candidates: "|entity_missing, not_team_member"},
		{name: "line 18, viewer null", of: forced("nobody", "acme", "team", "404p"), want: "likely bad_api_key"},
		{name: "line 19, project shown", of: forced("member", "acme", "team", "404p"), want: "undetermined", candidates: "project_missing, project_restricted"},
		{name: "line 20, outsider", of: at("outsider", "acme", "team"), want: "likely not_team_member"},
		{name: "line 20, own name", of: forced("disabled", "disabled", "p", "404p"), want: "likely no_personal_entity|undetermined", candidates: "|project_missing, no_personal_entity"},
		{name: "line 21, restricted project", of: at("member", "acme", "restricted"), want: "likely project_hidden"},
		{name: "line 22, view-only role", of: at("view-only", "acme", "restricted"), want: "undetermined", candidates: "project_missing, project_restricted, viewer_role", note: "the team is read-only for you"},
		// A refused field may decide the status of the whole answer.
		{name: "line 29, fields refused with 401", of: at("outsider", "acme", "new"), policy: wandbtest.Policy{FieldRefusalStatus: 401}, want: "certain not_team_member"},
		{name: "line 29, fields refused with 403", of: at("outsider", "acme", "new"), policy: wandbtest.Policy{FieldRefusalStatus: 403}, want: "certain not_team_member"},
		{name: "line 29, fields refused with 500", of: at("outsider", "acme", "new"), policy: wandbtest.Policy{FieldRefusalStatus: 500}, want: "certain not_team_member"},
	}
}

// TestDecisionRows drives each row and line that the world's policy, or
// an answer against it, can bring about, for each generation of server. Unless the run is
// long, a row that is the same in all of them is in one.
func TestDecisionRows(t *testing.T) {
	t.Parallel()
	for _, gen := range generations {
		for i, row := range decisionRows() {
			if !long && !strings.Contains(row.want+row.candidates, "|") && (i+int(gen))%len(generations) != 0 {
				continue
			}
			t.Run(fmt.Sprintf("%v/%s", gen, row.name), func(t *testing.T) {
				t.Parallel()
				s := newWorld(t, row.policy, wandbtest.WithGeneration(gen))
				for _, f := range row.faults {
					s.Inject(f)
				}
				_, err := newClient(t, s, key(row.of.user), quickly).Init(t.Context(), row.of.options())
				p, ok := errors.AsType[*errors.PermissionError](err)
				require.True(t, ok, "%v", err)
				assert.Equal(t, of(gen, row.want), verdict(err), "%v", err)
				assert.Equal(t, of(gen, row.candidates), codes(p.Candidates), "%v", err)
				assert.Contains(t, fmt.Sprint(p.Notes), row.note)
				assert.NotEmpty(t, p.Explain())
			})
		}
	}
}

// TestAnotherUsersRun: a run that is not the caller's to write to comes first
// among the candidates, with the owner's name, and nothing that the shown roles
// contradict comes at all.
func TestAnotherUsersRun(t *testing.T) {
	t.Parallel()
	s := newWorld(t, wandbtest.Policy{OwnRunsOnly: true})
	c := newClient(t, s, key("member"))
	_, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", ID: "taken"})
	p, ok := errors.AsType[*errors.PermissionError](err)
	require.True(t, ok, "%v", err)
	require.Len(t, p.Candidates, 1)
	require.ErrorIs(t, p.Candidates[0], errors.ErrRunExists)
	assert.NotErrorIs(t, err, errors.ErrRunExists, "it is no more than possible")
	assert.Contains(t, err.Error(), `may be a run "taken" that belongs to user "admin"`)
	assert.Contains(t, p.Candidates[0].Error(), "choose another run id")
	assert.NotContains(t, p.Explain(), "view-only")

	access, err := c.Check(t.Context(), "acme", "team")
	require.NoError(t, err)
	assert.Equal(t, client.Allowed, access.Decision)
	assert.Equal(t, errors.Likely, access.Confidence, "the run is refused all the same")
}

// TestOtherObstacles: what stands behind the cause is told with it.
func TestOtherObstacles(t *testing.T) {
	t.Parallel()
	s := newWorld(t, wandbtest.Policy{})
	for _, tt := range []struct{ user, entity, note string }{
		{"view-only-seat", "acme", "after the role is changed, the seat will still prevent writing"},
		{"view-only", "frozen", "after the role is changed, the team will still be read-only for everyone"},
	} {
		_, err := newClient(t, s, key(tt.user)).Init(t.Context(), client.RunOptions{Entity: tt.entity, Project: "p"})
		p, ok := errors.AsType[*errors.PermissionError](err)
		require.True(t, ok, "%v", err)
		assert.Equal(t, "certain viewer_role", verdict(err))
		assert.Contains(t, fmt.Sprint(p.Notes), tt.note)
		assert.NotContains(t, p.Explain(), "No other known cause fits", "another one does")
	}
}

// TestSuggestionInAnotherCase: the name that was meant comes first.
func TestSuggestionInAnotherCase(t *testing.T) {
	t.Parallel()
	for _, fold := range []bool{false, true} {
		s := newWorld(t, wandbtest.Policy{FoldEntityCase: fold})
		s.Inject(wandbtest.Fault{RefuseField: "Query.entity", Match: isQuestion})
		_, err := newClient(t, s, key("view-only")).Init(t.Context(), client.RunOptions{Entity: "ACME", Project: "team"})
		p, ok := errors.AsType[*errors.PermissionError](err)
		require.True(t, ok, "%v", err)
		assert.NotEqual(t, errors.Certain, p.Confidence)
		assert.Equal(t, []string{"acme"}, p.Suggestions)
		assert.Contains(t, p.Explain(), `Did you mean "acme"?`)
	}
}

// codes names the candidates.
func codes(candidates []error) string {
	var text string
	for i, c := range candidates {
		if i > 0 {
			text += ", "
		}
		text += errors.Code(c)
	}
	return text
}
