package diagnose

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
)

var (
	answered = Answer{Outcome: errors.Answered, Status: 200}
	null     = Answer{Outcome: errors.Empty, Status: 200}
	refused  = Answer{Outcome: errors.Refused, Status: 200, Detail: "permission denied"}
	tooOld   = Answer{Outcome: errors.Unsupported, Status: 200}
	broken   = Answer{Outcome: errors.Failed}
)

// fact changes findings, so that a row of the table reads like the row.
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

func entity(a Answer, readOnly Tri) fact {
	return func(f *Findings) { f.Team.Answer, f.Team.ReadOnly = a, readOnly }
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

// TestDecideForbidden drives every row of the table for a 403, with the row's
// number in the name.
func TestDecideForbidden(t *testing.T) {
	t.Parallel()
	tests := []struct {
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
		{"3 own name, enabled", findings(viewer("a"), entityIs("jo"), personal(No, Yes)), nil, errors.Undetermined, []error{errors.ErrSeatRequired, errors.ErrProjectRestricted}},
		{"3 own name, server cannot tell", findings(viewer("a"), entityIs("jo")), errors.ErrNoPersonalEntity, errors.Likely, nil},
		{"4 service account elsewhere", findings(viewer("home"), account("SERVICE"), entity(answered, Yes), project(null, Unknown)), errors.ErrServiceAccountScope, errors.Likely, nil},
		{"4 organization service account elsewhere", findings(viewer("home"), account("ORG_SERVICE"), entity(null, Unknown), project(null, Unknown)), errors.ErrServiceAccountScope, errors.Likely, nil},
		{"5 hidden team", findings(viewer("a"), entity(null, Unknown), project(null, Unknown)), errors.ErrNotTeamMember, errors.Likely, nil},
		{"6 visible team, no project", findings(viewer("a"), entity(answered, Yes), project(null, Unknown)), errors.ErrNotTeamMember, errors.Certain, nil},
		{"6 readOnly null", findings(viewer("a"), entity(answered, Unknown), project(null, Unknown)), errors.ErrNotTeamMember, errors.Certain, nil},
		{"6 list of teams may be cut", findings(viewer("a"), teamsCut, entity(answered, Yes), project(null, Unknown)), errors.ErrNotTeamMember, errors.Likely, nil},
		{"7 public project", findings(viewer("a"), entity(answered, Yes), project(answered, Yes)), errors.ErrNotTeamMember, errors.Certain, nil},
		{"7 public project of a hidden team", findings(viewer("a"), entity(null, Unknown), project(answered, Yes)), errors.ErrNotTeamMember, errors.Certain, nil},
		{"7 list of teams may be cut", findings(viewer("a"), teamsCut, entity(answered, Yes), project(answered, Yes)), errors.ErrNotTeamMember, errors.Likely, nil},
		{"8 project writable", findings(viewer("a"), entity(answered, Yes), project(answered, No)), nil, errors.Undetermined, []error{errors.ErrNotTeamMember, errors.ErrProjectRestricted}},
		{"9 entity writable", findings(viewer("a"), entity(answered, No), project(null, Unknown)), nil, errors.Undetermined, []error{errors.ErrNotTeamMember, errors.ErrProjectRestricted, errors.ErrSeatRequired}},
		{"9 goes before 7", findings(viewer("a"), entity(answered, No), project(answered, Yes)), nil, errors.Undetermined, []error{errors.ErrNotTeamMember, errors.ErrProjectRestricted, errors.ErrSeatRequired}},
		{"10 view-only role", findings(viewer("acme"), entity(answered, Yes), role("View-Only")), errors.ErrViewerRole, errors.Certain, nil},
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
		{"13 all writable", findings(viewer("acme"), entity(answered, No), project(answered, No), seat("full")), nil, errors.Undetermined, []error{errors.ErrProjectRestricted, errors.ErrViewerRole}},
		{"14 team not shown to its member", findings(viewer("acme"), entity(null, Unknown), project(null, Unknown)), nil, errors.Undetermined, []error{errors.ErrSeatRequired}},
		{"15 viewer refused", findings(noViewer(refused), entity(answered, Yes)), nil, errors.Undetermined, []error{errors.ErrNotTeamMember, errors.ErrViewerRole, errors.ErrSeatRequired, errors.ErrProjectRestricted}},
		{"15 viewer unanswered, entity writable", findings(noViewer(broken), entity(answered, No)), nil, errors.Undetermined, []error{errors.ErrProjectRestricted, errors.ErrProjectMissing, errors.ErrSeatRequired}},
		{"15 teams not listed", findings(viewer(), func(f *Findings) { f.Who.Viewer.Teams = nil }, entity(answered, Yes)), nil, errors.Undetermined, []error{errors.ErrNotTeamMember, errors.ErrViewerRole, errors.ErrSeatRequired, errors.ErrProjectRestricted}},
		{"15 nothing answered", findings(), nil, errors.Undetermined, []error{errors.ErrNotTeamMember, errors.ErrViewerRole, errors.ErrSeatRequired, errors.ErrProjectRestricted}},
		{"15 outsider, entity and project refused", findings(viewer("a"), entity(refused, Unknown), project(broken, Unknown)), errors.ErrNotTeamMember, errors.Likely, nil},
		{"15 member, entity broken", findings(viewer("acme"), entity(broken, Unknown), project(answered, Yes)), nil, errors.Undetermined, []error{errors.ErrViewerRole, errors.ErrProjectRestricted, errors.ErrSeatRequired, errors.ErrProjectMissing}},
		{"15 member, project broken", findings(viewer("acme"), entity(answered, No), project(tooOld, Unknown), seat("full")), nil, errors.Undetermined, []error{errors.ErrProjectRestricted, errors.ErrProjectMissing}},
		{"membership known from the member list alone", findings(viewer(), func(f *Findings) { f.Who.Viewer.Teams = nil }, entity(answered, Yes), role("viewer")), errors.ErrViewerRole, errors.Certain, nil},
		{"an invitation is not a membership", findings(viewer("a"), entity(answered, Yes), project(null, Unknown), role("member"), func(f *Findings) { f.Role.Pending = true }), errors.ErrNotTeamMember, errors.Certain, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v := Decide(&Refusal{Class: Forbidden, StatusCode: 403}, tt.findings)
			assertVerdict(t, v, tt.cause, tt.confidence, tt.candidates)
		})
	}
}

func assertVerdict(t *testing.T, v Verdict, cause error, confidence errors.Confidence, candidates []error) {
	t.Helper()
	assert.Equal(t, cause, v.Cause, "row %s", v.Row)
	assert.Equal(t, confidence, v.Confidence, "row %s", v.Row)
	assert.Equal(t, candidates, v.Candidates, "row %s", v.Row)
}

// TestDecideOthers drives the branches for 401, 404 and foreign answers.
func TestDecideOthers(t *testing.T) {
	t.Parallel()
	notFound := "entity acme not found during upsertBucket"
	tests := []struct {
		name       string
		refusal    Refusal
		findings   *Findings
		cause      error
		confidence errors.Confidence
		candidates []error
	}{
		{"401 viewer null", Refusal{Class: Unauthorized}, findings(noViewer(null)), errors.ErrBadAPIKey, errors.Certain, nil},
		{"401 viewer 401", Refusal{Class: Unauthorized}, findings(func(f *Findings) { f.Who.Unauthorized = true }), errors.ErrBadAPIKey, errors.Certain, nil},
		{"401 viewer known", Refusal{Class: Unauthorized}, findings(viewer()), nil, errors.Undetermined, []error{errors.ErrBadAPIKey}},
		{"401 viewer unanswered", Refusal{Class: Unauthorized}, findings(noViewer(broken)), errors.ErrBadAPIKey, errors.Likely, nil},
		{"404 entity, viewer null", Refusal{Class: EntityNotFound, Message: notFound}, findings(noViewer(null)), errors.ErrBadAPIKey, errors.Likely, nil},
		{"404 entity, own name, disabled", Refusal{Class: EntityNotFound, Message: notFound}, findings(viewer("a"), entityIs("jo"), personal(Yes, No)), errors.ErrNoPersonalEntity, errors.Certain, nil},
		{"404 entity, own name, userEntity null", Refusal{Class: EntityNotFound, Message: notFound}, findings(viewer("a"), entityIs("jo"), personal(Unknown, No)), errors.ErrNoPersonalEntity, errors.Certain, nil},
		{"404 entity, own name, unknown", Refusal{Class: EntityNotFound, Message: notFound}, findings(viewer("a"), entityIs("jo")), errors.ErrNoPersonalEntity, errors.Likely, nil},
		{"404 entity, own name in another case", Refusal{Class: EntityNotFound, Message: notFound}, findings(viewer("a"), entityIs("Jo"), personal(No, Yes)), errors.ErrEntityMissing, errors.Certain, nil},
		{"404 entity, own name, contradiction", Refusal{Class: EntityNotFound, Message: notFound}, findings(viewer("a"), entityIs("jo"), personal(No, Yes)), nil, errors.Undetermined, []error{errors.ErrNoPersonalEntity, errors.ErrEntityMissing}},
		{"404 entity, no team at all", Refusal{Class: EntityNotFound, Message: notFound}, findings(viewer()), errors.ErrNoTeam, errors.Likely, nil},
		{"404 entity, no team but a personal entity", Refusal{Class: EntityNotFound, Message: notFound}, findings(viewer(), personal(No, Yes)), errors.ErrEntityMissing, errors.Certain, nil},
		{"404 entity, else", Refusal{Class: EntityNotFound, Message: notFound}, findings(viewer("a")), errors.ErrEntityMissing, errors.Certain, nil},
		{"404 entity, viewer unanswered", Refusal{Class: EntityNotFound, Message: notFound}, findings(noViewer(broken)), errors.ErrEntityMissing, errors.Likely, nil},
		{"404 project, viewer null", Refusal{Class: ProjectNotFound}, findings(noViewer(null)), errors.ErrBadAPIKey, errors.Likely, nil},
		{"404 project, visible", Refusal{Class: ProjectNotFound}, findings(viewer("a"), project(answered, Yes)), nil, errors.Undetermined, []error{errors.ErrProjectMissing, errors.ErrProjectRestricted}},
		{"404 project, outsider", Refusal{Class: ProjectNotFound}, findings(viewer("a"), entity(answered, Yes), project(null, Unknown)), errors.ErrNotTeamMember, errors.Likely, nil},
		{"404 project, service account", Refusal{Class: ProjectNotFound}, findings(viewer("a"), account("SERVICE"), entity(null, Unknown), project(null, Unknown)), errors.ErrServiceAccountScope, errors.Likely, nil},
		{"404 project, own name", Refusal{Class: ProjectNotFound}, findings(viewer("a"), entityIs("jo"), project(null, Unknown)), nil, errors.Undetermined, []error{errors.ErrProjectMissing, errors.ErrNoPersonalEntity}},
		{"404 project, outsider who may write", Refusal{Class: ProjectNotFound}, findings(viewer("a"), entity(answered, No), project(null, Unknown)), nil, errors.Undetermined, []error{errors.ErrProjectMissing}},
		{"404 project, member who may write", Refusal{Class: ProjectNotFound}, findings(viewer("acme"), entity(answered, No), project(null, Unknown)), errors.ErrProjectHidden, errors.Likely, nil},
		{"404 project, member, team read-only", Refusal{Class: ProjectNotFound}, findings(viewer("acme"), entity(answered, Yes), project(null, Unknown), role("member")), nil, errors.Undetermined, []error{errors.ErrProjectMissing, errors.ErrProjectRestricted, errors.ErrViewerRole}},
		{"404 project, member, entity broken", Refusal{Class: ProjectNotFound}, findings(viewer("acme"), entity(broken, Unknown), project(null, Unknown)), nil, errors.Undetermined, []error{errors.ErrProjectMissing, errors.ErrProjectRestricted}},
		{"404 other", Refusal{Class: NotFound}, findings(viewer("acme")), nil, errors.Undetermined, []error{errors.ErrEntityMissing, errors.ErrProjectMissing}},
		{"402", Refusal{Class: PaymentRequired}, findings(), nil, errors.Undetermined, []error{errors.ErrSeatRequired}},
		{"403 web page", Refusal{Class: Intermediary, Sure: true}, findings(), errors.ErrIntermediary, errors.Certain, nil},
		{"403 empty body", Refusal{Class: Intermediary}, findings(), errors.ErrIntermediary, errors.Likely, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assertVerdict(t, Decide(&tt.refusal, tt.findings), tt.cause, tt.confidence, tt.candidates)
		})
	}
}

// TestDecideIsMonotonous takes answers away from every row above and checks
// that less evidence never makes the verdict surer of another cause.
func TestDecideIsMonotonous(t *testing.T) {
	t.Parallel()
	full := findings(viewer("acme"), entity(answered, Yes), project(answered, Yes), role("viewer"), projectRole("viewer"), seat("full"), frozen(No))
	whole := Decide(&Refusal{Class: Forbidden}, full)
	require.Equal(t, errors.Certain, whole.Confidence)
	for name, take := range map[string]fact{
		"viewer":       func(f *Findings) { f.Who.Answer, f.Who.Viewer = broken, nil },
		"entity":       entity(broken, Unknown),
		"project":      project(broken, Unknown),
		"role":         func(f *Findings) { f.Role.Answer, f.Role.Listed, f.Role.Name = refused, false, "" },
		"project role": func(f *Findings) { f.ProjectRole.Answer, f.ProjectRole.Listed = refused, false },
		"seat":         func(f *Findings) { f.Seat.Answer, f.Seat.Listed = tooOld, false },
		"kind":         func(f *Findings) { f.Kind.Answer, f.Kind.Frozen = tooOld, Unknown },
	} {
		t.Run("without "+name, func(t *testing.T) {
			t.Parallel()
			less := *full
			take(&less)
			v := Decide(&Refusal{Class: Forbidden}, &less)
			if v.Confidence == errors.Certain {
				assert.Equal(t, whole.Cause, v.Cause)
			}
		})
	}
}
