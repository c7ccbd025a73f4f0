package doctor

import (
	"slices"
	"strings"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
)

// checkOf names the check that a cause fails. Other causes belong to no single one.
var checkOf = map[error]string{
	errors.ErrNoAPIKey:            CheckKey, // or CheckIdentity, which the file itself has failed already
	errors.ErrAnonymousKey:        CheckAccount,
	errors.ErrBadAPIKey:           CheckAccount,
	errors.ErrNoTeam:              CheckAccount,
	errors.ErrKeyScope:            CheckAccount,
	errors.ErrProjectHidden:       CheckProject,
	errors.ErrProjectMissing:      CheckProject,
	errors.ErrProjectRestricted:   CheckProject,
	errors.ErrViewerRole:          CheckRole,
	errors.ErrTeamFrozen:          CheckRole,
	errors.ErrSeatRequired:        CheckRole,
	errors.ErrNotTeamMember:       CheckEntity,
	errors.ErrEntityMissing:       CheckEntity,
	errors.ErrNoPersonalEntity:    CheckEntity,
	errors.ErrServiceAccountScope: CheckEntity,
	errors.ErrNoDefaultEntity:     CheckEntity,
	errors.ErrOrganizationEntity:  CheckEntity,
}

// causeIs reports whether one of these is the determined cause.
func (x *Checkup) causeIs(causes ...error) bool {
	return x.Access != nil && x.Access.Cause() != nil && slices.Contains(causes, x.Access.Cause())
}

// Candidates returns the possible causes if none could be determined.
func (x *Checkup) Candidates() []error {
	p, ok := errors.AsType[*errors.PermissionError](x.Err)
	if !ok || errors.Code(p) != errors.Code(errors.ErrPermissionDenied) {
		return nil
	}
	return p.Candidates
}

// conclude adds the verdict.
func (x *Checkup) conclude() {
	state, text := StatusUnsure, "unknown: cannot determine whether a run can be created"
	switch {
	case x.Err == nil && x.Access != nil:
		target := strings.TrimSuffix(printable(x.Access.Entity)+"/"+printable(x.Access.Project), "/")
		state, text = StatusOK, "yes, "+x.Access.Confidence.String()+": a run can be created in "+target
		if x.maybeHidden() {
			state, text = StatusNote, "yes, if the project is new: a run can be created in "+target
		}
	case x.Decision() == client.Denied:
		state, text = StatusFail, "no: a run cannot be created"
		if cause := errors.Code(x.Err); cause != "" && cause != errors.Code(errors.ErrPermissionDenied) {
			text = "no: " + x.causeText(x.Err)
			if p, ok := errors.AsType[*errors.PermissionError](x.Err); ok {
				text += " (" + p.Confidence.String() + ")"
			}
		}
	case x.Err != nil && !errors.Is(x.Err, errors.ErrPermissionDenied):
		text += ": " + x.causeText(x.Err)
	}
	var possible []string
	for _, c := range x.Candidates() {
		possible = append(possible, "possibly: "+c.Error())
	}
	if x.Next != nil {
		possible = append(possible, "also: "+x.causeText(x.Next))
	}
	x.add(CheckVerdict, state, text, possible...)
}

// Decision reports whether a run can be created.
func (x *Checkup) Decision() client.Decision {
	switch {
	case x.Access != nil:
		return x.Access.Decision
	case errors.Is(x.Err, errors.ErrInvalidInput), errors.Is(x.Err, errors.ErrPermissionDenied),
		errors.Is(x.Err, errors.ErrWrongBaseURL):
		return client.Denied
	default:
		return client.Unknown
	}
}

// Confidence reports how certain the decision is.
func (x *Checkup) Confidence() errors.Confidence {
	p, refused := errors.AsType[*errors.PermissionError](x.Err)
	switch {
	case x.Access != nil:
		return x.Access.Confidence
	case refused:
		return p.Confidence
	case errors.Is(x.Err, errors.ErrInvalidInput):
		return errors.Certain
	case errors.Is(x.Err, errors.ErrWrongBaseURL): // what responds may be temporary, such as a login portal
		return errors.Likely
	}
	return errors.Undetermined
}

// causeText is the most specific cause of an error in words.
func (x *Checkup) causeText(err error) string {
	if x.Settings != nil && x.Settings.IdentityTokenFile != "" {
		switch {
		case errors.Is(err, errors.ErrNoAPIKey):
			return "there is no identity token"
		case errors.Is(err, errors.ErrBadAPIKey) && !errors.Is(err, errors.ErrAnonymousKey):
			return "the server does not accept the identity token"
		}
	}
	if e, ok := errors.AsType[*errors.RequestError](err); ok && (e.Untrusted || e.Proxy != nil || e.StatusCode == 0) && errors.Is(e, errors.ErrServerUnavailable) {
		first, _, _ := strings.Cut(e.Explain(), "\n\n")
		_, reason, found := strings.Cut(strings.Join(strings.Fields(first), " "), ": ")
		if found {
			return strings.TrimSuffix(reason, ".")
		}
	}
	code := errors.Code(err)
	for _, s := range errors.Sentinels() {
		if s.Code() == code {
			return s.Error()
		}
	}
	return printable(err.Error())
}
