package wandbtest

import (
	"cmp"
	"net/http"
	"time"
)

// Policy has the behavior that W&B's public documentation and logs do not determine. The
// zero Policy has the default of every field.
type Policy struct {
	// OpenToViewOnlyRole says whether a View-Only member of the team may create runs in
	// an open project, as any outsider may. Default: [Allow].
	OpenToViewOnlyRole Answer
	// OpenToViewerSeat says whether a user with a Viewer seat, or a view-only account,
	// may do so. Default: [Refuse], because the seat pays for reading only.
	OpenToViewerSeat Answer
	// OpenToProjectViewer says whether a team member whose role in the open project is
	// View-Only may do so. Default: [Refuse].
	OpenToProjectViewer Answer
	// RestrictedStatus is the status of a write by a team member to a restricted
	// project without an invitation: 404 (the default, the project is hidden)
	// or 403.
	RestrictedStatus int
	// OrganizationStatus is the status of a write to an organization's name:
	// 403 (the default) or 404.
	OrganizationStatus int
	// OrgKeyStatus is the status of a write with a personal key if the organization
	// enforces its own keys: 403 (the default), 401 or 404.
	OrgKeyStatus int
	// OrgKeyVisible shows teams as read-only to a personal key if the organization enforces its
	// own keys. By default they are hidden.
	OrgKeyVisible bool
	// NoSeatHidden hides teams from their members without a seat; by default
	// they are shown read-only.
	NoSeatHidden bool
	// DeletedRunStatus is the file stream's status for a deleted run: 404 (the default)
	// or 410.
	DeletedRunStatus int
	// OwnRunsOnly refuses writes to runs of other users.
	OwnRunsOnly bool
	// MembersPublic shows member lists to those outside the team; by default
	// they are refused.
	MembersPublic bool
	// FieldRefusalStatus is the HTTP status of a response in which a nested field is
	// refused; 200 by default.
	FieldRefusalStatus int
	// ViewOnlyName is the name of the View-Only role in role fields; "viewer" by default.
	ViewOnlyName string
	// TeamPageSize is the largest number of teams in one page of viewer.teams; 0 for
	// no limit.
	TeamPageSize int
	// TeamPages is how the server responds to a query for one page of viewer.teams,
	// teams(first: n); [TeamPagesAnswered] by default.
	TeamPages TeamPages
	// TokenLifetime is how long the access token is valid that the server returns for an
	// identity token; an hour by default.
	TokenLifetime time.Duration
	// StatesReasons puts the reason into the message of a refusal, as servers of 2026 do,
	// if it is a seat, a key of another organization or a missing default entity. By
	// default the message is "permission denied", and a run without an entity is created
	// in an entity with the name of the account.
	StatesReasons bool
	// MaxMetrics is how many different keys the rows of a run may have; 0 for no limit. A
	// post that exceeds it is refused with status 400, {} and the header
	// X-Wandb-Error-Code. From nine tenths of it on, responses have a warning.
	MaxMetrics int
	// MaxGroup is how many characters a run's group may have; 128 by default.
	MaxGroup int
	// ExportedRows is how many of the first rows of each run count as exported to Parquet
	// files, as servers do with old rows; 0 by default.
	ExportedRows int
	// ExportedRowsHidden leaves exported rows out of the responses to queries for rows. It
	// is not publicly known whether W&B's servers do. By default they have all rows.
	ExportedRowsHidden bool
	// URLLifetime is how long the addresses of the files of artifacts are valid; an hour by
	// default. See [Server.ExpireURLs].
	URLLifetime time.Duration
	// ShowPending makes names without an alias, or with the alias latest, find an artifact
	// whose upload is not complete. By default they find the newest complete version.
	ShowPending bool
	// ListPending makes lists of versions have those whose upload is not complete, unless they
	// are filtered by the state COMMITTED. By default only complete ones are listed.
	ListPending bool
	// XXH128 allows digests of the algorithm XXH128; see Entity.xxhashDigestsEnabled in the
	// schema. The official client requests it only if [WithFeatures] has
	// ARTIFACT_DIGEST_ALGORITHM.
	XXH128 bool
	// Foreign imitates a server from another vendor. Some of its types have other names, and its
	// schema has only the fields that the official client needs to log a run: queries about
	// permissions do not fit it.
	Foreign bool
	// FoldEntityCase ignores the case of entity names. By default names are compared
	// exactly.
	FoldEntityCase bool
}

func (p Policy) withDefaults() Policy {
	p.MaxGroup = cmp.Or(p.MaxGroup, maxGroup)
	p.RestrictedStatus = cmp.Or(p.RestrictedStatus, http.StatusNotFound)
	p.OrganizationStatus = cmp.Or(p.OrganizationStatus, http.StatusForbidden)
	p.OrgKeyStatus = cmp.Or(p.OrgKeyStatus, http.StatusForbidden)
	p.DeletedRunStatus = cmp.Or(p.DeletedRunStatus, http.StatusNotFound)
	p.TokenLifetime = cmp.Or(p.TokenLifetime, time.Hour)
	p.URLLifetime = cmp.Or(p.URLLifetime, time.Hour)
	p.ViewOnlyName = cmp.Or(p.ViewOnlyName, string(RoleViewer))
	p.FieldRefusalStatus = cmp.Or(p.FieldRefusalStatus, http.StatusOK)
	return p
}

// TeamPages is how a server responds to a query for one page of the account's teams.
type TeamPages int

// The responses to a query for a page of teams.
const (
	// TeamPagesAnswered returns the page.
	TeamPagesAnswered TeamPages = iota
	// TeamPagesUnknown rejects the whole query with "Unknown argument", as a server
	// does whose schema has no such arguments.
	TeamPagesUnknown
	// TeamPagesRefused returns null and an error instead of the teams; the rest of the
	// query is answered.
	TeamPagesRefused
)

// Answer says whether a [Policy] allows something.
type Answer int

// The values of an Answer.
const (
	// Default is what the field of Policy says.
	Default Answer = iota
	Allow
	Refuse
)

func (a Answer) allowed(def bool) bool {
	if a == Default {
		return def
	}
	return a == Allow
}
