package doctor

import (
	"cmp"
	"slices"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/settings"
)

// statusFor is the status of a check that depends on a probe. A determined cause
// fails the check it belongs to; a candidate makes it unsure.
func (x *Checkup) statusFor(check, probe string) Status {
	if !x.identified() || x.evidence(probe).Outcome == "" && x.Access.Cause() == nil {
		return StatusSkipped
	}
	if cause := x.Access.Cause(); cause != nil && checkOf[cause] == check {
		return StatusFail
	}
	if slices.ContainsFunc(x.Candidates(), func(c error) bool { return checkOf[c] == check }) {
		return StatusUnsure
	}
	decided := x.Access.Decision == client.Allowed || x.Access.Cause() != nil
	switch x.evidence(probe).Outcome {
	case errors.Answered:
		return StatusOK
	case errors.Empty:
		return StatusNote
	case errors.Skipped, "":
		return StatusSkipped
	default:
		if decided { // without this probe
			return StatusSkipped
		}
		return StatusUnsure
	}
}

// identified reports whether the server was asked and recognized the key. What it
// tells an unknown caller says nothing about the account.
func (x *Checkup) identified() bool {
	return x.Access != nil && !errors.Is(x.Err, errors.ErrBadAPIKey) && !errors.Is(x.Err, errors.ErrNoAPIKey)
}

// evidence returns a probe by its name, the zero Probe if it was not made.
func (x *Checkup) evidence(name string) errors.Probe {
	if x.Access != nil {
		for _, p := range x.Access.Evidence {
			if p.Name == name {
				return p
			}
		}
	}
	return errors.Probe{}
}

func (x *Checkup) checkEntity() {
	name, text := x.Settings.Entity.Text, "not set, so the account's default is used"
	if name != "" {
		text = printable(name) + " (from " + x.Settings.Entity.Source + ")"
	} else if x.Access != nil && x.Access.Entity != "" {
		name = x.Access.Entity
		text = printable(name) + " (the account's default)"
	}
	var details []string
	if what, ok := errors.LooksLikePlaceholder(name); ok && x.Settings.Entity.Text != "" {
		details = append(details, "the name looks like "+what)
	}
	state := x.statusFor(CheckEntity, "entity")
	member := x.Viewer != nil && slices.Contains(x.Viewer.Teams, name)
	switch p := x.evidence("entity"); {
	case !x.identified():
	case p.Outcome == errors.Answered && member:
		text += ": you are a member"
	case p.Outcome == errors.Answered:
		text += ": exists"
	case p.Outcome == errors.Empty && member:
		text += ": you are a member, but the server does not show it"
		if state == StatusNote {
			state = StatusUnsure
		}
	default:
		text += x.unknown("entity")
	}
	if x.Viewer != nil && x.Viewer.Teams != nil && name != "" && !member {
		if state == StatusOK {
			state = StatusNote
		}
		details = append(details, "not one of your teams")
	}
	if p, ok := errors.AsType[*errors.PermissionError](x.Err); ok && len(p.Suggestions) > 0 {
		details = append(details, "did you mean "+names(p.Suggestions, true)+"?")
	}
	if err := settings.CheckEntity(name); err != nil {
		state, text = StatusFail, x.withSource(err).Error()
	}
	x.add(CheckEntity, state, text, details...)
}

// unknown says, after a name, why nothing is known about it. It is "" if the server
// was not asked.
func (x *Checkup) unknown(probe string) string {
	switch p := x.evidence(probe); p.Outcome {
	case "", errors.Answered, errors.Skipped:
		return ""
	case errors.Empty:
		return ": not visible to you; it does not exist or is hidden"
	default:
		return ": " + printable(p.Result)
	}
}

func (x *Checkup) checkRole() {
	state := x.statusFor(CheckRole, "role")
	var details []string
	for _, more := range []struct{ probe, what string }{
		{"project-role", "in the project: "},
		{"seat", "seat in the organization: "},
	} {
		if p := x.evidence(more.probe); p.Outcome == errors.Answered {
			details = append(details, more.what+printable(p.Result))
		}
	}
	role := ""
	if x.Access != nil && x.Access.Role != "" {
		role = Quote(x.Access.Role)
	}
	text := role
	switch p := x.evidence("role"); {
	case !x.identified() || p.Outcome == "":
		if state == StatusOK || state == StatusNote {
			state = StatusSkipped
		}
		text = cmp.Or(role, "not checked")
	case role != "":
	case p.Outcome == errors.Empty:
		if state == StatusNote {
			state = StatusSkipped
		}
		text = "the server does not disclose it"
	default:
		if state == StatusOK {
			state = StatusNote
		}
		text = printable(p.Result)
	}
	x.add(CheckRole, state, text, details...)
}

// maybeHidden reports whether a run can be created only if its project is new: servers show
// a project that is hidden like one that does not exist. One's own are never hidden.
func (x *Checkup) maybeHidden() bool {
	return x.Access != nil && x.Access.Decision == client.Allowed && x.evidence("project").Outcome == errors.Empty &&
		(x.Viewer == nil || x.Viewer.Username != x.Access.Entity)
}

func (x *Checkup) checkProject() {
	project := x.Settings.Project
	text := printable(project.Text) + " (from " + project.Source + ")"
	if project.Source == settings.SourceDefault {
		text = printable(project.Text) + " (the default)"
	}
	var details []string
	if what, ok := errors.LooksLikePlaceholder(project.Text); ok {
		details = append(details, "the name looks like "+what)
	}
	state := x.statusFor(CheckProject, "project")
	switch p := x.evidence("project"); {
	case !x.identified():
	case x.maybeHidden():
		text += ": not visible to you"
	case p.Outcome == errors.Empty && x.Access.Decision == client.Allowed:
		text += ": does not exist yet; the run would create it"
	case p.Outcome == errors.Answered:
		text += ": exists"
	default:
		text += x.unknown("project")
	}
	if err := settings.CheckProject(project.Text); err != nil {
		state, text = StatusFail, x.withSource(err).Error()
	}
	x.add(CheckProject, state, text, details...)
}
