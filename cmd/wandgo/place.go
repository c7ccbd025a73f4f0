package main

import (
	"slices"
	"strings"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/settings"
)

// blame is which check a cause belongs to.
func blame(cause error) string {
	for _, b := range []struct {
		check  string
		causes []error
	}{
		{checkKey, []error{errors.ErrNoAPIKey}}, // or checkIdentity, which the file itself has failed already
		{checkAccount, []error{errors.ErrAnonymousKey, errors.ErrBadAPIKey, errors.ErrNoTeam}},
		{checkProject, []error{errors.ErrProjectHidden, errors.ErrProjectMissing, errors.ErrProjectRestricted}},
		{checkRole, []error{errors.ErrViewerRole, errors.ErrTeamFrozen, errors.ErrSeatRequired}},
		{checkEntity, []error{
			errors.ErrNotTeamMember, errors.ErrEntityMissing, errors.ErrNoPersonalEntity, errors.ErrServiceAccountScope,
		}},
	} {
		if slices.Contains(b.causes, cause) {
			return b.check
		}
	}
	return ""
}

// blamed reports whether one of these is the cause that was found.
func (x *examination) blamed(causes ...error) bool {
	return x.access != nil && x.access.Cause() != nil && slices.Contains(causes, x.access.Cause())
}

// candidates are the possible causes where none could be determined.
func (x *examination) candidates() []error {
	p, ok := errors.AsType[*errors.PermissionError](x.err)
	if !ok || errors.Code(p) != errors.Code(errors.ErrPermissionDenied) {
		return nil
	}
	return p.Candidates
}

// statusOf is the result of a check of what the server was asked. A cause that
// was found fails the check it belongs to; a possible one leaves it in doubt.
func (x *examination) statusOf(name, probe string) status {
	if !x.identified() || x.evidence(probe).Outcome == "" && x.access.Cause() == nil {
		return statusSkipped
	}
	if cause := x.access.Cause(); cause != nil && blame(cause) == name {
		return statusFail
	}
	if slices.ContainsFunc(x.candidates(), func(c error) bool { return blame(c) == name }) {
		return statusUnsure
	}
	decided := x.access.Decision == client.Allowed || x.access.Cause() != nil
	switch x.evidence(probe).Outcome {
	case errors.Answered:
		return statusOK
	case errors.Empty:
		return statusNote
	case errors.Skipped, "":
		return statusSkipped
	default:
		if decided { // without this answer, which is then no matter of doubt
			return statusSkipped
		}
		return statusUnsure
	}
}

// identified reports whether the server was asked, and knew the key. What it
// says to a stranger tells nothing about the account.
func (x *examination) identified() bool {
	return x.access != nil && !errors.Is(x.err, errors.ErrBadAPIKey) && !errors.Is(x.err, errors.ErrNoAPIKey)
}

// lookAtPlace describes entity, role and project.
func (x *examination) lookAtPlace() {
	x.lookAtEntity()
	x.lookAtRole()
	x.lookAtProject()
}

func (x *examination) lookAtEntity() {
	name, source := x.settings.Entity.Text, "from "+x.settings.Entity.Source
	if name == "" {
		source = "none was named; the account's default"
		if x.access != nil {
			name = x.access.Entity
		}
	}
	text := "none was named, so the account's default is used"
	if name != "" {
		text = printable(name) + " (" + source + ")"
	}
	var details []string
	if what, ok := errors.LooksLikePlaceholder(name); ok && x.settings.Entity.Text != "" {
		details = append(details, "the name looks like "+what)
	}
	state := x.statusOf(checkEntity, "entity")
	member := x.viewer != nil && slices.Contains(x.viewer.Teams, name)
	switch p := x.evidence("entity"); {
	case !x.identified():
	case p.Outcome == errors.Answered && member:
		text += ": the account belongs to it"
	case p.Outcome == errors.Answered:
		text += ": it exists"
	case p.Outcome == errors.Empty && member:
		text += ": the account belongs to it, yet the server does not show it"
		if state == statusNote {
			state = statusUnsure
		}
	default:
		text += x.unanswered("entity")
	}
	if x.viewer != nil && x.viewer.Teams != nil && name != "" && !member {
		if state == statusOK {
			state = statusNote
		}
		details = append(details, "it is not among the account's teams")
	}
	if p, ok := errors.AsType[*errors.PermissionError](x.err); ok && len(p.Suggestions) > 0 {
		details = append(details, "did you mean "+names(p.Suggestions, true)+"?")
	}
	if err := settings.CheckEntity(name); err != nil {
		state, text = statusFail, x.from(err).Error()
	}
	x.add(checkEntity, state, text, details...)
}

// unanswered says, after a name, why there is no answer about it; "" where it
// was not asked.
func (x *examination) unanswered(probe string) string {
	switch p := x.evidence(probe); p.Outcome {
	case "", errors.Answered, errors.Skipped:
		return ""
	case errors.Empty:
		return ": the server shows none of this name to the account: it does not exist, or it is hidden"
	default:
		return ": " + printable(p.Result)
	}
}

func (x *examination) lookAtRole() {
	state := x.statusOf(checkRole, "role")
	var details []string
	for _, more := range []struct{ probe, what string }{
		{"project-role", "in the project: "},
		{"seat", "seat in the organization: "},
	} {
		if p := x.evidence(more.probe); p.Outcome == errors.Answered {
			details = append(details, more.what+printable(p.Result))
		}
	}
	switch p := x.evidence("role"); {
	case !x.identified() || p.Outcome == "":
		if state == statusOK || state == statusNote {
			state = statusSkipped
		}
		text := "not asked"
		if x.access != nil && x.access.Role != "" {
			text = quote(x.access.Role)
		}
		x.add(checkRole, state, text, details...)
	case x.access.Role != "":
		x.add(checkRole, state, quote(x.access.Role), details...)
	case p.Outcome == errors.Empty:
		if state == statusNote {
			state = statusSkipped
		}
		x.add(checkRole, state, "the server does not show it", details...)
	default:
		if state == statusOK {
			state = statusNote
		}
		x.add(checkRole, state, printable(p.Result), details...)
	}
}

func (x *examination) lookAtProject() {
	project := x.settings.Project
	text := printable(project.Text) + " (from " + project.Source + ")"
	if project.Source == settings.SourceDefault {
		text = printable(project.Text) + " (none was named; the default here)"
	}
	var details []string
	if what, ok := errors.LooksLikePlaceholder(project.Text); ok {
		details = append(details, "the name looks like "+what)
	}
	state := x.statusOf(checkProject, "project")
	switch p := x.evidence("project"); {
	case !x.identified():
	case p.Outcome == errors.Empty && x.access.Decision == client.Allowed:
		text += ": the server shows none of this name; it would be created"
	case p.Outcome == errors.Answered:
		text += ": it exists"
	default:
		text += x.unanswered("project")
	}
	if err := settings.CheckProject(project.Text); err != nil {
		state, text = statusFail, x.from(err).Error()
	}
	x.add(checkProject, state, text, details...)
}

// conclude gives the verdict.
func (x *examination) conclude() {
	switch {
	case x.err == nil && x.access != nil:
		text := "yes, " + x.access.Confidence.String() + ": a run can be created in " + x.place()
		x.add(checkVerdict, statusOK, text)
	case x.decision() == client.Denied:
		text := "no: a run cannot be created"
		if cause := errors.Code(x.err); cause != "" && cause != errors.Code(errors.ErrPermissionDenied) {
			text = "no: " + x.causeText()
			if p, ok := errors.AsType[*errors.PermissionError](x.err); ok {
				text += " (" + p.Confidence.String() + ")"
			}
		}
		x.add(checkVerdict, statusFail, text, x.candidateTexts()...)
	default:
		text := "it cannot be told whether a run can be created"
		if x.access == nil && x.err != nil {
			text += ": " + sentinelText(x.err)
		}
		x.add(checkVerdict, statusUnsure, text, x.candidateTexts()...)
	}
}

// decision is the answer to whether a run can be created.
func (x *examination) decision() client.Decision {
	switch {
	case x.access != nil:
		return x.access.Decision
	case errors.Is(x.err, errors.ErrInvalidInput), errors.Is(x.err, errors.ErrPermissionDenied),
		errors.Is(x.err, errors.ErrWrongBaseURL):
		return client.Denied
	default:
		return client.Unknown
	}
}

// confidence is how sure the decision is.
func (x *examination) confidence() errors.Confidence {
	p, refused := errors.AsType[*errors.PermissionError](x.err)
	switch {
	case x.access != nil:
		return x.access.Confidence
	case refused:
		return p.Confidence
	case errors.Is(x.err, errors.ErrInvalidInput):
		return errors.Certain
	case errors.Is(x.err, errors.ErrWrongBaseURL): // what answers may pass, such as a login portal
		return errors.Likely
	}
	return errors.Undetermined
}

func (x *examination) candidateTexts() []string {
	var texts []string
	for _, c := range x.candidates() {
		texts = append(texts, "possibly: "+c.Error())
	}
	return texts
}

// causeText is the cause in words, those for what was logged in with.
func (x *examination) causeText() string {
	if x.settings != nil && x.settings.IdentityTokenFile != "" {
		switch {
		case errors.Is(x.err, errors.ErrNoAPIKey):
			return "there is no identity token"
		case errors.Is(x.err, errors.ErrBadAPIKey) && !errors.Is(x.err, errors.ErrAnonymousKey):
			return "the server does not accept the identity token"
		}
	}
	return sentinelText(x.err)
}

// sentinelText is the most specific cause in words.
func sentinelText(err error) string {
	if e, ok := errors.AsType[*errors.RequestError](err); ok && e.Untrusted {
		return "the server's certificate is not trusted"
	}
	code := errors.Code(err)
	for _, s := range errors.Sentinels() {
		if s.Code() == code {
			return s.Error()
		}
	}
	return printable(err.Error())
}

// place is entity and project, as far as known.
func (x *examination) place() string {
	return strings.TrimSuffix(printable(x.access.Entity)+"/"+printable(x.access.Project), "/")
}
