package wandbtest

import (
	"cmp"
	"net/http"
	"time"
)

// Policy has the behavior that W&B's public documentation and logs do not determine. The
// zero Policy has the default of every field.
type Policy struct {
	// OpenToViewOnlyRole says whether a View-Only member of the team may create runs in
	// an open project, as any outsider may. Default: [Allow].
	OpenToViewOnlyRole Answer
	// OpenToViewerSeat says whether a user with a Viewer seat, or a view-only account,
	// may do so. Default: [Refuse], because the seat pays for reading only.
	OpenToViewerSeat Answer
	// OpenToProjectViewer says whether a team member whose role in the open project is
	// View-Only may do so. Default: [Refuse].
	OpenToProjectViewer Answer
	// RestrictedStatus is the status of a write by a team member to a restricted
	// project without an invitation: 404 (the default, the project is hidden)
	// or 403.
	RestrictedStatus int
	// OrganizationStatus is the status of a write to an organization's name:
	// 403 (the default) or 404.
	OrganizationStatus int
	// OrgKeyStatus is the status of a write with a personal key if the organization
	// enforces its own keys: 403 (the default), 401 or 404.
	OrgKeyStatus int
	// OrgKeyVisible shows teams as read-only to a personal key if the organization enforces its
	// own keys. By default they are hidden.
	OrgKeyVisible bool
	// NoSeatHidden hides teams from their members without a seat; by default
	// they are shown read-only.
	NoSeatHidden bool
	// DeletedRunStatus is the file stream's status for a deleted run: 404 (the default)
	// or 410.
	DeletedRunStatus int
	// OwnRunsOnly refuses writes to runs of other users.
	OwnRunsOnly bool
	// MembersPublic shows member lists to those outside the team; by default
	// they are refused.
	MembersPublic bool
	// FieldRefusalStatus is the HTTP status of a response in which a nested field is
	// refused; 200 by default.
	FieldRefusalStatus int
	// ViewOnlyName is the name of the View-Only role in role fields; "viewer" by default.
	ViewOnlyName string
	// TeamPageSize is the largest number of teams in one page of viewer.teams; 0 for
	// no limit.
	TeamPageSize int
	// TeamPages is how the server responds to a query for one page of viewer.teams,
	// teams(first: n); [TeamPagesAnswered] by default.
	TeamPages TeamPages
	// TokenLifetime is how long the access token is valid that the server returns for an
	// identity token; an hour by default.
	TokenLifetime time.Duration
	// StatesReasons puts the reason into the message of a refusal, as servers of 2026 do,
	// if it is a seat, a key of another organization or a missing default entity. By
	// default the message is "permission denied", and a run without an entity is created
	// in an entity with the name of the account.
	StatesReasons bool
	// MaxMetrics is how many different keys the rows of a run may have; 0 for no limit. A
	// post that exceeds it is refused with status 400, {} and the header
	// X-Wandb-Error-Code. From nine tenths of it on, responses have a warning.
	MaxMetrics int
	// MaxGroup is how many characters a run's group may have; 128 by default.
	MaxGroup int
	// ExportedRows is how many of the first rows of each run count as exported to Parquet
	// files, as servers do with old rows; 0 by default.
	ExportedRows int
	// ExportedRowsHidden leaves exported rows out of the responses to queries for rows. It
	// is not publicly known whether W&B's servers do. By default they have all rows.
	ExportedRowsHidden bool
	// URLLifetime is how long the addresses of the files of artifacts are valid; an hour by
	// default. See [Server.ExpireURLs].
	URLLifetime time.Duration
	// ShowPending makes names without an alias, or with the alias latest, find an artifact
	// whose upload is not complete. By default they find the newest complete version.
	ShowPending bool
	// ListPending makes lists of versions have those whose upload is not complete, unless they
	// are filtered by the state COMMITTED. By default only complete ones are listed.
	ListPending bool
	// XXH128 allows digests of the algorithm XXH128; see Entity.xxhashDigestsEnabled in the
	// schema. The official client requests it only if [WithFeatures] has
	// ARTIFACT_DIGEST_ALGORITHM.
	XXH128 bool
	// Foreign imitates a server from another vendor. Some of its types have other names, and its
	// schema has only the fields that the official client needs to log a run: queries about
	// permissions do not fit it.
	Foreign bool
	// FoldEntityCase ignores the case of entity names. By default names are compared
	// exactly.
	FoldEntityCase bool
}

func (p Policy) withDefaults() Policy {
	p.MaxGroup = cmp.Or(p.MaxGroup, maxGroup)
	p.RestrictedStatus = cmp.Or(p.RestrictedStatus, http.StatusNotFound)
	p.OrganizationStatus = cmp.Or(p.OrganizationStatus, http.StatusForbidden)
	p.OrgKeyStatus = cmp.Or(p.OrgKeyStatus, http.StatusForbidden)
	p.DeletedRunStatus = cmp.Or(p.DeletedRunStatus, http.StatusNotFound)
	p.TokenLifetime = cmp.Or(p.TokenLifetime, time.Hour)
	p.URLLifetime = cmp.Or(p.URLLifetime, time.Hour)
	p.FieldRefusalStatus = cmp.Or(p.FieldRefusalStatus, http.StatusOK)
	return p
}

// refusal is why a request is not processed, as the response has it. The zero refusal means
// that the request is allowed.
type refusal struct {
	status  int
	message string
	// code is extensions.code, or "" for an error without extensions.
	code string
}

func (r refusal) allowed() bool { return r.status == 0 }

const permissionError = "PERMISSION_ERROR"

var (
	granted     refusal
	notLoggedIn = refusal{http.StatusUnauthorized, "user is not logged in", permissionError}
	forbidden   = refusal{http.StatusForbidden, "permission denied", permissionError}
	noProject   = refusal{http.StatusNotFound, "project not found", ""}

	seatLacks = refusal{http.StatusForbidden, "user does not have models write access for this org", permissionError}
	keyLacks  = refusal{http.StatusForbidden, "the provided API key cannot access this resource", permissionError}
	noDefault = refusal{http.StatusBadRequest, "entityName required for upsertBucket (user has no default)", ""}
)

func noEntity(name string) refusal {
	return refusal{http.StatusNotFound, "entity " + name + " not found during upsertBucket", ""}
}

// entityKind is the kind of an entity's name.
type entityKind int

const (
	entityMissing entityKind = iota
	entityTeam
	entityPersonal
	entityOrganization
)

// standing is the relation of a caller to an entity.
type standing struct {
	kind entityKind
	name string
	team *Team
	user *User // the owner of a personal entity
	org  *Organization

	// visible says that entity(name) shows it.
	visible bool
	// belongs says that the caller is in the team, or that the entity is the caller's own.
	belongs bool
	// reads and writes are the caller's rights in the team's projects.
	reads, writes bool
	// open says whether the caller may create runs in open projects of the entity.
	open bool
	// registries says that the entity is the one that owns an organization's registries.
	registries bool
	// locked says that the organization does not accept this kind of key.
	locked bool
	member *TeamMember
	seat   Seat
}

// caller is who sent a request.
type caller struct {
	user *User // nil without a known key
	// privileged says that an administrator requested administrator rights.
	privileged bool
}

// username is "" without a known key.
func (c caller) username() string {
	if c.user == nil {
		return ""
	}
	return c.user.Username
}

func (s *Server) standing(c caller, entity string) standing {
	name := s.realm.canonical(entity)
	if t := s.realm.teams[name]; t != nil {
		return s.teamStanding(c, t)
	}
	if u := s.realm.users[name]; u != nil && u.PersonalEntity != PersonalAbsent {
		return s.personalStanding(c, u)
	}
	if o := s.realm.organization(name); o != nil {
		st := standing{kind: entityOrganization, name: name, org: o}
		st.belongs = s.realm.inOrganization(o, c.user)
		st.visible = st.belongs || c.privileged
		st.reads, st.registries = st.visible, name == o.entity()
		return st
	}
	return standing{name: entity}
}

func (s *Server) personalStanding(c caller, owner *User) standing {
	st := standing{kind: entityPersonal, name: owner.Username, user: owner, visible: true, seat: SeatFull}
	enabled := owner.PersonalEntity == PersonalEnabled
	if st.belongs = c.user == owner; st.belongs || c.privileged {
		st.reads = enabled
		st.writes = enabled && mayWriteAnything(c.user)
		st.open = st.writes
		return st
	}
	st.open = enabled && s.outsiderMayWriteOpen(c.user)
	return st
}

// mayWriteAnything excludes accounts that may only read.
func mayWriteAnything(u *User) bool {
	return u != nil && !u.Deactivated && u.Type != AccountViewer
}

func (s *Server) outsiderMayWriteOpen(u *User) bool {
	switch {
	case u == nil || u.Deactivated || u.Type == AccountAnonymous:
		return false
	case u.Type == AccountViewer:
		return s.cfg.policy.OpenToViewerSeat.allowed(false)
	}
	return true
}

func (s *Server) teamStanding(c caller, t *Team) standing {
	p := s.cfg.policy
	st := standing{kind: entityTeam, name: t.Name, team: t, org: s.realm.orgOf(t)}
	st.member = s.realm.membership(t, c.user)
	if c.privileged {
		st.member = &TeamMember{Username: c.user.Username, Role: RoleAdmin}
	}
	if st.member == nil {
		st.visible = !t.Hidden
		st.open = !t.Frozen && s.outsiderMayWriteOpen(c.user)
		return st
	}
	st.belongs, st.visible, st.reads = true, true, true
	st.seat = st.seatOf(c.user)
	if st.org != nil && st.org.EnforceOrgKeys && !c.user.isService() {
		st.locked, st.visible, st.reads = true, p.OrgKeyVisible, false
		return st
	}
	if st.seat == SeatNone {
		st.visible, st.reads = !p.NoSeatHidden, !p.NoSeatHidden
		return st
	}
	if t.Frozen || c.user.Deactivated || c.user.Type == AccountAnonymous {
		return st
	}
	if st.seat == SeatViewer || c.user.Type == AccountViewer {
		st.open = p.OpenToViewerSeat.allowed(false)
		return st
	}
	st.writes = st.member.writes()
	st.open = st.writes || p.OpenToViewOnlyRole.allowed(true)
	return st
}

func (st standing) seatOf(u *User) Seat {
	if st.org == nil || u.isService() {
		return SeatFull
	}
	m := st.org.member(u.Username)
	if m == nil {
		return SeatFull
	}
	return cmp.Or(m.Seat, SeatFull)
}

// projectRole is the caller's own role in the project, or "" to inherit it.
func projectRole(c caller, p *project) Role {
	if c.user == nil {
		return ""
	}
	if m := p.member(c.user.Username); m != nil {
		return m.Role
	}
	return ""
}

func (st standing) invited(c caller, p *project) bool {
	if st.kind == entityPersonal {
		return st.belongs
	}
	return st.belongs && c.user != nil && p.member(c.user.Username) != nil
}

// canRead reports whether the project is visible to the caller.
func (s *Server) canRead(c caller, st standing, p *project) bool {
	switch p.Scope {
	case ScopePublic, ScopeOpen:
		return true
	case ScopeRestricted:
		return st.reads && (st.invited(c, p) || c.privileged)
	}
	return st.reads
}

// canWrite reports whether the caller may create runs in the project.
func (s *Server) canWrite(c caller, st standing, p *project) bool {
	lowered := projectRole(c, p) == RoleViewer
	if st.registries {
		return mayWriteAnything(c.user) && st.belongs && !lowered && (p.Scope != ScopeRestricted || st.invited(c, p))
	}
	switch p.Scope {
	case ScopeOpen:
		if st.writes && lowered {
			return s.cfg.policy.OpenToProjectViewer.allowed(false)
		}
		return st.open
	case ScopeRestricted:
		return st.writes && !lowered && (st.invited(c, p) || c.privileged)
	}
	return st.writes && !lowered
}

// mayWrite decides whether the caller may create or write runs in the project. p is nil if
// the project does not exist yet.
func (s *Server) mayWrite(c caller, st standing, p *project) refusal {
	why := s.writeRefusal(c, st, p)
	switch {
	case why.allowed() || !s.cfg.policy.StatesReasons:
		return why
	case st.locked:
		return keyLacks
	case st.belongs && (st.seat == SeatViewer || st.seat == SeatNone):
		return seatLacks
	}
	return why
}

func (s *Server) writeRefusal(c caller, st standing, p *project) refusal {
	switch {
	case c.user == nil:
		return notLoggedIn
	case st.kind == entityMissing:
		return noEntity(st.name)
	case st.kind == entityOrganization && st.registries && p != nil:
		return s.registryRefusal(c, st, p)
	case st.kind == entityOrganization:
		return s.refusalWith(s.cfg.policy.OrganizationStatus, st)
	case st.locked:
		return s.refusalWith(s.cfg.policy.OrgKeyStatus, st)
	case p == nil && st.writes:
		return granted // the upsert creates the project
	case p == nil:
		return forbidden
	case s.canWrite(c, st, p):
		return granted
	case s.canRead(c, st, p):
		return forbidden
	case p.Scope == ScopeRestricted && st.belongs && s.cfg.policy.RestrictedStatus == http.StatusForbidden:
		return forbidden
	}
	return noProject
}

// refusalWith returns the refusal of a status that a Policy field sets.
func (s *Server) refusalWith(status int, st standing) refusal {
	switch status {
	case http.StatusUnauthorized:
		return notLoggedIn
	case http.StatusNotFound:
		return noEntity(st.name)
	}
	return forbidden
}

// mayWriteRun decides whether the caller may write an existing run.
func (s *Server) mayWriteRun(c caller, st standing, p *project, owner string) refusal {
	if why := s.mayWrite(c, st, p); !why.allowed() {
		return why
	}
	if s.cfg.policy.OwnRunsOnly && owner != c.user.Username {
		return forbidden
	}
	return granted
}

// mayManageRun decides whether the caller may stop or delete a run: an admin any run, others
// their own.
func (s *Server) mayManageRun(c caller, st standing, p *project, owner string) refusal {
	if why := s.mayWrite(c, st, p); !why.allowed() {
		return why
	}
	admin := st.member != nil && st.member.role() == RoleAdmin || st.kind == entityPersonal && st.belongs
	if !admin && owner != c.user.Username {
		return forbidden
	}
	return granted
}
