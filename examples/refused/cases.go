package main

import (
	"context"
	"net/http"
	"slices"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// refusal is one case of a refusal or failure.
type refusal struct {
	// name is the code of the sentinel, with a suffix if several cases have the same.
	name string
	// sentinel is what the error matches; ErrPermissionDenied if undetermined.
	sentinel error
	// story is how the case comes about.
	story   string
	provoke func(ctx context.Context, l *lab) error
}

func cases() []refusal {
	return slices.Concat(refusals(), failures(), artifactCases())
}

// initAs creates a run as a user, the most common way to be refused.
func initAs(username, entity, project string) func(context.Context, *lab) error {
	return func(ctx context.Context, l *lab) error {
		return l.tryInit(ctx, l.as(key(username)), entity, project)
	}
}

// refusals are the causes under ErrPermissionDenied.
func refusals() []refusal {
	return []refusal{
		{
			"no_api_key", errors.ErrNoAPIKey,
			"there is no key in the options, the environment, netrc or the settings files",
			func(ctx context.Context, l *lab) error { return l.tryInit(ctx, l.as(""), "acme", "vision") },
		},
		{
			"bad_api_key_malformed", errors.ErrBadAPIKey,
			"the key was pasted three times in a row",
			func(ctx context.Context, l *lab) error {
				return l.tryInit(ctx, l.as(key("jo")+key("jo")+key("jo")), "acme", "vision")
			},
		},
		{
			"bad_api_key", errors.ErrBadAPIKey,
			"the key in the environment was revoked",
			func(ctx context.Context, l *lab) error {
				l.server.RevokeKey(key("old")) //nolint:errcheck // it may be revoked already
				return l.tryInit(ctx, l.as(key("old")), "acme", "vision")
			},
		},
		{
			"anonymous_key", errors.ErrAnonymousKey,
			"the key belongs to an anonymous account", initAs("anon", "acme", "fresh"),
		},
		{
			"not_team_member", errors.ErrNotTeamMember,
			"a recipe hard-codes its author's team", initAs("jo", "acme", "my-vision"),
		},
		{
			"not_team_member_public", errors.ErrNotTeamMember,
			"the project is public: everyone can read it, only the team can write", initAs("jo", "acme", "open-r1"),
		},
		{
			"not_team_member_hidden", errors.ErrNotTeamMember,
			"the team is hidden from non-members", initAs("jo", "shadow", "vision"),
		},
		{
			"viewer_role", errors.ErrViewerRole,
			"vera has the View-Only role in the team", initAs("vera", "acme", "vision"),
		},
		{
			"seat_required", errors.ErrSeatRequired,
			"sam is a Member of the team but has a Viewer seat in the organization", initAs("sam", "acme", "vision"),
		},
		{
			"team_frozen", errors.ErrTeamFrozen,
			"an administrator made the team read-only for everyone", initAs("max", "glacier", "ice"),
		},
		{
			"project_restricted", errors.ErrProjectRestricted,
			"max is a Member of the team but View-Only in this project", initAs("max", "acme", "survey"),
		},
		{
			"project_hidden", errors.ErrProjectHidden,
			"the project is Restricted, and max is not invited", initAs("max", "acme", "payroll"),
		},
		{
			"entity_missing", errors.ErrEntityMissing,
			"the entity is the placeholder from a tutorial", initAs("jo", "your_entity_name", "vision"),
		},
		{
			"entity_missing_typo", errors.ErrEntityMissing,
			"the entity has a typo", initAs("jo", "acme-reseach", "vision"),
		},
		{
			"no_personal_entity", errors.ErrNoPersonalEntity,
			"the entity is the user's own name, but the account has no personal entity", initAs("kim", "kim", "vision"),
		},
		{
			"no_personal_entity_disabled", errors.ErrNoPersonalEntity,
			"the entity is the user's own name, but the personal entity is disabled", initAs("ana", "ana", "vision"),
		},
		{
			"no_team", errors.ErrNoTeam,
			"the account's only team was deleted", initAs("lone", "lone-lab", "vision"),
		},
		{
			"organization_entity", errors.ErrOrganizationEntity,
			"the entity is the organization's name and not a team's", initAs("sam", "acme-inc", "vision"),
		},
		{
			"service_account_scope", errors.ErrServiceAccountScope,
			"a service account of jo-lab logs to another team", initAs("robot", "acme", "vision"),
		},
		{
			"seat_required_stated", errors.ErrSeatRequired,
			"the same, on a server that names the reason",
			func(ctx context.Context, l *lab) error {
				return l.stating(func(l *lab) error { return l.tryInit(ctx, l.as(key("sam")), "acme", "vision") })
			},
		},
		{
			"key_scope", errors.ErrKeyScope,
			"the organization accepts only its own keys, and the server says so",
			func(ctx context.Context, l *lab) error {
				return l.stating(func(l *lab) error { return l.tryInit(ctx, l.as(key("max")), "vault", "gold") })
			},
		},
		{
			"no_default_entity", errors.ErrNoDefaultEntity,
			"no entity is set, and the account has no default one",
			func(ctx context.Context, l *lab) error {
				return l.stating(func(l *lab) error { return l.tryInit(ctx, l.as(key("nina")), "", "vision") })
			},
		},
		{
			"intermediary", errors.ErrIntermediary,
			"a proxy refuses and returns its own page",
			func(ctx context.Context, l *lab) error {
				page := wandbtest.Fault{Status: 403, Body: "<html><body><h1>403 Forbidden</h1>Blocked by policy 17.</body></html>"}
				return l.under(page, func() error { return l.tryInit(ctx, l.as(key("jo")), "jo-lab", "vision") })
			},
		},
		{
			"store_refused", errors.ErrStoreRefused,
			"W&B accepts a run, and the object store refuses its files",
			func(ctx context.Context, l *lab) error {
				const answer = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>`
				store := wandbtest.Fault{Operation: "PUT", Status: 403, Header: http.Header{"Content-Type": {"application/xml"}}, Body: answer}
				return l.under(store, func() error { return l.tryInit(ctx, l.as(key("jo")), "jo-lab", "vision") })
			},
		},
		{
			"permission_denied", errors.ErrPermissionDenied,
			"the organization accepts only its own keys, which no query reveals", initAs("max", "vault", "gold"),
		},
		{
			"permission_denied_unasked", errors.ErrPermissionDenied,
			"the server refuses and then answers no query",
			func(ctx context.Context, l *lab) error {
				silent := wandbtest.Fault{Operation: "graphql", After: 1, Cut: wandbtest.CutBefore}
				return l.under(silent, func() error { return l.tryInit(ctx, l.as(key("vera")), "acme", "vision") })
			},
		},
		{
			"viewer_role_later", errors.ErrViewerRole,
			"the role is lowered in mid-run",
			func(ctx context.Context, l *lab) error {
				run, done, err := l.init(ctx, l.as(key("max")), client.RunOptions{Entity: "acme", Project: "vision", ID: "run2"})
				defer done()
				if err != nil {
					return err
				}
				if err := l.server.SetRole("acme", "max", wandbtest.RoleViewer); err != nil {
					return err
				}
				defer l.server.SetRole("acme", "max", wandbtest.RoleMember) //nolint:errcheck // max is still there
				if err := run.Log(map[string]any{"loss": 0.1}); err != nil {
					return err
				}
				return run.Finish(ctx)
			},
		},
	}
}
