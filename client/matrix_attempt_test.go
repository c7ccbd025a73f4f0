package client_test

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// attempt is one way to ask for a run, with the truth about it.
type attempt struct {
	user, entity, project string
	// forced names an answer of forcedAnswers that the server gives whatever its
	// policy says, so that the questions are answered by a server that would
	// have taken the run.
	forced string
	// runID is "" for a new run.
	runID string
	// truth holds what a verdict may name without being wrong. None means that no
	// cause we know of is at work, so that every named one is wrong.
	truth []error
}

func (a attempt) name() string {
	name := a.user + " in " + a.entity + "/" + a.project
	if a.runID != "" {
		name += "/" + a.runID
	}
	if a.forced != "" {
		name += " forced to " + a.forced
	}
	return name
}

func (a attempt) options() client.RunOptions {
	o := client.RunOptions{Entity: a.entity, Project: a.project, ID: a.runID}
	if a.forced != "" {
		o.ID = "forced-" + a.forced + "-" + a.user
	}
	return o
}

// forcedAnswers are refusals that do not come from the world's policy: W&B's own
// contradictions, of which the public logs are full.
func forcedAnswers() map[string]wandbtest.Fault {
	return map[string]wandbtest.Fault{
		"401":  {Status: 401, Body: notLoggedIn},
		"403":  {Status: 403, Body: denied2025},
		"404e": {Status: 404, Body: gqlError("entity acme not found during upsertBucket")},
		"404p": {Status: 404, Body: gqlError("project not found")},
	}
}

// newWorld starts a server with everybody in it that gives the forced answers.
func newWorld(t *testing.T, policy wandbtest.Policy, opts ...wandbtest.Option) *wandbtest.Server {
	t.Helper()
	s := wandbtest.New(t, everybody(), append(opts, wandbtest.WithPolicy(policy))...)
	for name, f := range forcedAnswers() {
		f.Operation = "UpsertBucket"
		f.Match = func(_ *http.Request, body []byte) bool { return bytes.Contains(body, []byte("forced-"+name+"-")) }
		s.Inject(f)
	}
	if policy.OwnRunsOnly {
		run, err := newClient(t, s, key("admin")).Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", ID: "taken"})
		require.NoError(t, err)
		require.NoError(t, run.Finish(t.Context()))
	}
	return s
}

// columns are the states of the project, in the order of
// docs/protocol/refusals.md#who-may-create-a-run. Only lowered is invited to the last.
var columns = []string{"new", "team", "public", "open", "invited", "restricted"}

// projectIn is the project of acme that a caller is given for a column.
func projectIn(column, user string) string {
	if column == "new" {
		return "new-of-" + user
	}
	return column
}

// attempts are the cells of the decision matrix (callers × projects), the special
// entities, names in another case, and forced answers. Whether a cell is refused
// at all is the policy's to say; the truth about one that is follows from the
// world alone, except where the policy is named.
func attempts(policy wandbtest.Policy) []attempt {
	all := slices.Concat(cellAttempts(), specialAttempts(policy), caseAttempts(policy))
	nothing := []error(nil)
	return append(all,
		attempt{"nobody", "acme", "team", "403", "", []error{errors.ErrBadAPIKey}},
		attempt{"nobody", "acme", "team", "404e", "", []error{errors.ErrBadAPIKey}},
		attempt{"nobody", "acme", "team", "404p", "", []error{errors.ErrBadAPIKey}},
		attempt{"anonymous", "acme", "open", "403", "", []error{errors.ErrAnonymousKey, errors.ErrNotTeamMember}},
		attempt{"member", "acme", "team", "401", "", []error{errors.ErrBadAPIKey}}, // if the questions are answered so, too
		attempt{"member", "acme", "team", "403", "", nothing},
		attempt{"member", "acme", "new-and-forced", "403", "", nothing},
		attempt{"member", "acme", "team", "404e", "", nothing},
		attempt{"member", "acme", "team", "404p", "", nothing},
		attempt{"outsider", "acme", "open", "403", "", nothing},
		attempt{"outsider", "acme", "open", "404e", "", nothing},
		attempt{"outsider", "acme", "open", "404p", "", nothing},
		attempt{"oldtimer", "oldtimer", "forced-p", "403", "", nothing},
		attempt{"oldtimer", "oldtimer", "forced-p", "404p", "", nothing},
		attempt{"busy", "last", "p", "403", "", nothing},
		attempt{"member", "acme", "team", "", "taken", nothing},
	)
}

// cellAttempts are the callers of the decision matrix in each of its columns.
func cellAttempts() []attempt {
	uninvited := []error{errors.ErrProjectRestricted, errors.ErrProjectMissing}
	outside := []error{errors.ErrNotTeamMember}
	reader := []error{errors.ErrViewerRole}
	seat := []error{errors.ErrSeatRequired}
	var all []attempt
	for _, c := range []struct {
		user string
		// truth holds for every project but a restricted one, restricted for that.
		truth, restricted []error
	}{
		{"nobody", []error{errors.ErrBadAPIKey}, []error{errors.ErrBadAPIKey}},
		{"outsider", outside, outside},
		{"orphan", outside, outside},
		{"pending", outside, outside},
		{"server-admin", outside, outside},
		{"anonymous", []error{errors.ErrAnonymousKey, errors.ErrNotTeamMember}, []error{errors.ErrAnonymousKey, errors.ErrNotTeamMember}},
		{"foreign-service", []error{errors.ErrServiceAccountScope}, []error{errors.ErrServiceAccountScope}},
		// Who may not write to the team's own projects is refused for that, however
		// restricted the project is.
		{"view-only", reader, reader},
		{"custom-reader", reader, reader},
		{"licence-viewer", reader, reader},
		{"view-only-seat", []error{errors.ErrViewerRole, errors.ErrSeatRequired}, []error{errors.ErrViewerRole, errors.ErrSeatRequired}},
		{"seat-viewer", seat, seat},
		{"seat-none", seat, seat},
		{"deactivated", nil, nil},
		{"lowered", []error{errors.ErrProjectRestricted}, []error{errors.ErrProjectRestricted}},
		{"member", nil, uninvited},
		{"custom-writer", nil, uninvited},
		{"admin", nil, uninvited},
		{"service", nil, uninvited},
		{"org-service", nil, uninvited},
	} {
		for _, column := range columns {
			a := attempt{user: c.user, entity: "acme", project: projectIn(column, c.user), truth: c.truth}
			if column == "restricted" {
				a.truth = c.restricted
			}
			all = append(all, a)
		}
	}
	return all
}

// specialAttempts are those in which the entity is what matters.
func specialAttempts(policy wandbtest.Policy) []attempt {
	outside := []error{errors.ErrNotTeamMember}
	// A name that no team has. An old server does not show its people what it is.
	organization := []error{errors.ErrOrganizationEntity, errors.ErrNotTeamMember}
	if policy.OrganizationStatus == http.StatusNotFound {
		organization = []error{errors.ErrOrganizationEntity}
	}
	var all []attempt
	add := func(user, entity, project string, truth ...error) {
		all = append(all, attempt{user: user, entity: entity, project: project, truth: truth})
	}
	// A project of one's own in each place, so that what one attempt creates is
	// not what another finds.
	own := func(user string) string { return "p-of-" + user }
	add("outsider", "hidden", own("outsider"), outside...)
	add("member", "hidden", own("member"), outside...)
	add("member", "frozen", own("member"), errors.ErrTeamFrozen)
	add("view-only", "frozen", own("view-only"), errors.ErrViewerRole, errors.ErrTeamFrozen)
	add("outsider", "nosuchteam", own("outsider"), errors.ErrEntityMissing)
	add("orphan", "nosuchteam", own("orphan"), errors.ErrEntityMissing) // and so has no team
	add("nobody", "nosuchteam", own("nobody"), errors.ErrBadAPIKey)
	add("outsider", "corp", own("outsider"), errors.ErrEntityMissing, errors.ErrNotTeamMember)
	add("member", "corp", own("member"), organization...)
	add("newcomer", "newcomer", own("newcomer"), errors.ErrNoPersonalEntity, errors.ErrEntityMissing)
	add("disabled", "disabled", own("disabled"), errors.ErrNoPersonalEntity)
	add("oldtimer", "oldtimer", own("oldtimer"))
	add("oldtimer", "newcomer", own("oldtimer"), errors.ErrEntityMissing)
	add("oldtimer", "disabled", own("oldtimer"), outside...)
	add("outsider", "oldtimer", own("outsider"), outside...)
	if policy.OrgKeyStatus == http.StatusUnauthorized {
		add("strict", "strictteam", own("strict"), errors.ErrBadAPIKey) // as far as writing goes
	} else {
		add("strict", "strictteam", own("strict"))
	}
	add("busy", "last", own("busy"))
	add("busy-reader", "last", own("busy-reader"), errors.ErrViewerRole)
	add("busy-outsider", "last", own("busy-outsider"), outside...)
	add("outsider", "", own("outsider"))
	add("view-only", "", "team", errors.ErrViewerRole)
	add("orphan", "", own("orphan"), errors.ErrNoTeam, errors.ErrEntityMissing, errors.ErrNoPersonalEntity)
	return all
}

// caseAttempts spell the entity in another case. What that means is the
// policy's to say.
func caseAttempts(policy wandbtest.Policy) []attempt {
	missing := []error{errors.ErrEntityMissing}
	nameless := []error{errors.ErrEntityMissing, errors.ErrNoPersonalEntity}
	var all []attempt
	for _, c := range []struct {
		user, entity, project string
		// exact is the truth where case counts, folded where it does not.
		exact, folded []error
	}{
		{"member", "Acme", "team", missing, nil},
		{"view-only", "Acme", "team", missing, []error{errors.ErrViewerRole}},
		{"seat-viewer", "ACME", "team", missing, []error{errors.ErrSeatRequired}},
		{"outsider", "Acme", "new-case", missing, []error{errors.ErrNotTeamMember}},
		{"outsider", "Hidden", "p", missing, []error{errors.ErrNotTeamMember}},
		{"oldtimer", "OldTimer", "p-of-oldtimer", missing, nil},
		{"disabled", "Disabled", "p", nameless, []error{errors.ErrNoPersonalEntity}},
		{"newcomer", "Newcomer", "p", nameless, nameless},
	} {
		a := attempt{user: c.user, entity: c.entity, project: c.project, truth: c.exact}
		if policy.FoldEntityCase {
			a.truth = c.folded
		}
		all = append(all, a)
	}
	return all
}

// verdict is what came of an attempt, such as "allowed", "undetermined" or
// "certain not_team_member".
func verdict(err error) string {
	p, ok := errors.AsType[*errors.PermissionError](err)
	switch {
	case err == nil:
		return "allowed"
	case !ok:
		return fmt.Sprintf("no refusal: %v", err)
	case p.Confidence == errors.Undetermined:
		return p.Confidence.String()
	}
	return p.Confidence.String() + " " + errors.Code(p.Cause)
}
