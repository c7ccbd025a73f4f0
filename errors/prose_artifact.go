package errors

import "regexp"

// The causes that concern an artifact.

var artifactMissingProse = prose{
	clause: func(e *PermissionError, probably string) string {
		return e.target().artifactName() + " " + probably + "does not exist or is hidden from " + e.who()
	},
	phrase: words("an artifact that does not exist or is hidden"),
	about: func(e *PermissionError) string {
		const same = "The server gives the same answer for an artifact that does not exist and for one that this account may not see."
		if e.cause() != nil && e.Confidence == Certain {
			return same + " It shows the project to this account."
		}
		return same
	},
	check: func(e *PermissionError) string {
		return "Open the project's artifacts with this account" + e.target().at(e.Entity, e.Project, "artifacts") + "."
	},
	advise: func(e *PermissionError, a *advice) {
		a.step("Check the spelling of the name, and of the version or alias. Versions are v0, v1 and so on.")
		e.advisePage(a, "See which artifacts the project has:", e.Entity, e.Project, "artifacts")
		a.step("If it was logged just now, wait until its run has uploaded it. On the machine of that run:")
		a.show("wandgo ls")
		e.adviseOtherKey(a)
	},
}

var protectedAliasProse = prose{
	clause: func(e *PermissionError, probably string) string {
		alias := "an alias"
		if name := protectedAlias(e.Message); name != "" {
			alias = "alias " + quoted(name)
		}
		return alias + " is " + probably + "protected, and " + e.who() + " may not assign or remove it"
	},
	phrase: words("a protected alias"),
	about: words("Only admins of a project or registry can assign and remove its protected aliases, and delete or unlink a version " +
		"that has one."),
	check: func(e *PermissionError) string {
		return "Ask an admin of " + e.target().projectName() + " which aliases are protected."
	},
	advise: func(e *PermissionError, a *advice) {
		e.advisePage(a, "Ask an admin of "+e.target().projectName()+" to change the alias:", e.Entity, e.Project)
		a.step("Alternatively, leave out the protected alias. Members can use all other aliases.")
		e.adviseOtherKey(a)
	},
}

// namedAlias matches a message that names the alias that is protected.
var namedAlias = regexp.MustCompile(`(?i)\balias "?([\w.-]+)"? is protected\b|"([^"]+)" is a protected alias\b|\bprotected alias:? "([^"]+)"|\bprotected alias: ([\w.-]+)`)

// protectedAlias is the alias that a server's message says is protected, or "".
func protectedAlias(message string) string {
	for i, name := range namedAlias.FindStringSubmatch(bounded(message)) {
		if i > 0 && name != "" && name != "that" && name != "which" {
			return name
		}
	}
	return ""
}

// adviseArtifact gives the background and the advice for a failure that concerns an
// artifact.
func (e *RequestError) adviseArtifact(a *advice) (about string) {
	switch e.sentinel() {
	case ErrArtifactNotReady:
		a.step("If its run is still uploading it, wait and try again.")
		a.step("If the upload has failed, upload it from the disk of the machine that logged it. To see what is not uploaded:")
		a.show("wandgo ls")
		return "An artifact can be used once all of its files are uploaded and it is committed."
	case ErrDigestMismatch:
		if _, reading := e.target().onArtifact(); reading {
			a.step("Try again. If another file fails each time, something between this machine and the store changes the content.")
			a.step("If the same file fails again, it is damaged in the store. Log the artifact again.")
			return "The file is damaged in the store, or was damaged on its way. Nothing of it was kept."
		}
		a.step("Log the artifact again, from files that do not change meanwhile.")
		return "The file on disk was changed after its digest was computed. It was not committed."
	case ErrTypeClash:
		a.step("Log it again with the type of the existing artifact, or under another name.")
		about = "All versions of an artifact have the same type."
		if e.Dir != "" {
			about += " The type is part of the log, so uploading the run again would fail the same way."
		}
		return about
	}
	return ""
}
