package diagnose

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/wandgo/wandgo/errors"
)

var (
	answered = Answer{Outcome: errors.Answered, Status: 200}
	null     = Answer{Outcome: errors.Empty, Status: 200}
	refused  = Answer{Outcome: errors.Refused, Status: 200, Detail: "permission denied"}
	tooOld   = Answer{Outcome: errors.Unsupported, Status: 200}
	broken   = Answer{Outcome: errors.Failed}
)

// fact changes findings, so that a case reads like the row of the table.
type fact func(*Findings)

func findings(facts ...fact) *Findings {
	f := &Findings{Entity: "acme"}
	for _, set := range facts {
		set(f)
	}
	return f
}

func viewer(teams ...string) fact {
	return func(f *Findings) {
		f.Who.Answer = answered
		f.Who.Viewer = &errors.Viewer{Username: "jo", AccountType: "USER", Teams: append([]string{}, teams...), TeamsComplete: true}
	}
}

func account(kind string) fact { return func(f *Findings) { f.Who.Viewer.AccountType = kind } }
func teamsCut(f *Findings)     { f.Who.Viewer.TeamsComplete = false }
func noViewer(a Answer) fact   { return func(f *Findings) { f.Who.Answer = a } }
func entityIs(name string) fact {
	return func(f *Findings) { f.Entity = name }
}

// entity sets the outcome of the question for the entity. One that is shown is a team.
func entity(a Answer, readOnly Tri) fact {
	return func(f *Findings) {
		f.Team.Answer, f.Team.ReadOnly = a, readOnly
		f.Team.Shown, f.Team.IsTeam = a.answered(), a.answered()
	}
}

func spelt(name string) fact { return func(f *Findings) { f.Team.Name = name } }
func noTeam(f *Findings)     { f.Team.IsTeam = false }
func teamsUntold(f *Findings) {
	f.Who.Viewer.Teams, f.Who.Viewer.TeamsComplete = nil, false
}

func kind(name string) fact {
	return func(f *Findings) { f.Kind.Answer, f.Kind.EntityType = answered, name }
}

func notListed(f *Findings) { f.Role.Answer = answered }

func runOf(owner string, readOnly Tri) fact {
	return func(f *Findings) {
		f.RunID, f.Run.Answer, f.Run.Owner, f.Run.ReadOnly = "r1", answered, owner, readOnly
	}
}

func project(a Answer, readOnly Tri) fact {
	return func(f *Findings) { f.Project.Answer, f.Project.ReadOnly = a, readOnly }
}

func access(scope string) fact { return func(f *Findings) { f.Project.Access = scope } }

func personal(disabled, has Tri) fact {
	return func(f *Findings) {
		f.Account.Answer, f.Account.Disabled, f.Account.HasEntity = answered, disabled, has
	}
}

func role(name string) fact {
	return func(f *Findings) { f.Role.Answer, f.Role.Listed, f.Role.Name = answered, true, name }
}

func projectRole(name string) fact {
	return func(f *Findings) {
		f.ProjectRole.Answer, f.ProjectRole.Listed, f.ProjectRole.Name = answered, true, name
	}
}

func notInProject(f *Findings) { f.ProjectRole.Answer = answered }

func seat(name string) fact {
	return func(f *Findings) { f.Seat.Answer, f.Seat.Listed, f.Seat.Name = answered, true, name }
}

func frozen(t Tri) fact { return func(f *Findings) { f.Kind.Answer, f.Kind.Frozen = answered, t } }

// decision is a row of a table: what was refused and found, and the verdict.
type decision struct {
	name       string
	refusal    Failure
	findings   *Findings
	cause      error
	confidence errors.Confidence
	candidates []error
}

// forbiddenRows are the rows of the table for a 403, with the row's number in the
// name.
func forbiddenRows() []decision {
	var decisions []decision
	for _, row := range []struct {
		name       string
		findings   *Findings
		cause      error
		confidence errors.Confidence
		candidates []error
	}{
		{"1 viewer null", findings(noViewer(null)), errors.ErrBadAPIKey, errors.Likely, nil},
		{"1 viewer answered with 401", findings(noViewer(refused), func(f *Findings) { f.Who.Unauthorized = true }), errors.ErrBadAPIKey, errors.Likely, nil},
		{"2 anonymous", findings(viewer(), account("ANONYMOUS")), errors.ErrAnonymousKey, errors.Certain, nil},
		{"3 own name, disabled", findings(viewer("a"), entityIs("jo"), personal(Yes, No), entity(null, Unknown), project(null, Unknown)), errors.ErrNoPersonalEntity, errors.Certain, nil},
		{"3 own name, disabled, and listed as its member", findings(viewer("a"), entityIs("jo"), personal(Yes, No), entity(answered, Yes), noTeam, project(null, Unknown), role("admin")), errors.ErrNoPersonalEntity, errors.Certain, nil},
		{"3 own name, server cannot tell, and listed as its member", findings(viewer("a"), entityIs("jo"), entity(answered, Yes), noTeam, role("admin")), errors.ErrNoPersonalEntity, errors.Likely, nil},
		{"3 own name, disabled, and among the teams", findings(viewer("jo"), entityIs("jo"), personal(Yes, No), entity(answered, Yes), noTeam, role("admin")), errors.ErrNoPersonalEntity, errors.Likely, nil},
		{"3 own name, disabled, list of teams may be cut", findings(viewer("a"), teamsCut, entityIs("jo"), personal(Yes, No), entity(null, Unknown)), errors.ErrNoPersonalEntity, errors.Likely, nil},
		{"3 own name, teams not told, entity is none", findings(viewer(), teamsUntold, entityIs("jo"), personal(Yes, No), entity(answered, Yes), noTeam), errors.ErrNoPersonalEntity, errors.Likely, nil},
		{"3 own name, teams not told, entity not shown", findings(viewer(), teamsUntold, entityIs("jo"), personal(Yes, No), entity(null, Unknown)), nil, errors.Undetermined, []error{errors.ErrNoPersonalEntity, errors.ErrNotTeamMember, errors.ErrViewerRole, errors.ErrSeatRequired}},
		{"3 own name, userEntity set", findings(viewer("a"), entityIs("jo"), personal(Unknown, Yes)), nil, errors.Undetermined, []error{errors.ErrSeatRequired, errors.ErrProjectRestricted}},
		{"3 own name, in another case", findings(viewer("a"), entityIs("Jo"), personal(Yes, No), entity(null, Unknown), project(null, Unknown)), nil, errors.Undetermined, []error{errors.ErrNotTeamMember, errors.ErrViewerRole, errors.ErrSeatRequired, errors.ErrProjectRestricted}},
		{"3 own name, in another case, spelt out by the server", findings(viewer("a"), entityIs("Jo"), spelt("jo"), personal(Yes, No), entity(answered, Yes), noTeam), errors.ErrNoPersonalEntity, errors.Certain, nil},
		{"3 own name of a team that lists one as its member", findings(viewer("a"), teamsCut, entityIs("jo"), personal(Yes, No), entity(answered, Yes), role("viewer")), errors.ErrViewerRole, errors.Certain, nil},
		{"3 own name of a team of others", findings(viewer("a"), entityIs("jo"), personal(Yes, No), entity(answered, Yes), project(null, Unknown)), errors.ErrNotTeamMember, errors.Certain, nil},
		{"3 own name, enabled", findings(viewer("a"), entityIs("jo"), personal(No, Yes)), nil, errors.Undetermined, []error{errors.ErrSeatRequired, errors.ErrProjectRestricted}},
		{"3 own name, server cannot tell", findings(viewer("a"), entityIs("jo")), errors.ErrNoPersonalEntity, errors.Likely, nil},
		{"4 service account elsewhere", findings(viewer("home"), account("SERVICE"), entity(answered, Yes), project(null, Unknown)), errors.ErrServiceAccountScope, errors.Likely, nil},
		{"4 organization service account elsewhere", findings(viewer("home"), account("ORG_SERVICE"), entity(null, Unknown), project(null, Unknown)), errors.ErrServiceAccountScope, errors.Likely, nil},
		{"5 hidden team", findings(viewer("a"), entity(null, Unknown), project(null, Unknown)), errors.ErrNotTeamMember, errors.Likely, nil},
		{"6 visible team, no project", findings(viewer("a"), entity(answered, Yes), project(null, Unknown)), errors.ErrNotTeamMember, errors.Certain, nil},
		{"6 readOnly null", findings(viewer("a"), entity(answered, Unknown), project(null, Unknown)), errors.ErrNotTeamMember, errors.Certain, nil},
		{"6 list of teams may be cut", findings(viewer("a"), teamsCut, entity(answered, Yes), project(null, Unknown)), errors.ErrNotTeamMember, errors.Likely, nil},
		{"6 team in another case", findings(viewer("Acme"), entity(null, Unknown), project(null, Unknown)), nil, errors.Undetermined, []error{errors.ErrNotTeamMember, errors.ErrViewerRole, errors.ErrSeatRequired, errors.ErrProjectRestricted}},
		{"6 team in another case, of which there are two", findings(viewer("Acme"), spelt("acme"), entity(answered, Yes), project(null, Unknown)), errors.ErrNotTeamMember, errors.Likely, nil},
		{"6 team in another case, not listed as its member", findings(viewer("Acme"), entity(answered, Yes), project(null, Unknown), notListed), errors.ErrNotTeamMember, errors.Certain, nil},
		{"6 organization", findings(viewer("a"), kind("organization"), entity(answered, Yes), noTeam, project(null, Unknown), notListed), errors.ErrOrganizationEntity, errors.Certain, nil},
		{"6 no team, and who knows what", findings(viewer("a"), entity(answered, Yes), noTeam, project(null, Unknown)), errors.ErrNotTeamMember, errors.Likely, nil},
		{"6 another user's entity", findings(viewer("a"), kind("user"), entity(answered, Yes), noTeam, project(null, Unknown)), errors.ErrNotTeamMember, errors.Certain, nil},
		{"6 kind of account withheld", findings(viewer("a"), account(""), func(f *Findings) { f.Who.Answer = refused }, entity(answered, Yes), project(null, Unknown)), errors.ErrNotTeamMember, errors.Likely, nil},
		{"6 kind of account null: it may be a service account", findings(viewer("a"), account(""), entity(answered, Yes), project(null, Unknown)), errors.ErrNotTeamMember, errors.Likely, nil},
		{"7 public project", findings(viewer("a"), entity(answered, Yes), project(answered, Yes)), errors.ErrNotTeamMember, errors.Certain, nil},
		{"7 public project of a hidden team", findings(viewer("a"), entity(null, Unknown), project(answered, Yes)), errors.ErrNotTeamMember, errors.Certain, nil},
		{"7 list of teams may be cut", findings(viewer("a"), teamsCut, entity(answered, Yes), project(answered, Yes)), errors.ErrNotTeamMember, errors.Likely, nil},
		{"8 project writable", findings(viewer("a"), entity(answered, Yes), project(answered, No)), nil, errors.Undetermined, []error{errors.ErrNotTeamMember, errors.ErrProjectRestricted}},
		{"9 entity writable", findings(viewer("a"), entity(answered, No), project(null, Unknown)), nil, errors.Undetermined, []error{errors.ErrNotTeamMember, errors.ErrProjectRestricted, errors.ErrSeatRequired}},
		{"9 goes before 7", findings(viewer("a"), entity(answered, No), project(answered, Yes)), nil, errors.Undetermined, []error{errors.ErrNotTeamMember, errors.ErrProjectRestricted, errors.ErrSeatRequired}},
		{"10 view-only role", findings(viewer("acme"), entity(answered, Yes), role("View-Only")), errors.ErrViewerRole, errors.Certain, nil},
		{"10 view-only role in a team spelt otherwise", findings(viewer("acme"), entityIs("Acme"), spelt("acme"), entity(answered, Yes), role("View-Only")), errors.ErrViewerRole, errors.Certain, nil},
		{"10 view-only role, viewer seat and frozen team", findings(viewer("acme"), entity(answered, Yes), role("View-Only"), seat("viewer"), frozen(Yes)), errors.ErrViewerRole, errors.Certain, nil},
		{"10 view-only by its older name", findings(viewer("acme"), entity(answered, Yes), role("viewer")), errors.ErrViewerRole, errors.Certain, nil},
		{"10 member with a viewer seat", findings(viewer("acme"), entity(answered, Yes), role("member"), seat("viewer")), errors.ErrSeatRequired, errors.Likely, nil},
		{"10 member of a frozen team", findings(viewer("acme"), entity(answered, Yes), role("admin"), seat("full"), frozen(Yes)), errors.ErrTeamFrozen, errors.Likely, nil},
		{"10 member, seat not told", findings(viewer("acme"), entity(answered, Yes), role("member"), frozen(No)), nil, errors.Undetermined, []error{errors.ErrSeatRequired}},
		{"10 member, nothing else told", findings(viewer("acme"), entity(answered, Yes), role("member")), nil, errors.Undetermined, []error{errors.ErrSeatRequired, errors.ErrTeamFrozen}},
		{"10 custom role", findings(viewer("acme"), entity(answered, Yes), role("Labeler"), seat("full"), frozen(No)), nil, errors.Undetermined, []error{errors.ErrViewerRole}},
		{"10 role not told", findings(viewer("acme"), entity(answered, Yes)), nil, errors.Undetermined, []error{errors.ErrViewerRole, errors.ErrSeatRequired, errors.ErrTeamFrozen}},
		{"10 role not told, all else excluded", findings(viewer("acme"), entity(answered, Yes), seat("full"), frozen(No)), nil, errors.Undetermined, []error{errors.ErrViewerRole}},
		{"10 everything says yes", findings(viewer("acme"), entity(answered, Yes), role("admin"), seat("full"), frozen(No)), nil, errors.Undetermined, []error{errors.ErrViewerRole}},
		{"10 view-only account type", findings(viewer("acme"), account("VIEWER"), entity(answered, Yes)), errors.ErrViewerRole, errors.Likely, nil},
		{"11 project role view-only", findings(viewer("acme"), entity(answered, No), project(answered, Yes), projectRole("viewer")), errors.ErrProjectRestricted, errors.Certain, nil},
		{"11 restricted, not listed", findings(viewer("acme"), entity(answered, No), project(answered, Yes), access("RESTRICTED"), notInProject), errors.ErrProjectRestricted, errors.Certain, nil},
		{"11 not listed, scope not restricted", findings(viewer("acme"), entity(answered, No), project(answered, Yes), access("PRIVATE"), notInProject), errors.ErrProjectRestricted, errors.Likely, nil},
		{"11 server too old for project roles", findings(viewer("acme"), entity(answered, No), project(answered, Yes)), errors.ErrProjectRestricted, errors.Likely, nil},
		{"11 viewer seat as well", findings(viewer("acme"), entity(answered, No), project(answered, Yes), seat("viewer")), nil, errors.Undetermined, []error{errors.ErrProjectRestricted, errors.ErrSeatRequired}},
		{"12 no project", findings(viewer("acme"), entity(answered, No), project(null, Unknown)), nil, errors.Undetermined, []error{errors.ErrProjectMissing, errors.ErrProjectRestricted, errors.ErrSeatRequired}},
		{"12 no project, full seat", findings(viewer("acme"), entity(answered, No), project(null, Unknown), seat("full")), nil, errors.Undetermined, []error{errors.ErrProjectMissing, errors.ErrProjectRestricted}},
		{"12 no project, viewer seat", findings(viewer("acme"), entity(answered, No), project(null, Unknown), seat("Viewer")), errors.ErrSeatRequired, errors.Likely, nil},
		{"13 all writable, and the roles say so", findings(viewer("acme"), entity(answered, No), project(answered, No), seat("full"), role("member"), projectRole("member")), nil, errors.Undetermined, nil},
		{"13 all writable, own run", findings(viewer("acme"), entity(answered, No), project(answered, No), seat("full"), role("member"), projectRole("member"), runOf("jo", No)), nil, errors.Undetermined, nil},
		{"13 all writable, another's run that is writable", findings(viewer("acme"), entity(answered, No), project(answered, No), seat("full"), role("member"), projectRole("member"), runOf("bo", No)), nil, errors.Undetermined, nil},
		{"13 all writable, another's run that is not", findings(viewer("acme"), entity(answered, No), project(answered, No), role("member"), projectRole("member"), runOf("bo", Yes)), nil, errors.Undetermined, []error{&foreignRun{"r1", "bo"}, errors.ErrSeatRequired}},
		{"13 all writable, roles not told", findings(viewer("acme"), entity(answered, No), project(answered, No), seat("full")), nil, errors.Undetermined, []error{errors.ErrProjectRestricted, errors.ErrViewerRole}},
		{"14 team not shown to its member", findings(viewer("acme"), entity(null, Unknown), project(null, Unknown)), nil, errors.Undetermined, []error{errors.ErrSeatRequired}},
		{"15 viewer refused", findings(noViewer(refused), entity(answered, Yes)), nil, errors.Undetermined, []error{errors.ErrNotTeamMember, errors.ErrViewerRole, errors.ErrSeatRequired, errors.ErrProjectRestricted}},
		{"15 viewer unanswered, entity writable", findings(noViewer(broken), entity(answered, No)), nil, errors.Undetermined, []error{errors.ErrProjectRestricted, errors.ErrProjectMissing, errors.ErrSeatRequired}},
		{"15 teams not listed", findings(viewer(), teamsUntold, entity(answered, Yes)), nil, errors.Undetermined, []error{errors.ErrNotTeamMember, errors.ErrViewerRole, errors.ErrSeatRequired, errors.ErrProjectRestricted}},
		{"15 nothing answered", findings(), nil, errors.Undetermined, []error{errors.ErrNotTeamMember, errors.ErrViewerRole, errors.ErrSeatRequired, errors.ErrProjectRestricted}},
		{"15 outsider, entity and project refused", findings(viewer("a"), entity(refused, Unknown), project(broken, Unknown)), errors.ErrNotTeamMember, errors.Likely, nil},
		{"15 member, entity broken", findings(viewer("acme"), entity(broken, Unknown), project(answered, Yes)), nil, errors.Undetermined, []error{errors.ErrViewerRole, errors.ErrProjectRestricted, errors.ErrSeatRequired, errors.ErrProjectMissing}},
		{"15 member, project broken", findings(viewer("acme"), entity(answered, No), project(tooOld, Unknown), seat("full")), nil, errors.Undetermined, []error{errors.ErrProjectRestricted, errors.ErrProjectMissing}},
		{"membership known from the member list alone", findings(viewer(), teamsUntold, entity(answered, Yes), role("viewer")), errors.ErrViewerRole, errors.Certain, nil},
		{"an invitation is not a membership", findings(viewer("a"), entity(answered, Yes), project(null, Unknown), role("member"), func(f *Findings) { f.Role.Pending = true }), errors.ErrNotTeamMember, errors.Certain, nil},
	} {
		decisions = append(decisions, decision{
			"403 row " + row.name, Failure{Class: Forbidden, StatusCode: 403}, row.findings, row.cause, row.confidence, row.candidates,
		})
	}
	return decisions
}

// otherRows are the branches for 401, 404 and foreign responses.
func otherRows() []decision {
	missing := func(name string) Failure {
		return Failure{Class: EntityNotFound, Message: "entity " + name + " not found during upsertBucket"}
	}
	return []decision{
		{"401 viewer null", Failure{Class: Unauthorized}, findings(noViewer(null)), errors.ErrBadAPIKey, errors.Certain, nil},
		{"401 viewer 401", Failure{Class: Unauthorized}, findings(func(f *Findings) { f.Who.Unauthorized = true }), errors.ErrBadAPIKey, errors.Certain, nil},
		{"401 viewer known", Failure{Class: Unauthorized}, findings(viewer()), nil, errors.Undetermined, []error{errors.ErrBadAPIKey}},
		{"401 viewer known but for a field", Failure{Class: Unauthorized}, findings(viewer(), func(f *Findings) { f.Who.Answer = refused }), nil, errors.Undetermined, []error{errors.ErrBadAPIKey}},
		{"401 viewer unanswered", Failure{Class: Unauthorized}, findings(noViewer(broken)), errors.ErrBadAPIKey, errors.Likely, nil},
		{"404 entity, viewer null", missing("acme"), findings(noViewer(null)), errors.ErrBadAPIKey, errors.Likely, nil},
		{"404 entity, own name, disabled", missing("jo"), findings(viewer("a"), entityIs("jo"), personal(Yes, No)), errors.ErrNoPersonalEntity, errors.Certain, nil},
		{"404 entity, own name, userEntity null", missing("jo"), findings(viewer("a"), entityIs("jo"), personal(Unknown, No)), errors.ErrNoPersonalEntity, errors.Certain, nil},
		{"404 entity, own name, unknown", missing("jo"), findings(viewer("a"), entityIs("jo")), errors.ErrNoPersonalEntity, errors.Likely, nil},
		{"404 entity, own name in another case", missing("Jo"), findings(viewer("a"), entityIs("Jo"), personal(No, Yes)), errors.ErrEntityMissing, errors.Likely, nil},
		{"404 entity, own name in another case, disabled", missing("Jo"), findings(viewer("a"), entityIs("Jo"), personal(Yes, No)), errors.ErrNoPersonalEntity, errors.Likely, nil},
		{"404 entity, own name, teams not told", missing("jo"), findings(viewer(), teamsUntold, entityIs("jo"), personal(Yes, No)), errors.ErrNoPersonalEntity, errors.Likely, nil},
		{"404 entity, own name of a team", missing("jo"), findings(viewer("jo"), entityIs("jo"), personal(Yes, No), entity(answered, Yes)), nil, errors.Undetermined, []error{errors.ErrEntityMissing, errors.ErrSeatRequired}},
		{"404 entity, own name, contradiction", missing("jo"), findings(viewer("a"), entityIs("jo"), personal(No, Yes)), nil, errors.Undetermined, []error{errors.ErrNoPersonalEntity, errors.ErrEntityMissing}},
		{"404 entity, no team at all", missing("acme"), findings(viewer()), errors.ErrNoTeam, errors.Likely, nil},
		{"404 entity, no team but a personal entity", missing("acme"), findings(viewer(), personal(No, Yes), entity(null, Unknown)), errors.ErrEntityMissing, errors.Certain, nil},
		{"404 entity, else", missing("acme"), findings(viewer("a"), entity(null, Unknown)), errors.ErrEntityMissing, errors.Certain, nil},
		{"404 entity, message in another case", missing("ACME"), findings(viewer("a"), entity(null, Unknown)), errors.ErrEntityMissing, errors.Certain, nil},
		{"404 entity, message in quotes", missing("'acme'"), findings(viewer("a"), entity(null, Unknown)), errors.ErrEntityMissing, errors.Certain, nil},
		{"404 entity, message about another", missing("globex"), findings(viewer("a")), nil, errors.Undetermined, []error{errors.ErrEntityMissing}},
		{"404 entity, a team of one's own", missing("acme"), findings(viewer("acme"), entity(null, Unknown)), nil, errors.Undetermined, []error{errors.ErrEntityMissing, errors.ErrSeatRequired}},
		{"404 entity, a team of one's own, shown", missing("acme"), findings(viewer("acme"), entity(answered, Yes)), nil, errors.Undetermined, []error{errors.ErrEntityMissing, errors.ErrSeatRequired}},
		{"404 entity, listed as its member", missing("acme"), findings(viewer("a"), role("member")), nil, errors.Undetermined, []error{errors.ErrEntityMissing, errors.ErrSeatRequired}},
		{"404 entity, shown to an outsider", missing("acme"), findings(viewer("a"), entity(answered, Yes)), nil, errors.Undetermined, []error{errors.ErrEntityMissing, errors.ErrNotTeamMember}},
		{"404 entity, organization", missing("acme"), findings(viewer("a"), kind("organization")), errors.ErrOrganizationEntity, errors.Certain, nil},
		{"404 entity, shown to nobody we know", missing("acme"), findings(noViewer(broken), entity(answered, Yes)), nil, errors.Undetermined, []error{errors.ErrEntityMissing, errors.ErrNotTeamMember}},
		{"404 entity, shown to somebody without a team", missing("acme"), findings(viewer(), entity(answered, Yes)), nil, errors.Undetermined, []error{errors.ErrEntityMissing, errors.ErrNotTeamMember}},
		{"404 entity, and no answer about it", missing("acme"), findings(viewer("a"), entity(broken, Unknown)), errors.ErrEntityMissing, errors.Likely, nil},
		{"404 entity, teams not told", missing("acme"), findings(viewer(), teamsUntold), errors.ErrEntityMissing, errors.Likely, nil},
		{"404 entity, list of teams may be cut", missing("acme"), findings(viewer("a"), teamsCut), errors.ErrEntityMissing, errors.Likely, nil},
		{"404 entity, a team of one's own in another case", missing("acme"), findings(viewer("Acme"), entity(null, Unknown)), errors.ErrEntityMissing, errors.Likely, nil},
		{"404 entity, viewer unanswered", missing("acme"), findings(noViewer(broken)), errors.ErrEntityMissing, errors.Likely, nil},
		{"404 project, viewer null", Failure{Class: ProjectNotFound}, findings(noViewer(null)), errors.ErrBadAPIKey, errors.Likely, nil},
		{"404 project, visible", Failure{Class: ProjectNotFound}, findings(viewer("a"), project(answered, Yes)), nil, errors.Undetermined, []error{errors.ErrProjectMissing, errors.ErrProjectRestricted}},
		{"404 project, outsider", Failure{Class: ProjectNotFound}, findings(viewer("a"), entity(answered, Yes), project(null, Unknown)), errors.ErrNotTeamMember, errors.Likely, nil},
		{"404 project, service account", Failure{Class: ProjectNotFound}, findings(viewer("a"), account("SERVICE"), entity(null, Unknown), project(null, Unknown)), errors.ErrServiceAccountScope, errors.Likely, nil},
		{"404 project, own name", Failure{Class: ProjectNotFound}, findings(viewer("a"), entityIs("jo"), project(null, Unknown)), nil, errors.Undetermined, []error{errors.ErrProjectMissing, errors.ErrNoPersonalEntity}},
		{"404 project, own name, listed as its member", Failure{Class: ProjectNotFound}, findings(viewer("a"), entityIs("jo"), entity(answered, Yes), noTeam, role("admin"), project(null, Unknown)), nil, errors.Undetermined, []error{errors.ErrProjectMissing, errors.ErrNoPersonalEntity}},
		{"404 project, own name, disabled", Failure{Class: ProjectNotFound}, findings(viewer("a"), entityIs("jo"), personal(Yes, No), entity(answered, Yes), noTeam, role("admin"), project(null, Unknown)), errors.ErrNoPersonalEntity, errors.Likely, nil},
		{"404 project, outsider who may write", Failure{Class: ProjectNotFound}, findings(viewer("a"), entity(answered, No), project(null, Unknown)), nil, errors.Undetermined, []error{errors.ErrProjectMissing}},
		{"404 project, member who may write", Failure{Class: ProjectNotFound}, findings(viewer("acme"), entity(answered, No), project(null, Unknown)), errors.ErrProjectHidden, errors.Likely, nil},
		{"404 project, member, team read-only", Failure{Class: ProjectNotFound}, findings(viewer("acme"), entity(answered, Yes), project(null, Unknown), role("member")), nil, errors.Undetermined, []error{errors.ErrProjectMissing, errors.ErrProjectRestricted, errors.ErrViewerRole}},
		{"404 project, member, entity broken", Failure{Class: ProjectNotFound}, findings(viewer("acme"), entity(broken, Unknown), project(null, Unknown)), nil, errors.Undetermined, []error{errors.ErrProjectMissing, errors.ErrProjectRestricted}},
		{"404 other", Failure{Class: NotFound}, findings(viewer("acme")), nil, errors.Undetermined, []error{errors.ErrEntityMissing, errors.ErrProjectMissing}},
		{"identity token refused", Failure{Class: IdentityRefused, Sure: true}, findings(), errors.ErrBadAPIKey, errors.Certain, nil},
		{"identity token refused for another reason", Failure{Class: IdentityRefused}, findings(), errors.ErrBadAPIKey, errors.Likely, nil},
		{"402", Failure{Class: PaymentRequired}, findings(), nil, errors.Undetermined, []error{errors.ErrSeatRequired}},
		{"403 like a gateway's, nothing answered", Failure{Class: Forbidden, Plain: true}, findings(noViewer(refused), entity(refused, Unknown)), nil, errors.Undetermined, []error{errors.ErrIntermediary, errors.ErrNotTeamMember, errors.ErrViewerRole, errors.ErrSeatRequired, errors.ErrProjectRestricted}},
		{"403 like a gateway's, something answered", Failure{Class: Forbidden, Plain: true}, findings(noViewer(refused), entity(null, Unknown)), nil, errors.Undetermined, []error{errors.ErrNotTeamMember, errors.ErrViewerRole, errors.ErrSeatRequired, errors.ErrProjectRestricted}},
		{"403 like a gateway's, viewer known", Failure{Class: Forbidden, Plain: true}, findings(viewer("a"), entity(answered, Yes), project(null, Unknown)), errors.ErrNotTeamMember, errors.Certain, nil},
		{"403 web page", Failure{Class: Intermediary, Sure: true}, findings(), errors.ErrIntermediary, errors.Certain, nil},
		{"403 empty body", Failure{Class: Intermediary}, findings(), errors.ErrIntermediary, errors.Likely, nil},
	}
}

func TestDecide_EachRow_HasVerdict(t *testing.T) {
	t.Parallel()
	for _, tt := range slices.Concat(forbiddenRows(), otherRows(), artifactRows()) {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v := Decide(&tt.refusal, tt.findings)
			assert.Equal(t, tt.cause, v.Cause)
			assert.Equal(t, tt.confidence, v.Confidence)
			assert.Equal(t, tt.candidates, v.Candidates)
		})
	}
}

// The test removes one and two answers from every row above.
func TestDecide_LessEvidence_IsNeverMoreCertain(t *testing.T) {
	t.Parallel()
	takes := map[string]fact{
		"viewer":       func(f *Findings) { f.Who.Answer, f.Who.Viewer = broken, nil },
		"teams":        func(f *Findings) { f.edit(func(v *errors.Viewer) { v.Teams, v.TeamsComplete = nil, false }) },
		"account type": func(f *Findings) { f.edit(func(v *errors.Viewer) { v.AccountType = "" }) },
		"account": func(f *Findings) {
			f.Account.Answer, f.Account.Disabled, f.Account.HasEntity = refused, Unknown, Unknown
		},
		"entity": func(f *Findings) {
			entity(broken, Unknown)(f)
			f.Team.Name = ""
		},
		"project":      project(broken, Unknown),
		"role":         func(f *Findings) { f.Role.Answer, f.Role.Listed, f.Role.Name = refused, false, "" },
		"project role": func(f *Findings) { f.ProjectRole.Answer, f.ProjectRole.Listed = refused, false },
		"seat":         func(f *Findings) { f.Seat.Answer, f.Seat.Listed = tooOld, false },
		"kind":         func(f *Findings) { f.Kind.Answer, f.Kind.EntityType, f.Kind.Frozen = tooOld, "", Unknown },
		"artifact":     artifactIs(broken, ""),
		"run":          func(f *Findings) { f.Run.Answer, f.Run.Owner, f.Run.ReadOnly = broken, "", Unknown },
	}
	for _, tt := range slices.Concat(forbiddenRows(), otherRows(), artifactRows()) {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for first, takeOne := range takes {
				for second, takeAnother := range takes {
					less := *tt.findings
					takeOne(&less)
					takeAnother(&less)
					if v := Decide(&tt.refusal, &less); v.Confidence == errors.Certain {
						assert.Equal(t, errors.Certain, tt.confidence, "without %s and %s", first, second)
						assert.Equal(t, tt.cause, v.Cause, "without %s and %s", first, second)
					}
				}
			}
		})
	}
}

// edit changes a copy of the viewer, because findings share it.
func (f *Findings) edit(change func(*errors.Viewer)) {
	if f.Who.Viewer == nil {
		return
	}
	v := *f.Who.Viewer
	change(&v)
	f.Who.Answer, f.Who.Viewer = refused, &v
}
