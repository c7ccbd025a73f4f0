package client_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/wandbtest"
)

// cell is a row of docs/protocol/refusals.md#who-may-create-a-run, by its number
// there, with what Init has to find out in each column. Where servers before
// October 2024 lack the field that tells, their verdict stands behind a bar.
type cell struct {
	row  int
	user string
	want [6]string
}

// The verdicts that fill the table.
const (
	allowed     = "allowed"
	unsure      = "undetermined"
	badKey      = "certain bad_api_key"
	outside     = "certain not_team_member"
	outsideHere = "likely not_team_member" // the project is hidden, or not there
	anonymous   = "certain anonymous_key"
	otherTeam   = "likely service_account_scope"
	viewOnly    = "certain viewer_role"
	viewAccount = "likely viewer_role"
	noSeat      = "likely seat_required|undetermined"
	uninvited   = "likely project_hidden"
	projectRole = "certain project_restricted|likely project_restricted"
)

func everywhere(verdict string) [6]string {
	return [6]string{verdict, verdict, verdict, verdict, verdict, verdict}
}

// cells are rows 1 to 12. Row 9, a project role above a View-Only role in the
// team, cannot be.
func cells() []cell {
	outsider := [6]string{outside, outsideHere, outside, allowed, outsideHere, outsideHere}
	member := [6]string{allowed, allowed, allowed, allowed, allowed, uninvited}
	return []cell{
		{1, "nobody", everywhere(badKey)},
		{2, "outsider", outsider},
		{2, "orphan", outsider},
		{2, "pending", outsider},
		{2, "server-admin", outsider},
		{2, "anonymous", [6]string{anonymous, outsideHere, anonymous, anonymous, outsideHere, outsideHere}},
		{3, "view-only", [6]string{viewOnly, viewOnly, viewOnly, allowed, viewOnly, unsure}},
		{3, "licence-viewer", [6]string{viewAccount, viewAccount, viewAccount, viewAccount, viewAccount, unsure}},
		{4, "member", member},
		{4, "admin", member},
		{5, "seat-viewer", [6]string{noSeat, noSeat, noSeat, noSeat, noSeat, unsure}},
		{5, "view-only-seat", [6]string{viewOnly, viewOnly, viewOnly, viewOnly, viewOnly, unsure}},
		{6, "seat-none", [6]string{noSeat, noSeat, noSeat, noSeat, noSeat, unsure}},
		{7, "custom-writer", member},
		// What a role of somebody's own making may do, its name does not tell.
		{7, "custom-reader", [6]string{unsure, unsure, unsure, allowed, unsure, unsure}},
		{8, "lowered", [6]string{allowed, projectRole, projectRole, projectRole, projectRole, projectRole}},
		{10, "service", member},
		{11, "foreign-service", [6]string{otherTeam, otherTeam, otherTeam, allowed, otherTeam, otherTeam}},
		{12, "org-service", member},
		{0, "deactivated", everywhere(unsure)}, // in no row of the table
	}
}

// TestCells holds what Init finds out in each cell of the decision matrix to
// what the evidence decides there, for each generation of server. Unless the run is long,
// each cell of a team is in one generation.
func TestCells(t *testing.T) {
	t.Parallel()
	for _, gen := range generations {
		s := newWorld(t, wandbtest.Policy{}, wandbtest.WithGeneration(gen))
		for _, c := range cells() {
			t.Run(fmt.Sprintf("%v/caller %d, %s", gen, c.row, c.user), func(t *testing.T) {
				t.Parallel()
				by := newClient(t, s, key(c.user), func(o *client.Options) { o.DiagnosisTimeout = time.Minute })
				for i, column := range columns {
					if !long && (i+c.row+int(gen))%len(generations) != 0 {
						continue
					}
					assertVerdict(t, by, gen, attempt{user: c.user, entity: "acme", project: projectIn(column, c.user)}, c.want[i])
				}
			})
		}
		for _, c := range []struct {
			row                   int
			user, entity, project string
			want                  string
		}{
			{2, "outsider", "hidden", "p", outsideHere},
			{2, "outsider", "oldtimer", "fresh", "certain not_team_member|likely not_team_member"},
			{2, "busy-outsider", "last", "fresh", outside},
			{3, "view-only", "", "team", viewOnly},
			{3, "view-only", "frozen", "p", viewOnly},
			{4, "member", "frozen", "p", "likely team_frozen|undetermined"},
			{13, "oldtimer", "oldtimer", "p", allowed},
			{14, "disabled", "disabled", "p", "certain no_personal_entity|likely no_personal_entity"},
			{14, "newcomer", "newcomer", "p", "certain no_personal_entity"},
			{14, "orphan", "", "p", "likely no_team"},
			{15, "strict", "strictteam", "p", unsure},
			{16, "outsider", "corp", "p", outsideHere},
			{16, "member", "corp", "p", "certain organization_entity|likely not_team_member"},
		} {
			t.Run(fmt.Sprintf("%v/caller %d, %s in %s", gen, c.row, c.user, c.entity), func(t *testing.T) {
				t.Parallel()
				by := newClient(t, s, key(c.user), func(o *client.Options) { o.DiagnosisTimeout = time.Minute })
				assertVerdict(t, by, gen, attempt{user: c.user, entity: c.entity, project: c.project}, c.want)
			})
		}
	}
}

// assertVerdict makes the attempt and compares what comes of it.
func assertVerdict(t *testing.T, c *client.Client, gen wandbtest.Generation, a attempt, want string) {
	t.Helper()
	run, err := c.Init(t.Context(), a.options())
	if err == nil {
		assert.NoError(t, run.Finish(t.Context()))
	}
	assert.Equal(t, of(gen, want), verdict(err), "%s: %v", a.name(), err)
}

// of chooses between what stands before the bar and, for servers before October
// 2024, what stands behind it.
func of(gen wandbtest.Generation, want string) string {
	now, before, ok := strings.Cut(want, "|")
	if ok && gen == wandbtest.Gen2024Jan {
		return before
	}
	return now
}
