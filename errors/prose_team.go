package errors

// The causes that concern an account's rights in a team or an organization.

var notTeamMemberProse = prose{
	clause: func(e *PermissionError, probably string) string {
		return e.who() + " is " + probably + "not a member of " + e.target().team()
	},
	phrase: func(e *PermissionError) string { return "missing membership in " + e.target().team() },
	about: func(e *PermissionError) string {
		if artifact, reading := e.target().onArtifact(); reading {
			return "Only members can read a team's artifacts, except those of its public projects."
		} else if e.target().putting() {
			return "Only members can write artifacts of a team, except in its open projects."
		} else if artifact {
			return "Only members can write artifacts of a team, except in its open projects. The account may have been removed."
		}
		if what := e.target().reads(); what == "projects" {
			return "Only members can read a team's projects, except its public ones."
		} else if what != "" {
			return "Only members can read a team's " + what + ", except those of its public projects."
		}
		if what := e.target().changes(); what != "" {
			return "Only members can change " + what + " in a team, except in its open projects. The account may have been removed."
		}
		if e.target().running() {
			return "Only members can change runs in a team, except in its open projects. The account may have been removed."
		}
		about := "Only members can " + e.target().starts() + " in a team, except in its open projects. "
		if e.target().kind() == opRunAgent {
			return about + "The account may have been removed."
		}
		return about + "You often see this if code or a configuration hard-codes its author's entity. It may also be " +
			"another user's personal entity."
	},
	check: func(e *PermissionError) string {
		return "Ask an admin of " + e.target().team() + " whether " + e.who() + " is a member."
	},
	advise: func(e *PermissionError, a *advice) {
		own := e.adviseOwnEntity(a)
		e.advisePage(a, "If you should be a member, ask an admin of "+e.target().team()+" to invite you (team settings, Members):",
			e.Entity)
		e.adviseOtherKey(a)
		if !own {
			e.adviseDoctor(a)
		}
	},
}

var viewerRoleProse = prose{
	clause: func(e *PermissionError, probably string) string {
		if e.Viewer != nil && e.Viewer.AccountType == "VIEWER" {
			return e.who() + " " + probably + "has a view-only account"
		}
		role := "a view-only role"
		if e.Role != "" {
			role = "only the role " + quoted(e.Role)
		}
		return e.who() + " " + probably + "has " + role + " in " + e.target().team()
	},
	phrase: words("a view-only role"),
	about: func(e *PermissionError) string {
		if artifact, _ := e.target().onArtifact(); artifact {
			return "View-only members can read the team's artifacts but cannot create or change any."
		}
		switch e.target().kind() {
		case opCreateSweep, opChangeSweep:
			return "View-only members can read the team's sweeps but cannot create or change any."
		case opRunAgent:
			return "View-only members can read the team's sweeps but cannot run their agents, which create runs."
		}
		return "View-only members can read the team's runs but cannot create or change any."
	},
	check: func(e *PermissionError) string {
		return "Ask an admin of " + e.target().team() + " for the role of " + e.who() + ": it must be Member or Admin."
	},
	advise: func(e *PermissionError, a *advice) {
		lead := "Ask an admin of " + e.target().team() + " for the Member role (team settings, Members):"
		if e.Viewer != nil && e.Viewer.AccountType == "VIEWER" {
			lead = "Ask an admin of your organization for an account that can " + e.target().starts() + ". The team's page:"
		}
		e.advisePage(a, lead, e.Entity)
		e.adviseOwnEntity(a)
		e.adviseOtherKey(a)
	},
}

var seatRequiredProse = prose{
	clause: func(e *PermissionError, probably string) string {
		return "the organization's seat for " + e.who() + " " + probably + "does not include writing to " + e.target().team()
	},
	phrase: words("a seat without write access"),
	about: func(e *PermissionError) string {
		return "A role in the team is not enough: the organization also assigns a seat to each user, and only a full " +
			"Models seat can " + e.target().starts() + "."
	},
	check: func(e *PermissionError) string {
		return "Ask an admin of the organization for the Models seat of " + e.who() + ": it must be a full one."
	},
	advise: func(e *PermissionError, a *advice) {
		e.advisePage(a, "Ask an admin of the organization for a full Models seat. The team's page names the organization:",
			e.Entity)
		e.adviseOwnEntity(a)
		e.adviseOtherKey(a)
	},
}

var teamFrozenProse = prose{
	clause: func(e *PermissionError, probably string) string {
		return e.target().team() + " is " + probably + "frozen: read-only for everyone, not only for " + e.who()
	},
	phrase: words("a team that is frozen for everyone"),
	about:  words("An administrator has made the whole team read-only. Your account and your role are not the reason."),
	check: func(e *PermissionError) string {
		return "Ask an admin of the organization whether " + e.target().team() + " was made read-only."
	},
	advise: func(e *PermissionError, a *advice) {
		e.advisePage(a, "Ask an admin of the organization or the server why the team is read-only. The team's page:", e.Entity)
		e.adviseOwnEntity(a)
	},
}

var serviceAccountScopeProse = prose{
	clause: func(e *PermissionError, probably string) string {
		account := e.who()
		if e.Viewer == nil || e.Viewer.Username == "" {
			account = "the service account of this API key"
		}
		return account + " " + probably + "has no access to " + e.target().team()
	},
	phrase: words("a service account outside its team"),
	about: words("A team's service account can only use that team. An organization's service account can use all of " +
		"its teams, but not the restricted projects to which it was not added."),
	check: words("Ask whoever created the service account which team it belongs to."),
	advise: func(e *PermissionError, a *advice) {
		e.advisePage(a, "Use the key of a service account of "+e.target().team()+". An admin of the team can create one:", e.Entity)
		if !e.adviseOwnEntity(a) {
			e.adviseDoctor(a)
		}
	},
}

var organizationEntityProse = prose{
	clause: func(e *PermissionError, probably string) string {
		return quoted(e.Entity) + " is " + probably + "an organization, and runs belong to a team"
	},
	phrase: words("an organization in place of a team"),
	about:  words("An organization owns teams, and each team owns runs. The name of the organization is not an entity for runs."),
	check: func(e *PermissionError) string {
		return "See whether " + quoted(e.Entity) + " is a team or an organization."
	},
	advise: func(e *PermissionError, a *advice) {
		if !e.adviseOwnEntity(a) {
			a.step("Ask an admin of the organization which of its teams to use, and to invite you.")
		}
	},
}

var noTeamProse = prose{
	clause: func(e *PermissionError, probably string) string {
		return e.who() + " " + probably + "belongs to no team"
	},
	phrase: words("an account without a team"),
	about: words("An account with neither a team nor a personal entity cannot store runs. This happens if the team " +
		"that came with the account was deleted."),
	check: func(e *PermissionError) string {
		return "See which teams the web pages show for this account" + e.target().at() + "."
	},
	advise: func(e *PermissionError, a *advice) {
		a.step("Ask a team's admin to invite you, then set that team as the entity.")
		if e.target().hosted() {
			a.step("If there is no such team, contact W&B's support:")
			a.show("https://docs.wandb.ai/support/models/articles/i-deleted-my-team-and-now-i-cant-create-a-new-one")
		} else {
			e.advisePage(a, "If there is no such team, ask the server's administrator to create one:")
		}
		e.adviseOtherKey(a)
	},
}
