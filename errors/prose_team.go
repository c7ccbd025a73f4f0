package errors

// teamProse is about the causes that concern an account's rights in a team or an organization.
var teamProse = map[error]prose{
	ErrNotTeamMember: {
		clause: "$who is ${probably}not a member of $team",
		phrase: "missing membership in $team",
		about: "Only members can $starts in a team, except in its open projects. You often see this if code or a " +
			"configuration hard-codes its author's entity. It may also be another user's personal entity.",
		check: "Ask an admin of $team whether $who is a member.",
		adapt: func(e *PermissionError, p *prose) {
			t := e.target()
			artifact, reading := t.onArtifact()
			switch {
			case reading:
				p.about = "Only members can read a team's artifacts, except those of its public projects."
			case artifact:
				p.about = "Only members can write artifacts of a team, except in its open projects."
			case t.reads() == "projects":
				p.about = "Only members can read a team's projects, except its public ones."
			case t.reads() != "":
				p.about = "Only members can read a team's " + t.reads() + ", except those of its public projects."
			case t.changes() != "":
				p.about = "Only members can change " + t.changes() + " in a team, except in its open projects."
			case t.running():
				p.about = "Only members can change runs in a team, except in its open projects."
			case t.kind() == opRunAgent:
				p.about = "Only members can $starts in a team, except in its open projects."
			}
			if !reading && (t.changes() != "" || t.running() || t.kind() == opRunAgent) {
				p.about += " The account may have been removed."
			}
		},
		advise: func(e *PermissionError, a *advice) {
			own := e.adviseOwnEntity(a)
			e.advisePage(a, "If you should be a member, ask an admin of $team to invite you (team settings, Members):", e.Entity)
			e.adviseOtherKey(a)
			if !own {
				a.adviseReport()
			}
		},
	},
	ErrViewerRole: {
		clause: "$who ${probably}has a view-only role in $team",
		phrase: "a view-only role",
		about:  "View-only members can read the team's runs but cannot create or change any.",
		check:  "Ask an admin of $team for the role of $who: it must be Member or Admin.",
		sure:   sufficient,
		adapt: func(e *PermissionError, p *prose) {
			if e.viewOnlyAccount() {
				p.clause = "$who ${probably}has a view-only account"
			} else if e.Role != "" {
				p.clause = "$who ${probably}has only the role $role in $team"
			}
			artifact, _ := e.target().onArtifact()
			switch kind := e.target().kind(); {
			case artifact:
				p.about = "View-only members can read the team's artifacts but cannot create or change any."
			case kind == opCreateSweep, kind == opChangeSweep:
				p.about = "View-only members can read the team's sweeps but cannot create or change any."
			case kind == opRunAgent:
				p.about = "View-only members can read the team's sweeps but cannot run their agents, which create runs."
			}
		},
		advise: func(e *PermissionError, a *advice) {
			if e.viewOnlyAccount() {
				e.advisePage(a, "Ask an admin of your organization for an account that can $starts. The team's page:", e.Entity)
			} else {
				e.advisePage(a, "Ask an admin of $team for the Member role (team settings, Members):", e.Entity)
			}
			e.adviseOwnEntity(a)
			e.adviseOtherKey(a)
		},
	},
	ErrSeatRequired: {
		clause: "the organization's seat for $who ${probably}does not include writing to $team",
		phrase: "a seat without write access",
		about: "A role in the team is not enough: the organization also assigns a seat to each user, and only a full " +
			"Models seat can $starts.",
		check: "Ask an admin of the organization for the Models seat of $who: it must be a full one.",
		sure:  namedByServer,
		advise: func(e *PermissionError, a *advice) {
			e.advisePage(a, "Ask an admin of the organization for a full Models seat. The team's page names the organization:", e.Entity)
			e.adviseOwnEntity(a)
			e.adviseOtherKey(a)
		},
	},
	ErrTeamFrozen: {
		clause: "$team is ${probably}frozen: read-only for everyone, not only for $who",
		phrase: "a team that is frozen for everyone",
		about:  "An administrator has made the whole team read-only. Your account and your role are not the reason.",
		check:  "Ask an admin of the organization whether $team was made read-only.",
		advise: func(e *PermissionError, a *advice) {
			e.advisePage(a, "Ask an admin of the organization or the server why the team is read-only. The team's page:", e.Entity)
			e.adviseOwnEntity(a)
		},
	},
	ErrServiceAccountScope: {
		clause: "$who ${probably}has no access to $team",
		phrase: "a service account outside its team",
		about: "A team's service account can only use that team. An organization's service account can use all of " +
			"its teams, but not the restricted projects to which it was not added.",
		check: "Ask whoever created the service account which team it belongs to.",
		adapt: func(e *PermissionError, p *prose) {
			if e.Viewer == nil || e.Viewer.Username == "" {
				p.clause = "the service account of this API key ${probably}has no access to $team"
			}
		},
		advise: func(e *PermissionError, a *advice) {
			e.advisePage(a, "Use the key of a service account of $team. An admin of the team can create one:", e.Entity)
			if !e.adviseOwnEntity(a) {
				a.adviseReport()
			}
		},
	},
	ErrNoTeam: {
		clause: "$who ${probably}belongs to no team",
		phrase: "an account without a team",
		about: "An account with neither a team nor a personal entity cannot store runs. This happens if the team " +
			"that came with the account was deleted.",
		check: "See which teams the web pages show for this account$atPages.",
		advise: func(e *PermissionError, a *advice) {
			a.step("Ask a team's admin to invite you, then set that team as the entity.")
			if e.target().hosted() {
				a.show("If there is no such team, contact W&B's support:",
					"https://docs.wandb.ai/support/models/articles/i-deleted-my-team-and-now-i-cant-create-a-new-one")
			} else {
				e.advisePage(a, "If there is no such team, ask the server's administrator to create one:")
			}
			e.adviseOtherKey(a)
		},
	},
}

func (e *PermissionError) viewOnlyAccount() bool {
	return e.Viewer != nil && e.Viewer.AccountType == "VIEWER"
}
