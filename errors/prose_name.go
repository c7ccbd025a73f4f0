package errors

// The causes that lie in the entity or the project that was named.

var entityMissingProse = prose{
	clause: func(e *PermissionError, probably string) string {
		if e.Entity == "" {
			return probably + "no such entity exists on " + e.place().server()
		}
		return "the entity " + quoted(e.Entity) + " " + probably + "does not exist on " + e.place().server()
	},
	phrase: words("an entity that does not exist"),
	about:  words("The server knows no team and no personal entity of that name."),
	check: func(e *PermissionError) string {
		return "Check the spelling of the entity, and open its page" + e.place().at(e.Entity) + "."
	},
	advise: func(e *PermissionError, a *advice) {
		a.step("Check the spelling. The entity is the name in the address of the team's page, which need not be the ",
			"name shown on it.")
		a.step("Check that ", e.place().server(), " is the server you mean. WANDB_BASE_URL sets another one.")
		if !e.adviseOwnEntity(a) {
			e.adviseDoctor(a)
		}
	},
}

var noPersonalEntityProse = prose{
	clause: func(e *PermissionError, probably string) string {
		return e.who() + " " + probably + "has no personal entity"
	},
	phrase: words("an account without a personal entity"),
	about: words("The entity is the name of the account itself, but many accounts cannot log under their own name: " +
		"those made since spring 2024, and those an organization manages, have teams only."),
	check: words("Name one of your teams as the entity, and try again."),
	advise: func(e *PermissionError, a *advice) {
		e.adviseOtherKey(a)
		if e.adviseOwnEntity(a) {
			return
		}
		a.step("Ask a colleague who administers a team to invite you, then name that team as the entity.")
		e.adviseDoctor(a)
	},
}

var projectMissingProse = prose{
	clause: func(e *PermissionError, probably string) string {
		project := e.place().projectName()
		if e.Entity != "" {
			project += " of " + quoted(e.Entity)
		}
		return project + " " + probably + "does not exist or is hidden from " + e.who()
	},
	phrase: words("a project that does not exist or is hidden"),
	about: words("Either there is no such project, or there is one that this account may not see. " +
		"The server answers the same in both cases."),
	check: func(e *PermissionError) string {
		return "Open the project's page, logged in as this account" + e.place().at(e.Entity, e.Project) +
			": where it shows nothing, the project is missing or hidden."
	},
	advise: func(e *PermissionError, a *advice) {
		a.step("Check the spelling of both entity and project.")
		a.step("If the project is there but hidden, ask its owner, or an admin of ", e.place().team(),
			", for access.")
		e.adviseOtherKey(a)
		if own := e.ownEntity(); own != "" {
			a.step("To log elsewhere, name an entity of your own, such as ", quoted(own),
				", in the code or with WANDB_ENTITY.")
		}
		e.advisePage(a, "See what this page shows you when you are logged in as this account:", e.Entity, e.Project)
	},
}

var projectRestrictedProse = prose{
	clause: func(e *PermissionError, probably string) string {
		who := e.who()
		if e.Role != "" {
			who += " (role " + quoted(e.Role) + ")"
		}
		return e.place().projectName() + " " + probably + "does not let " + who + " write"
	},
	phrase: words("a restricted project"),
	about: words("The team lets this account write, the project does not. Either the project is restricted and the " +
		"account is not invited to it, or the account's role in the project is view-only."),
	check: func(e *PermissionError) string {
		return "Ask the owner of the project whether " + e.who() + " is among its members, with a role that may write."
	},
	advise: func(e *PermissionError, a *advice) {
		a.step("If it need not be ", e.place().projectName(), ", name another project of ", e.place().team(), ".")
		e.adviseOtherKey(a)
		e.advisePage(a, "Ask the owner of the project, or an admin of the team, to add you to it with a role that may write:",
			e.Entity, e.Project)
	},
}

var projectHiddenProse = prose{
	clause: func(e *PermissionError, probably string) string {
		project := e.place().projectName()
		if e.Entity != "" {
			project += " of " + quoted(e.Entity)
		}
		return project + " is " + probably + "hidden from " + e.who() + ", or does not exist"
	},
	phrase: words("a project that is hidden, or does not exist"),
	about: words("The team would let this account create a project, and yet the server says that there is none. So there " +
		"most likely is one of that name, restricted to invited people; a name that is simply free would have been taken."),
	check: func(e *PermissionError) string {
		return "Ask an admin of " + e.place().team() + " whether there is a restricted project of that name."
	},
	advise: func(e *PermissionError, a *advice) {
		a.step("If you meant a new project, choose another name.")
		e.adviseOtherKey(a)
		e.advisePage(a, "Ask an admin of "+e.place().team()+" whether the project is restricted, and to add you to it. Its page:",
			e.Entity, e.Project)
	},
}
