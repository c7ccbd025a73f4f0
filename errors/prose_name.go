package errors

// The causes that concern the entity or the project that was named.

var entityMissingProse = prose{
	clause: func(e *PermissionError, probably string) string {
		if e.Entity == "" {
			return probably + "no such entity exists on " + e.target().server()
		}
		return "the entity " + quoted(e.Entity) + " " + probably + "does not exist on " + e.target().server()
	},
	phrase: words("an entity that does not exist"),
	about: func(e *PermissionError) string {
		if e.onlyRead() {
			return "The server shows no team or user of that name to this account: it does not exist, or it is hidden from " +
				"non-members. The server says which only when you try to create a run."
		}
		return "The server has no team or user of that name that can own runs."
	},
	check: func(e *PermissionError) string {
		return "Check the spelling of the entity, and open its page" + e.target().at(e.Entity) + "."
	},
	advise: func(e *PermissionError, a *advice) {
		a.step("Check the spelling. The entity is the name in the address of the team's page, not the title shown on it.")
		if !e.adviseOwnEntity(a) {
			e.adviseDoctor(a)
		}
		if e.onlyRead() {
			a.step("If it is a team that exists, ask one of its admins to invite you.")
		}
		a.step("Check that ", e.target().server(), " is the right server. WANDB_BASE_URL sets it.")
	},
}

// onlyRead reports whether the entity was only looked up: nothing has been refused.
func (e *PermissionError) onlyRead() bool { return e.Confidence == Likely && e.StatusCode == 0 }

var noPersonalEntityProse = prose{
	clause: func(e *PermissionError, probably string) string {
		return e.who() + " " + probably + "has no personal entity"
	},
	phrase: words("an account without a personal entity"),
	about: words("The entity is the account's own name, but many accounts cannot log under their own name: those " +
		"created since spring 2024, and those that an organization manages, have only teams."),
	check: words("Set one of your teams as the entity, and try again."),
	advise: func(e *PermissionError, a *advice) {
		if !e.adviseOwnEntity(a) {
			a.step("Ask a team's admin to invite you, then set that team as the entity.")
			e.adviseDoctor(a)
		}
		e.adviseOtherKey(a)
	},
}

var noDefaultEntityProse = prose{
	clause: func(e *PermissionError, probably string) string {
		return "no entity was given, and " + e.who() + " " + probably + "has no default entity"
	},
	phrase: words("an account without a default entity"),
	about:  words("Without an entity, a run goes to the account's default one. This account has none."),
	check:  words("Set one of your teams as the entity, and try again."),
	advise: func(e *PermissionError, a *advice) {
		if !e.adviseOwnEntity(a) {
			a.step("Set the entity to one of your teams:")
			a.show("export WANDB_ENTITY=TEAM")
		}
		e.advisePage(a, "To have a default entity, choose one in the account's settings:", "settings")
		e.adviseOtherKey(a)
	},
}

// sameForHidden says why a missing project cannot be told from a hidden one.
const sameForHidden = "The server gives the same answer for a project that does not exist and for one that this account may not see."

var projectMissingProse = prose{
	clause: func(e *PermissionError, probably string) string {
		return e.projectOfEntity() + " " + probably + "does not exist or is hidden from " + e.who()
	},
	phrase: words("a project that does not exist or is hidden"),
	about:  words(sameForHidden),
	check: func(e *PermissionError) string {
		return "Open the project's page with this account" + e.target().at(e.Entity, e.Project) + "."
	},
	advise: func(e *PermissionError, a *advice) {
		if e.ProjectDefaulted {
			a.step("Name another project in the path, or set WANDB_PROJECT: the settings name none, and ", quoted(e.Project), " is the default.")
		} else {
			a.step("Check the spelling of the entity and the project.")
		}
		e.advisePage(a, "If the project exists, ask its owner or an admin of "+e.target().team()+" for access:", e.Entity, e.Project)
		e.adviseOwnEntity(a)
		e.adviseOtherKey(a)
	},
}

var projectRestrictedProse = prose{
	clause: func(e *PermissionError, probably string) string {
		who := e.who()
		if e.Role != "" {
			who += " (role " + quoted(e.Role) + ")"
		}
		return e.target().projectName() + " " + probably + "does not let " + who + " write"
	},
	phrase: words("a restricted project"),
	about: words("The team lets this account write but the project does not. Either the project is restricted and the " +
		"account is not invited, or the account's role in the project is view-only."),
	check: func(e *PermissionError) string {
		return "Ask the project's owner whether " + e.who() + " is a member with a role that can write."
	},
	advise: func(e *PermissionError, a *advice) {
		e.advisePage(a, "Ask the project's owner or an admin of the team to add you with a role that can write:",
			e.Entity, e.Project)
		if !e.target().running() {
			a.step("Alternatively, use another project of ", e.target().team(), ".")
		}
		e.adviseOtherKey(a)
	},
}

var projectHiddenProse = prose{
	clause: func(e *PermissionError, probably string) string {
		return e.projectOfEntity() + " is " + probably + "hidden from " + e.who() + ", or does not exist"
	},
	phrase: words("a project that is hidden, or does not exist"),
	about: func(e *PermissionError) string {
		if e.target().reads() != "" {
			return sameForHidden
		}
		return "This account may create projects in the team, so a new name would have been accepted. The project " +
			"most likely exists and is restricted to invited people."
	},
	check: func(e *PermissionError) string {
		return "Ask an admin of " + e.target().team() + " whether there is a restricted project of that name."
	},
	advise: func(e *PermissionError, a *advice) {
		e.advisePage(a, "Ask an admin of "+e.target().team()+" whether the project is restricted, and to add you to it:",
			e.Entity, e.Project)
		if !e.target().running() && !e.target().onStored() {
			a.step("If you meant a new project, choose another name.")
		}
		e.adviseOtherKey(a)
	},
}

// projectOfEntity names the project and its entity in a sentence.
func (e *PermissionError) projectOfEntity() string {
	if e.Entity == "" {
		return e.target().projectName()
	}
	return e.target().projectName() + " of " + quoted(e.Entity)
}
