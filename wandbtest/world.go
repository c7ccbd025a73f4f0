package wandbtest

// World is the initial state of a server: accounts, teams, projects and permissions. With
// the zero World the server is empty and refuses every key. [ParseWorld] reads a World from
// JSON.
type World struct {
	Users         []User         `json:"users,omitempty"`
	Organizations []Organization `json:"organizations,omitempty"`
	Teams         []Team         `json:"teams,omitempty"`
	Projects      []Project      `json:"projects,omitempty"`
}

// User is an account: a person or a service account.
type User struct {
	// Username is the unique account name.
	Username string `json:"username"`
	// Name is the display name; the user name if empty.
	Name string `json:"name,omitempty"`
	// Email may be empty.
	Email string `json:"email,omitempty"`
	// Keys are the account's API keys, any text without spaces.
	Keys []string `json:"keys,omitempty"`
	// Subjects are the subjects ("sub") of identity tokens that log in to the
	// account; see [IdentityToken].
	Subjects []string `json:"subjects,omitempty"`
	// Type is the kind of account; a plain user if empty.
	Type AccountType `json:"type,omitempty"`
	// HomeTeam is the team a service account belongs to. Required for service
	// accounts, not allowed for others.
	HomeTeam string `json:"homeTeam,omitempty"`
	// PersonalEntity says whether runs can be created in an entity with the user's name.
	// Default: [PersonalAbsent], as for accounts created since 2024.
	PersonalEntity PersonalEntity `json:"personalEntity,omitempty"`
	// DefaultEntity is the entity of runs without an entity. Default: the home team, else
	// the personal entity if it is enabled, else the first team.
	DefaultEntity string `json:"defaultEntity,omitempty"`
	// NoDefaultEntity says that the account has no default entity.
	NoDefaultEntity bool `json:"noDefaultEntity,omitempty"`
	// Admin makes the account an administrator of the whole server. Administrator rights
	// apply only to requests with the header "Use-Admin-Privileges: true".
	Admin bool `json:"admin,omitempty"`
	// Deactivated accounts can log in and read but not write.
	Deactivated bool `json:"deactivated,omitempty"`
}

// AccountType is the kind of an account.
type AccountType string

// The kinds of account.
const (
	// AccountUser is a person. The default.
	AccountUser AccountType = "USER"
	// AccountService is a service account of one team.
	AccountService AccountType = "SERVICE"
	// AccountOrgService is a service account of the home team's organization.
	AccountOrgService AccountType = "ORG_SERVICE"
	// AccountAnonymous writes only to its own personal entity.
	AccountAnonymous AccountType = "ANONYMOUS"
	// AccountViewer is a person under a view-only licence.
	AccountViewer AccountType = "VIEWER"
)

// PersonalEntity is the state of the entity with the user's name.
type PersonalEntity string

// The states of a personal entity.
const (
	// PersonalAbsent means that the entity does not exist; a write returns "entity not found".
	// The default.
	PersonalAbsent PersonalEntity = "absent"
	// PersonalDisabled means that the account has the name, but no runs can be created
	// there; a write returns "permission denied".
	PersonalDisabled PersonalEntity = "disabled"
	// PersonalEnabled means that the user can create runs there, as with old accounts.
	PersonalEnabled PersonalEntity = "enabled"
)

// Organization groups teams and assigns seats.
type Organization struct {
	Name string `json:"name"`
	// Entity is the name of the entity that owns the organization's registries, which are
	// projects whose names start with "wandb-registry-". Default: the organization's name.
	Entity string `json:"entity,omitempty"`
	// Members lists the seats. Team members that are not listed have a full seat.
	Members []OrgMember `json:"members,omitempty"`
	// EnforceOrgKeys refuses personal keys in the organization's teams. Service accounts
	// are not affected.
	EnforceOrgKeys bool `json:"enforceOrgKeys,omitempty"`
}

// OrgMember is a user's membership of an organization.
type OrgMember struct {
	Username string `json:"username"`
	// Role in the organization: "admin" or "member", the default.
	Role Role `json:"role,omitempty"`
	// Seat is the Models seat; full if empty.
	Seat Seat `json:"seat,omitempty"`
}

// Seat is the licence that an organization pays for a user.
type Seat string

// The Models seats.
const (
	SeatFull   Seat = "full"
	SeatViewer Seat = "viewer"
	SeatNone   Seat = "none"
)

// Team is an entity that several users share.
type Team struct {
	Name string `json:"name"`
	// Organization is the team's organization, or "" for none.
	Organization string `json:"organization,omitempty"`
	// Hidden teams are not shown to outsiders.
	Hidden bool `json:"hidden,omitempty"`
	// Frozen teams refuse all writes.
	Frozen  bool         `json:"frozen,omitempty"`
	Members []TeamMember `json:"members,omitempty"`
}

// TeamMember is a user's membership of a team. Service accounts belong to their
// home team without being listed.
type TeamMember struct {
	Username string `json:"username"`
	// Role in the team; member if empty.
	Role Role `json:"role,omitempty"`
	// CustomName is the name of a custom role; only for [RoleCustom].
	CustomName string `json:"customName,omitempty"`
	// CustomBase is the role a custom role derives from: [RoleMember], the
	// default, or [RoleViewer].
	CustomBase Role `json:"customBase,omitempty"`
	// CanWrite says whether a custom role may create runs. Default: as CustomBase.
	CanWrite *bool `json:"canWrite,omitempty"`
	// Pending members have not accepted their invitation; they count as outsiders.
	Pending bool `json:"pending,omitempty"`
}

// Role is a role in a team, a project or an organization.
type Role string

// The roles.
const (
	RoleAdmin  Role = "admin"
	RoleMember Role = "member"
	// RoleViewer is the View-Only role: can read but not write.
	RoleViewer Role = "viewer"
	// RoleCustom is a role defined by the organization; teams only.
	RoleCustom Role = "custom"
)

// Project is a project that exists before the first run.
type Project struct {
	// Entity is the team or user that owns the project.
	Entity string `json:"entity"`
	Name   string `json:"name"`
	// Scope says who can see the project. Default: [ScopeTeam], or [ScopePrivate] for a
	// user's project.
	Scope Scope `json:"scope,omitempty"`
	// Owner is the user who created the project, or "".
	Owner string `json:"owner,omitempty"`
	// Members are the users who are invited to a restricted project, and those with a
	// role in this project that differs from their role in the team.
	Members []ProjectMember `json:"members,omitempty"`
	// ProtectedAliases are the aliases of artifacts that only admins may assign and remove.
	ProtectedAliases []string `json:"protectedAliases,omitempty"`
}

// Scope says who can see a project and who may create runs in it.
type Scope string

// The scopes, from the narrowest to the widest.
const (
	// ScopeRestricted: invited users only.
	ScopeRestricted Scope = "restricted"
	// ScopePrivate: the owner of a personal entity. In a team, the same as
	// [ScopeTeam].
	ScopePrivate Scope = "private"
	// ScopeTeam: the team.
	ScopeTeam Scope = "team"
	// ScopePublic: everyone can read, the team can write.
	ScopePublic Scope = "public"
	// ScopeOpen: everyone can read and create runs.
	ScopeOpen Scope = "open"
)

// ProjectMember is one user's own role in a project.
type ProjectMember struct {
	Username string `json:"username"`
	// Role in the project; if empty, the role in the team.
	Role Role `json:"role,omitempty"`
}

// The keys of [Solo]'s users. They have the format of real keys but give access to
// nothing.
const (
	AliceKey = "a11cedeadbeef000000000000000000000000001"
	BobKey   = "b0bdeadbeef00000000000000000000000000002"
)

// Solo returns a small world for tests that only need a server. User "alice" (key
// [AliceKey]) has a personal entity and is a member of the team "acme", which is her default
// entity. For refusals, user "bob" (key [BobKey]) is an admin of acme and of the team
// "globex", which has a project "vision" that alice cannot see.
func Solo() World {
	return World{
		Users: []User{
			{Username: "alice", Email: "alice@example.com", Keys: []string{AliceKey}, PersonalEntity: PersonalEnabled, DefaultEntity: "acme"},
			{Username: "bob", Email: "bob@example.com", Keys: []string{BobKey}, DefaultEntity: "globex"},
		},
		Teams: []Team{
			{Name: "acme", Members: []TeamMember{{Username: "alice"}, {Username: "bob", Role: RoleAdmin}}},
			{Name: "globex", Members: []TeamMember{{Username: "bob", Role: RoleAdmin}}},
		},
		Projects: []Project{{Entity: "globex", Name: "vision", Owner: "bob"}},
	}
}
