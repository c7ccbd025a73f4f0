package wandbtest

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// refusal is the error of a request that is not processed, as the response has it.
type refusal struct {
	status  int
	message string
	// code is extensions.code, or "" for an error without extensions; for the object store the
	// code of its XML.
	code string
}

func (r refusal) Error() string { return r.message }

// refusalOf returns the error as a refusal; another error is the server's own failure.
func refusalOf(err error) refusal {
	if why, ok := errors.AsType[refusal](err); ok {
		return why
	}
	return refusal{status: http.StatusInternalServerError, message: err.Error()}
}

const permissionError = "PERMISSION_ERROR"

var (
	notLoggedIn  = refusal{http.StatusUnauthorized, "user is not logged in", permissionError}
	forbidden    = refusal{http.StatusForbidden, "permission denied", permissionError}
	noProject    = notFound("project not found")
	noRun        = notFound("run not found")
	noSweep      = notFound("sweep not found")
	noArtifact   = notFound("artifact not found")
	noManifest   = notFound("artifact manifest not found")
	noCollection = notFound("artifact collection not found")
	noFile       = notFound("file not found")

	seatLacks = refusal{http.StatusForbidden, "user does not have models write access for this org", permissionError}
	keyLacks  = refusal{http.StatusForbidden, "the provided API key cannot access this resource", permissionError}
	noDefault = badRequest("entityName required for upsertBucket (user has no default)")
)

func badRequest(format string, args ...any) refusal {
	return refusal{http.StatusBadRequest, fmt.Sprintf(format, args...), ""}
}

func notFound(format string, args ...any) refusal {
	return refusal{http.StatusNotFound, fmt.Sprintf(format, args...), ""}
}

func noEntity(name string) refusal { return notFound("entity %s not found during upsertBucket", name) }

// entityKind is the kind of an entity's name, as Entity.entityType spells it.
type entityKind string

const (
	entityMissing      entityKind = ""
	entityTeam         entityKind = "team"
	entityPersonal     entityKind = "user"
	entityOrganization entityKind = "organization"
)

// standing is the relation of a caller to an entity. Every question of what the caller may
// do there is one of its methods.
type standing struct {
	caller caller
	policy *Policy

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

// standing returns the caller's standing in an entity. Call with mu held.
func (s *Server) standing(c caller, entity string) *standing {
	st := &standing{caller: c, policy: &s.cfg.policy, name: s.realm.canonical(entity)}
	if st.team = s.realm.teams[st.name]; st.team != nil {
		st.inTeam(s.realm)
	} else if u := s.realm.users[st.name]; u != nil && u.PersonalEntity != PersonalAbsent {
		st.user = u
		st.inPersonal()
	} else if st.org = s.realm.organization(st.name); st.org != nil {
		st.kind = entityOrganization
		st.belongs = s.realm.inOrganization(st.org, c.user)
		st.visible = st.belongs || c.privileged
		st.reads, st.registries = st.visible, st.name == st.org.entity()
	}
	return st
}

func (st *standing) inPersonal() {
	st.kind, st.visible, st.seat = entityPersonal, true, SeatFull
	enabled := st.user.PersonalEntity == PersonalEnabled
	if st.belongs = st.caller.user == st.user; st.belongs || st.caller.privileged {
		st.reads = enabled
		st.writes = enabled && mayWriteAnything(st.caller.user)
		st.open = st.writes
		return
	}
	st.open = enabled && st.outsiderMayWriteOpen()
}

// mayWriteAnything excludes accounts that may only read.
func mayWriteAnything(u *User) bool {
	return u != nil && !u.Deactivated && u.Type != AccountViewer
}

func (st *standing) outsiderMayWriteOpen() bool {
	switch u := st.caller.user; {
	case u == nil || u.Deactivated || u.Type == AccountAnonymous:
		return false
	case u.Type == AccountViewer:
		return st.policy.OpenToViewerSeat.allowed(false)
	}
	return true
}

func (st *standing) inTeam(r *realm) {
	t, c, p := st.team, st.caller, st.policy
	st.kind, st.org = entityTeam, r.orgs[t.Organization]
	st.member = r.membership(t, c.user)
	if c.privileged {
		st.member = &TeamMember{Username: c.user.Username, Role: RoleAdmin}
	}
	if st.member == nil {
		st.visible = !t.Hidden
		st.open = !t.Frozen && st.outsiderMayWriteOpen()
		return
	}
	st.belongs, st.visible, st.reads = true, true, true
	st.seat = st.seatOf(c.user)
	switch {
	case st.org != nil && st.org.EnforceOrgKeys && !c.user.isService():
		st.locked, st.visible, st.reads = true, p.OrgKeyVisible, false
	case st.seat == SeatNone:
		st.visible, st.reads = !p.NoSeatHidden, !p.NoSeatHidden
	case t.Frozen || c.user.Deactivated || c.user.Type == AccountAnonymous:
	case st.seat == SeatViewer || c.user.Type == AccountViewer:
		st.open = p.OpenToViewerSeat.allowed(false)
	default:
		st.writes = st.member.writes()
		st.open = st.writes || p.OpenToViewOnlyRole.allowed(true)
	}
}

func (st *standing) seatOf(u *User) Seat {
	if st.org == nil || u.isService() {
		return SeatFull
	}
	if m := st.org.member(u.Username); m != nil {
		return cmp.Or(m.Seat, SeatFull)
	}
	return SeatFull
}

// inProject is the caller's entry in the project's own list of members, or nil.
func (st *standing) inProject(p *project) *ProjectMember { return p.member(st.caller.username()) }

// roleIn is the caller's own role in the project, or "" to inherit it.
func (st *standing) roleIn(p *project) Role {
	if m := st.inProject(p); m != nil {
		return m.Role
	}
	return ""
}

func (st *standing) invited(p *project) bool {
	return st.belongs && (st.kind == entityPersonal || st.inProject(p) != nil)
}

// isAdmin says whether the caller is an admin of the entity.
func (st *standing) isAdmin() bool {
	return st.member != nil && st.member.role() == RoleAdmin || st.kind == entityPersonal && st.belongs
}

// isProjectAdmin says whether the caller is an admin of the project or of its entity.
func (st *standing) isProjectAdmin(p *project) bool {
	if role := st.roleIn(p); role != "" {
		return role == RoleAdmin
	}
	return st.caller.privileged || st.isAdmin()
}

// seesMembers reports whether the caller sees who is in the entity and its projects.
func (st *standing) seesMembers() bool {
	return st.belongs || st.caller.privileged || st.policy.MembersPublic
}

// canRead reports whether the project is visible to the caller.
func (st *standing) canRead(p *project) bool {
	switch p.Scope {
	case ScopePublic, ScopeOpen:
		return true
	case ScopeRestricted:
		return st.reads && (st.invited(p) || st.caller.privileged)
	}
	return st.reads
}

// canWrite reports whether the caller may create runs in the project. No runs are created in
// a registry: all users of the organization may change it, unless their role in it is
// View-Only.
func (st *standing) canWrite(p *project) bool {
	lowered := st.roleIn(p) == RoleViewer
	if st.registries {
		return mayWriteAnything(st.caller.user) && st.belongs && !lowered && (p.Scope != ScopeRestricted || st.invited(p))
	}
	switch p.Scope {
	case ScopeOpen:
		if st.writes && lowered {
			return st.policy.OpenToProjectViewer.allowed(false)
		}
		return st.open
	case ScopeRestricted:
		return st.writes && !lowered && (st.invited(p) || st.caller.privileged)
	}
	return st.writes && !lowered
}

// mayWrite decides whether the caller may create or write runs in the project. p is nil if
// the project does not exist yet.
func (st *standing) mayWrite(p *project) error {
	err := st.writeRefusal(p)
	switch {
	case err == nil || !st.policy.StatesReasons:
		return err
	case st.locked:
		return keyLacks
	case st.belongs && (st.seat == SeatViewer || st.seat == SeatNone):
		return seatLacks
	}
	return err
}

func (st *standing) writeRefusal(p *project) error {
	switch {
	case st.caller.user == nil:
		return notLoggedIn
	case st.kind == entityMissing:
		return noEntity(st.name)
	case st.kind == entityOrganization && (p == nil || !st.registries):
		return st.refusalWith(st.policy.OrganizationStatus)
	case st.locked:
		return st.refusalWith(st.policy.OrgKeyStatus)
	case p == nil && st.writes:
		return nil // the upsert creates the project
	case p == nil:
		return forbidden
	case st.canWrite(p):
		return nil
	case st.canRead(p):
		return forbidden
	case p.Scope == ScopeRestricted && st.belongs && st.kind != entityOrganization && st.policy.RestrictedStatus == http.StatusForbidden:
		return forbidden
	}
	return noProject
}

// refusalWith returns the refusal of a status that a Policy field sets.
func (st *standing) refusalWith(status int) refusal {
	switch status {
	case http.StatusUnauthorized:
		return notLoggedIn
	case http.StatusNotFound:
		return noEntity(st.name)
	}
	return forbidden
}

// mayWriteRun decides whether the caller may write an existing run.
func (st *standing) mayWriteRun(r *run) error {
	if err := st.mayWrite(r.project); err != nil {
		return err
	}
	if st.policy.OwnRunsOnly && r.owner != st.caller.user.Username {
		return forbidden
	}
	return nil
}

// mayManageRun decides whether the caller may stop or delete a run: an admin any run, others
// their own.
func (st *standing) mayManageRun(r *run) error {
	if err := st.mayWrite(r.project); err != nil {
		return err
	}
	if !st.isAdmin() && r.owner != st.caller.user.Username {
		return forbidden
	}
	return nil
}

// mayChange decides whether the caller may change a collection and these of its aliases.
func (st *standing) mayChange(c *collection, aliases []string) error {
	if err := st.mayWrite(c.project); err != nil {
		return err
	}
	for _, alias := range aliases {
		if slices.Contains(c.project.ProtectedAliases, alias) && !st.isProjectAdmin(c.project) {
			return refusal{http.StatusForbidden, fmt.Sprintf("permission denied: %q is a protected alias", alias), permissionError}
		}
	}
	return nil
}

// identify returns the account of a request's key or access token. An unknown Bearer token has an
// error of its own: W&B's servers return it for an API key in that header.
func (s *Server) identify(h http.Header) (c caller, err error) {
	scheme, credential, _ := strings.Cut(h.Get("Authorization"), " ")
	if strings.EqualFold(scheme, "Bearer") {
		if c.user, err = s.bearer(credential); err != nil {
			return caller{}, err
		}
	} else if _, key, ok := (&http.Request{Header: h}).BasicAuth(); ok {
		s.mu.RLock()
		c.user = s.realm.keys[key]
		s.mu.RUnlock()
	}
	// Without the header an administrator has no special rights.
	c.privileged = c.user != nil && c.user.Admin && h.Get("Use-Admin-Privileges") == "true"
	return c, nil
}
