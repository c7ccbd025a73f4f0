package diagnose

import (
	"strconv"

	"github.com/wandgo/wandgo/errors"
)

// decideForbidden reads a 403 from W&B. The rows are, of which decideStatus has the first:
//
//	 #  viewer        entity among teams  entity     project    verdict
//	 1  null or 401   –                   –          –          bad key, likely (a contradiction: 401 was due)
//	 2  anonymous     –                   –          –          anonymous key, certain
//	 3  ok            own user name       any        any        no personal entity: certain if the server says so, excluded if it denies, else likely
//	 4  service       no                  any        any        service account outside its team, likely
//	 5  ok            no                  null       null       not a member, likely (hidden team)
//	 6  ok            no                  visible    null       not a member, certain if the list of teams is whole
//	 7  ok            no                  any        read-only  not a member; the project is public: as 6
//	 8  ok            no                  any        writable   undetermined
//	 9  ok            no                  writable   any        undetermined
//	10  ok            yes                 read-only  any        role, seat or frozen team
//	11  ok            yes                 writable   read-only  project role or Restricted scope
//	12  ok            yes                 writable   null       undetermined: missing, or Restricted
//	13  ok            yes                 writable   writable   undetermined
//	14  ok            yes                 null       any        undetermined
//	15  probes refused, broken or unknown to the server         undetermined
func decideForbidden(f *Findings) Verdict {
	v := f.Who.Viewer
	if v == nil { // row 15
		return undetermined(candidatesWithoutViewer(f), "the server did not disclose the account behind the key")
	}
	if v.AccountType == "ANONYMOUS" { // row 2
		return certain(errors.ErrAnonymousKey)
	}
	if cause := f.stated(); cause != nil {
		return likely(cause, "the server says so in response to a question about the same entity")
	}
	switch f.inTeam() {
	case Yes:
		return decideMember(f)
	case No:
		return decideOutsider(f)
	default:
		return undetermined(candidatesWithoutViewer(f), f.teamsNotes()...)
	}
}

// teamsNotes says why it is not known whether the viewer is a member. If the
// reason is the case of a name, capAtLikely has the note.
func (f *Findings) teamsNotes() []string {
	if f.Who.Viewer.Teams != nil {
		return nil
	}
	return []string{"the server did not disclose your teams"}
}

// candidatesWithoutViewer is what remains possible when membership is unknown.
func candidatesWithoutViewer(f *Findings) []error {
	if f.ownName() && f.Account.Disabled != No {
		return []error{errors.ErrNoPersonalEntity, errors.ErrNotTeamMember, errors.ErrViewerRole, errors.ErrSeatRequired}
	}
	if f.Team.ReadOnly == No {
		return []error{errors.ErrProjectRestricted, errors.ErrProjectMissing, errors.ErrSeatRequired}
	}
	return []error{errors.ErrNotTeamMember, errors.ErrViewerRole, errors.ErrSeatRequired, errors.ErrProjectRestricted}
}

func decideOutsider(f *Findings) Verdict {
	if f.personal() {
		return decideOwnName(f)
	}
	if f.serviceAccount() { // row 4
		return likely(errors.ErrServiceAccountScope)
	}
	if f.isOrganization() {
		return certain(errors.ErrOrganizationEntity)
	}
	var notes []string
	if f.Who.Viewer.Admin {
		notes = append(notes, "you are an admin of this server, but admin rights do not apply to creating runs")
	}
	if v := f.Who.Viewer; !v.TeamsComplete && !f.excluded() {
		notes = append(notes, "the team is not among the "+strconv.Itoa(len(v.Teams))+" that the server listed, but the list may be incomplete")
	}
	// A service account has another cause, and an organization has no members in
	// this sense.
	sure := f.membershipSure() && f.accountKnown() && !f.mayBeOrganization()
	switch {
	case f.Team.ReadOnly == No: // row 9
		return undetermined([]error{errors.ErrNotTeamMember, errors.ErrProjectRestricted, errors.ErrSeatRequired},
			append(notes, "you are not listed as a member, but the server shows the entity as writable for you")...)
	case f.projectReadOnly() == No: // row 8
		return undetermined([]error{errors.ErrNotTeamMember, errors.ErrProjectRestricted},
			append(notes, "you are not listed as a member, but the server shows the project as writable for you")...)
	case f.projectReadOnly() == Yes: // row 7
		return sureIf(sure && f.Team.known(), errors.ErrNotTeamMember,
			append(notes, "the project is public: you can read it but not write to it")...)
	case f.Team.answered() && f.Project.empty(): // row 6
		return sureIf(sure, errors.ErrNotTeamMember,
			append(notes, "the project does not exist or is hidden from you")...)
	case f.Team.empty() && f.Project.empty(): // row 5
		return likely(errors.ErrNotTeamMember,
			append(notes, "the entity exists but is hidden from you: for a missing one, the server responds differently")...)
	}
	// One of the two questions has no answer. The viewer is not a member, so the
	// cause is likely, but other causes are not excluded.
	return likely(errors.ErrNotTeamMember, notes...)
}

// mayBeOrganization reports whether the entity is an organization's own, as far
// as the server lets one see. What is neither a team nor known to be a user's
// may be one.
func (f *Findings) mayBeOrganization() bool {
	return f.Kind.EntityType == "organization" || f.Kind.EntityType == "" && f.Team.Shown && !f.Team.IsTeam
}

// decideOwnName is row 3: an entity that has the name of the account.
func decideOwnName(f *Findings) Verdict {
	switch {
	case f.Account.Disabled == Yes && f.listed():
		return likely(errors.ErrNoPersonalEntity, "the server lists the entity among your teams nevertheless")
	case f.Account.Disabled == Yes:
		// An entity that the server does not show might be a team of that name which
		// is missing from an incomplete list.
		sure := f.Team.Shown || f.Team.empty() && f.membershipSure() && !f.Role.Listed
		return sureIf(sure && f.Who.Viewer.Teams != nil, errors.ErrNoPersonalEntity)
	case f.Account.Disabled == No, f.Account.HasEntity == Yes:
		return undetermined([]error{errors.ErrSeatRequired, errors.ErrProjectRestricted},
			"the entity is your own name, and your personal entity is enabled")
	default:
		return likely(errors.ErrNoPersonalEntity)
	}
}

func decideMember(f *Findings) Verdict {
	if f.Who.Viewer.AccountType == "VIEWER" && roleWrites(f.Role.Name) != No { // row 10
		return likely(errors.ErrViewerRole, "your account is of the view-only type")
	}
	switch {
	case f.Team.ReadOnly == Yes:
		return decideReadOnlyTeam(f)
	case f.Team.ReadOnly == No && f.projectReadOnly() == Yes:
		return decideReadOnlyProject(f)
	}
	// From here on, the team and the project are writable as far as the server
	// shows. A seat that is not is documented to refuse.
	if f.Team.ReadOnly == No && f.seatWrites() == No {
		return likely(errors.ErrSeatRequired, seatNote(f))
	}
	switch {
	case f.Team.empty(): // row 14
		return undetermined([]error{errors.ErrSeatRequired},
			"you belong to the team, but the server does not show it to you; "+policyNote)
	case f.Team.ReadOnly == Unknown: // row 15
		return undetermined([]error{errors.ErrViewerRole, errors.ErrProjectRestricted, errors.ErrSeatRequired, errors.ErrProjectMissing},
			"the server did not disclose whether the team is read-only for you")
	case f.Project.empty(): // row 12
		return undetermined(withSeat(f, errors.ErrProjectMissing, errors.ErrProjectRestricted))
	case f.projectReadOnly() == No:
		return decideWritable(f)
	}
	return undetermined(withSeat(f, errors.ErrProjectRestricted, errors.ErrProjectMissing),
		"the server did not disclose whether the project is read-only for you")
}

// decideReadOnlyTeam is row 10: a member for whom the team is read-only.
func decideReadOnlyTeam(f *Findings) Verdict {
	writesByRole, writesBySeat, frozen := roleWrites(f.Role.Name), f.seatWrites(), f.Kind.Frozen
	switch {
	case writesByRole == No:
		return certain(errors.ErrViewerRole, f.alsoInTheWay("the role is changed", writesBySeat == No, frozen == Yes)...)
	case writesBySeat == No:
		return likely(errors.ErrSeatRequired,
			append([]string{seatNote(f)}, f.alsoInTheWay("the seat is upgraded", false, frozen == Yes)...)...)
	case frozen == Yes && writesByRole == Yes:
		return likely(errors.ErrTeamFrozen)
	}
	var candidates []error
	if writesByRole == Unknown {
		candidates = append(candidates, errors.ErrViewerRole)
	}
	if writesBySeat == Unknown {
		candidates = append(candidates, errors.ErrSeatRequired)
	}
	if frozen != No {
		candidates = append(candidates, errors.ErrTeamFrozen)
	}
	if len(candidates) == 0 { // everything known allows it, but it is read-only
		candidates = []error{errors.ErrViewerRole}
	}
	return undetermined(candidates, f.readOnlyNote())
}

// alsoInTheWay names the obstacles that remain after the first one is removed, so
// that a person does not learn of them one refusal at a time.
func (f *Findings) alsoInTheWay(once string, seat, frozen bool) []string {
	var notes []string
	if seat {
		notes = append(notes, "after "+once+", the seat will still prevent writing: "+seatNote(f))
	}
	if frozen {
		notes = append(notes, "after "+once+", the team will still be read-only for everyone: an administrator has frozen it")
	}
	return notes
}

// decideReadOnlyProject is row 11: the team lets the member write, the project
// does not.
func decideReadOnlyProject(f *Findings) Verdict {
	restricted := f.Project.Access == "RESTRICTED"
	switch {
	case f.ProjectRole.Listed && roleWrites(f.ProjectRole.Name) == No:
		return certain(errors.ErrProjectRestricted, append([]string{"your role in the project is " + f.ProjectRole.Name},
			f.alsoInTheWay("that role is changed", f.seatWrites() == No, false)...)...)
	case f.ProjectRole.answered() && !f.ProjectRole.Listed && restricted:
		return certain(errors.ErrProjectRestricted, append([]string{"the project is Restricted and does not list you"},
			f.alsoInTheWay("you are invited", f.seatWrites() == No, false)...)...)
	case f.seatWrites() == No:
		return undetermined([]error{errors.ErrProjectRestricted, errors.ErrSeatRequired}, seatNote(f))
	}
	return likely(errors.ErrProjectRestricted)
}

func seatNote(f *Findings) string {
	note := "your Models seat is " + quote(f.Seat.Name)
	if f.Seat.Organization != "" {
		note += " in the organization " + quote(f.Seat.Organization)
	}
	return note
}

// withSeat adds the seat to the candidates unless it is a full one.
func withSeat(f *Findings, candidates ...error) []error {
	if f.seatWrites() == Yes {
		return candidates
	}
	return append(candidates, errors.ErrSeatRequired)
}

// foreignRun is the candidate that the run belongs to another user. It has no
// sentinel of its own because no server is known for certain to refuse for this
// reason. It wraps [errors.ErrRunExists].
type foreignRun struct{ id, owner string }

func (e *foreignRun) Error() string {
	whose := "another user"
	if e.owner != "" {
		whose = "user " + quote(e.owner)
	}
	return "a run " + quote(e.id) + " that belongs to " + whose + " and is read-only for you: choose another run id"
}

func (e *foreignRun) Unwrap() error { return errors.ErrRunExists }

// decideWritable is row 13: everything that the server shows is writable. No
// candidate contradicts what it shows.
func decideWritable(f *Findings) Verdict {
	var candidates []error
	notes := []string{"the server shows the team and the project as writable for you now; your role may have changed since, or the organization may require organization-scoped keys"}
	switch r := f.Run; {
	case !r.answered() || r.Owner == f.Who.Viewer.Username:
	case r.ReadOnly == Yes:
		candidates = append(candidates, &foreignRun{f.RunID, r.Owner})
	case r.Owner != "":
		notes = append(notes, "a run with this id already exists and belongs to "+quote(r.Owner))
	}
	if roleWrites(f.ProjectRole.Name) != Yes {
		candidates = append(candidates, errors.ErrProjectRestricted)
	}
	if roleWrites(f.Role.Name) != Yes {
		candidates = append(candidates, errors.ErrViewerRole)
	}
	return undetermined(withSeat(f, candidates...), notes...)
}

func quote(s string) string { return strconv.Quote(s) }
