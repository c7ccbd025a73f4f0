package errors

import "regexp"

// artifactProse is about the causes that concern an artifact.
var artifactProse = map[error]prose{
	ErrArtifactMissing: {
		clause: "$artifact ${probably}does not exist or is hidden from $who",
		phrase: "an artifact that does not exist or is hidden",
		about:  "The response is the same for an artifact that does not exist and for one that this account may not see.",
		check:  "Open the project's artifacts with this account$atArtifacts.",
		sure:   oneOfTwo,
		adapt: func(e *PermissionError, p *prose) {
			if e.cause() != nil && e.Confidence == Certain {
				p.about += " The server shows the project to this account."
			}
		},
		advise: func(e *PermissionError, a *advice) {
			a.step("Check the spelling of the name, and of the version or alias. Versions are v0, v1 and so on.")
			e.advisePage(a, "See which artifacts the project has:", e.Entity, e.Project, "artifacts")
			a.show("If it was logged just now, wait until its run has uploaded it. On the machine of that run:", "wandgo ls")
			e.adviseOtherKey(a)
		},
	},
	ErrProtectedAlias: {
		clause: "an alias is ${probably}protected, and $who may not assign or remove it",
		phrase: "a protected alias",
		about: "Only admins of a project or registry can assign and remove its protected aliases, and delete or unlink a version " +
			"that has one.",
		check: "Ask an admin of $project which aliases are protected.",
		adapt: func(e *PermissionError, p *prose) {
			if protectedAlias(e.Message) != "" {
				p.clause = "alias $alias is ${probably}protected, and $who may not assign or remove it"
			}
		},
		advise: func(e *PermissionError, a *advice) {
			e.advisePage(a, "Ask an admin of $project to change the alias:", e.Entity, e.Project)
			a.step("Alternatively, leave out the protected alias. Members can use all other aliases.")
			e.adviseOtherKey(a)
		},
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
