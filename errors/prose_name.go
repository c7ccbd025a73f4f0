package errors

// sameForHidden says why a missing project cannot be told from a hidden one.
const sameForHidden = "The response is the same for a project that does not exist and for one that this account may not see."

// nameProse is about the causes that concern the entity or the project that was named.
var nameProse = map[error]prose{
	ErrEntityMissing: {
		clause: "the entity $entity ${probably}does not exist on $server",
		phrase: "an entity that does not exist",
		about:  "The server has no team or user of that name that can own runs.",
		check:  "Check the spelling of the entity, and open its page$atEntity.",
		adapt: func(e *PermissionError, p *prose) {
			if e.Entity == "" {
				p.clause = "${probably}no such entity exists on $server"
			}
			if e.mayBeHidden() {
				p.about = "The server shows no team or user of that name to this account: it does not exist, or it is hidden from " +
					"non-members. The server says which only when you try to create a run."
			}
		},
		advise: func(e *PermissionError, a *advice) {
			a.step("Check the spelling. The entity is the name in the address of the team's page, not the title shown on it.")
			if !e.adviseOwnEntity(a) {
				a.adviseReport()
			}
			if e.mayBeHidden() {
				a.step("If it is a team that exists, ask one of its admins to invite you.")
			}
			a.step(e.fill("Check that $server is the right server. WANDB_BASE_URL sets it."))
		},
	},
	ErrNoPersonalEntity: {
		clause: "$who ${probably}has no personal entity",
		phrase: "an account without a personal entity",
		about: "The entity is the account's own name, but many accounts cannot log under their own name: those " +
			"created since spring 2024, and those that an organization manages, have only teams.",
		check: "Set one of your teams as the entity, and try again.",
		advise: func(e *PermissionError, a *advice) {
			if !e.adviseOwnEntity(a) {
				a.step("Ask a team's admin to invite you, then set that team as the entity.")
				a.adviseReport()
			}
			e.adviseOtherKey(a)
		},
	},
	ErrNoDefaultEntity: {
		clause: "no entity was given, and $who ${probably}has no default entity",
		phrase: "an account without a default entity",
		about:  "Without an entity, a run goes to the account's default one. This account has none.",
		check:  "Set one of your teams as the entity, and try again.",
		sure:   namedByServer,
		advise: func(e *PermissionError, a *advice) {
			if !e.adviseOwnEntity(a) {
				a.show("Set the entity to one of your teams:", "export WANDB_ENTITY=TEAM")
			}
			e.advisePage(a, "To have a default entity, choose one in the account's settings:", "settings")
			e.adviseOtherKey(a)
		},
	},
	ErrOrganizationEntity: {
		clause: "$entity is ${probably}an organization, and runs belong to a team",
		phrase: "an organization in place of a team",
		about:  "An organization owns teams, and each team owns runs. The name of the organization is not an entity for runs.",
		check:  "See whether $entity is a team or an organization.",
		advise: func(e *PermissionError, a *advice) {
			if !e.adviseOwnEntity(a) {
				a.step("Ask an admin of the organization which of its teams to use, and to invite you.")
			}
		},
	},
	ErrProjectMissing: {
		clause: "$projectOfEntity ${probably}does not exist or is hidden from $who",
		phrase: "a project that does not exist or is hidden",
		about:  sameForHidden,
		check:  "Open the project's page with this account$atProject.",
		sure:   oneOfTwo,
		advise: func(e *PermissionError, a *advice) {
			if e.ProjectDefaulted {
				a.step("Name another project in the path, or set WANDB_PROJECT: the settings name none, and " + quoted(e.Project) + " is the default.")
			} else {
				a.step("Check the spelling of the entity and the project.")
			}
			e.advisePage(a, "If the project exists, ask its owner or an admin of $team for access:", e.Entity, e.Project)
			e.adviseOwnEntity(a)
			e.adviseOtherKey(a)
		},
	},
	ErrProjectRestricted: {
		clause: "$project ${probably}does not let $who write",
		phrase: "a restricted project",
		about: "The team lets this account write but the project does not. Either the project is restricted and the " +
			"account is not invited, or the account's role in the project is view-only.",
		check: "Ask the project's owner whether $who is a member with a role that can write.",
		sure:  sufficient,
		adapt: func(e *PermissionError, p *prose) {
			if e.Role != "" {
				p.clause = "$project ${probably}does not let $who (role $role) write"
			}
		},
		advise: func(e *PermissionError, a *advice) {
			e.advisePage(a, "Ask the project's owner or an admin of the team to add you with a role that can write:", e.Entity, e.Project)
			if !e.target().running() {
				a.step(e.fill("Alternatively, use another project of $team."))
			}
			e.adviseOtherKey(a)
		},
	},
	ErrProjectHidden: {
		clause: "$projectOfEntity is ${probably}hidden from $who, or does not exist",
		phrase: "a project that is hidden, or does not exist",
		about: "This account may create projects in the team, so a new name would have been accepted. The project " +
			"most likely exists and is restricted to invited people.",
		check: "Ask an admin of $team whether there is a restricted project of that name.",
		adapt: func(e *PermissionError, p *prose) {
			if e.target().reads() != "" {
				p.about = sameForHidden
			}
		},
		advise: func(e *PermissionError, a *advice) {
			e.advisePage(a, "Ask an admin of $team whether the project is restricted, and to add you to it:", e.Entity, e.Project)
			if !e.target().running() && !e.target().onStored() {
				a.step("If you meant a new project, choose another name.")
			}
			e.adviseOtherKey(a)
		},
	},
}

// mayBeHidden reports whether the entity was only looked up, and the server did not say that it
// does not exist.
func (e *PermissionError) mayBeHidden() bool { return e.stage() == foreseen && e.Confidence == Likely }

// projectOfEntity names the project and its entity in a sentence.
func (e *PermissionError) projectOfEntity() string {
	if e.Entity == "" {
		return e.target().projectName()
	}
	return e.target().projectName() + " of " + quoted(e.Entity)
}
