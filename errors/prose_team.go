package errors

// The causes that lie in an account's place in a team or an organization.

var notTeamMemberProse = prose{
	clause: func(e *PermissionError, probably string) string {
		return e.who() + " is " + probably + "not a member of " + e.place().team()
	},
	phrase: func(e *PermissionError) string { return "missing membership in " + e.place().team() },
	about: words("Only its members may create runs there, except in projects that are open to everybody. Such a name " +
		"often comes along with somebody else's code, configuration or recipe; it may also be another user's personal entity."),
	check: func(e *PermissionError) string {
		return "Ask an admin of " + e.place().team() + " whether " + e.who() + " is among its members."
	},
	advise: func(e *PermissionError, a *advice) {
		a.step("If you should be a member, ask an admin of ", e.place().team(), " to invite you",
			underMembers(e.place().page(e.Entity)), ".")
		e.adviseOtherKey(a)
		if !e.adviseOwnEntity(a) {
			e.adviseDoctor(a)
		}
	},
}

// underMembers says where a team's admins find its members.
func underMembers(page string) string {
	if page == "" {
		return ""
	}
	return ", under Members in the team settings at " + page
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
		return e.who() + " " + probably + "has " + role + " in " + e.place().team()
	},
	phrase: words("a view-only role"),
	about:  words("Who may only view can read the runs of the team, and create none."),
	check: func(e *PermissionError) string {
		return "Ask an admin of " + e.place().team() + " which role " + e.who() + " has: it must be Member or Admin."
	},
	advise: func(e *PermissionError, a *advice) {
		if own := e.ownEntity(); own != "" {
			a.step("If it need not be ", e.place().team(), ", name another of your entities, such as ", quoted(own),
				", in the code or with WANDB_ENTITY.")
		}
		e.adviseOtherKey(a)
		lead := "Ask an admin of " + e.place().team() + " to give you the role Member, under Members in the team settings:"
		if e.Viewer != nil && e.Viewer.AccountType == "VIEWER" {
			lead = "Ask an admin of your organization for an account that may create runs. The team's page:"
		}
		e.advisePage(a, lead, e.Entity)
	},
}

var seatRequiredProse = prose{
	clause: func(e *PermissionError, probably string) string {
		return "the organization's seat for " + e.who() + " " + probably + "does not include writing to " + e.place().team()
	},
	phrase: words("a seat without write access"),
	about: words("A role in a team is not enough: the organization also gives each of its people a seat, and " +
		"only a full Models seat may create runs."),
	check: func(e *PermissionError) string {
		return "Ask an admin of the organization which Models seat " + e.who() + " has: it must be a full one."
	},
	advise: func(e *PermissionError, a *advice) {
		if own := e.ownEntity(); own != "" {
			a.step("If another of your entities belongs to another organization, or to you alone, name that one: ",
				quoted(own), " may be one.")
		}
		e.adviseOtherKey(a)
		e.advisePage(a, "Ask an admin of the organization to give you a full Models seat. The team's page names the organization:",
			e.Entity)
	},
}

var teamFrozenProse = prose{
	clause: func(e *PermissionError, probably string) string {
		return e.place().team() + " is " + probably + "frozen: read-only for everybody, not only for " + e.who()
	},
	phrase: words("a team that is frozen for everybody"),
	about:  words("Neither the account nor its role is in the way; an administrator has made the team read-only as a whole."),
	check: func(e *PermissionError) string {
		return "Ask an admin of the organization whether " + e.place().team() + " was made read-only as a whole."
	},
	advise: func(e *PermissionError, a *advice) {
		if own := e.ownEntity(); own != "" {
			a.step("Meanwhile, name another of your entities, such as ", quoted(own), ", in the code or with WANDB_ENTITY.")
		}
		e.advisePage(a, "Ask whoever administers the organization, or the server, why the team is read-only. The team's page:",
			e.Entity)
	},
}

var serviceAccountScopeProse = prose{
	clause: func(e *PermissionError, probably string) string {
		account := e.who()
		if e.Viewer == nil || e.Viewer.Username == "" {
			account = "the service account of this API key"
		}
		return account + " " + probably + "does not reach " + e.place().team()
	},
	phrase: words("a service account outside its team"),
	about: words("A service account of a team works in that team alone; one of an organization works in all its " +
		"teams, but not in restricted projects to which it was not added."),
	check: words("Ask whoever made the service account for which team it was made."),
	advise: func(e *PermissionError, a *advice) {
		a.step("To log to ", e.place().team(), ", use the key of a service account of that team; an admin of the ",
			"team can make one", e.place().at(e.Entity), ".")
		if !e.adviseOwnEntity(a) {
			e.adviseDoctor(a)
		}
	},
}

var noTeamProse = prose{
	clause: func(e *PermissionError, probably string) string {
		return e.who() + " " + probably + "belongs to no team"
	},
	phrase: words("an account without a team"),
	about: words("An account that has neither a team nor a personal entity has no place for its runs. That " +
		"happens when the team that came with the account was deleted."),
	check: func(e *PermissionError) string {
		return "See which teams the web pages offer you" + e.place().at() + "."
	},
	advise: func(e *PermissionError, a *advice) {
		e.adviseOtherKey(a)
		a.step("Ask a colleague who administers a team to invite you, then name that team as the entity.")
		if e.place().hosted() {
			a.step("If there is no such team, only W&B's support can help:")
			a.end = "https://docs.wandb.ai/support/models/articles/i-deleted-my-team-and-now-i-cant-create-a-new-one"
			return
		}
		e.advisePage(a, "If there is no such team, ask whoever runs this server to make one:")
	},
}
