package errors

import "slices"

// Sentinel is the type of every Err… value of this package: a cause with a stable
// code, a one-line summary and a remedy. Sentinels are immutable; compare them with
// [Is].
type Sentinel struct {
	code    string
	summary string
	fix     string
	parents []error
}

// Error returns the summary.
func (s *Sentinel) Error() string { return s.summary }

// Code returns a stable name for logs and programs, such as "not_team_member".
func (s *Sentinel) Code() string { return s.code }

// Fix returns the remedy in one sentence.
func (s *Sentinel) Fix() string { return s.fix }

// Is reports whether target is a wider sentinel that covers s:
// Is(ErrViewerRole, ErrPermissionDenied) is true.
func (s *Sentinel) Is(target error) bool {
	for _, p := range s.parents {
		if p == target || Is(p, target) {
			return true
		}
	}
	return false
}

// ErrPermissionDenied covers every refusal. Each cause of a refusal matches it, and
// every [PermissionError], including one of undetermined cause. Other failures,
// such as [ErrRateLimited], do not match it.
var ErrPermissionDenied error = umbrella

var umbrella = declare(&Sentinel{
	code:    "permission_denied",
	summary: "permission denied",
	fix:     "Run wandgo doctor to see what this key may do.",
})

// The causes of a refusal. Each matches [ErrPermissionDenied].
var (
	// ErrBadAPIKey is returned if the key or the identity token does not identify an
	// account on this server: it is unknown, revoked, expired, malformed, or belongs
	// to another server. If there is no key, the error is [ErrNoAPIKey].
	ErrBadAPIKey = refusal("bad_api_key", "the API key is not valid on this server",
		"Create a key on the server's authorize page and set WANDB_API_KEY, or check WANDB_BASE_URL.")
	// ErrNoAPIKey is returned before any request if there is no key in the options,
	// the environment, netrc or the settings files, or no token in the identity
	// token's file. If the server rejects the key, the error is [ErrBadAPIKey].
	ErrNoAPIKey = refusal("no_api_key", "no API key was found",
		"Set WANDB_API_KEY, or run wandgo login.")
	// ErrAnonymousKey is returned if the key belongs to an anonymous account, which
	// is not allowed to do this. It also matches [ErrBadAPIKey], because the remedy
	// is the same.
	ErrAnonymousKey = refusal("anonymous_key", "the API key belongs to an anonymous account",
		"Use the key of a named account.", ErrBadAPIKey)
	// ErrNotTeamMember is returned if the entity exists and the user does not belong
	// to it. Related causes have errors of their own: [ErrNoPersonalEntity] if the
	// entity is the user's own name, [ErrServiceAccountScope] for a service account,
	// [ErrEntityMissing] if the entity does not exist.
	ErrNotTeamMember = refusal("not_team_member", "you are not a member of this team",
		"Use one of your own teams as the entity, or ask an admin of the team to invite you.")
	// ErrViewerRole is returned if the user's role in the team, or the account type,
	// is view-only. If the role is sufficient but the organization's seat is not, the
	// error is [ErrSeatRequired].
	ErrViewerRole = refusal("viewer_role", "your role in this team is view-only",
		"Ask an admin of the team for the Member role.")
	// ErrProjectMissing is returned if the server shows no such project to this key.
	// It does not exist or is hidden; the response is the same. It is not returned
	// for a new project that the user may create.
	ErrProjectMissing = refusal("project_missing", "the project does not exist or is hidden from you",
		"Check the spelling of entity and project, or ask the owner for access.")
	// ErrEntityMissing is returned if the server has no entity of that name. It is
	// not returned if the entity is hidden: the server then refuses the request.
	ErrEntityMissing = refusal("entity_missing", "no such entity on this server",
		"Check the spelling of the entity and WANDB_BASE_URL.")
	// ErrNoPersonalEntity is returned if the entity is the user's own name and the
	// account has no personal entity.
	ErrNoPersonalEntity = refusal("no_personal_entity", "your account has no personal entity",
		"Use one of your teams as the entity.")
	// ErrNoTeam is returned if the account has neither a team nor a personal entity.
	// It also matches [ErrEntityMissing], which is the server's response.
	ErrNoTeam = refusal("no_team", "your account belongs to no team",
		"Ask to be invited to a team, or contact W&B support.", ErrEntityMissing)
	// ErrProjectRestricted is returned if the team lets the user write but the
	// project does not: it is restricted and the user is not invited, or the user's
	// role in the project is view-only.
	ErrProjectRestricted = refusal("project_restricted", "the project is restricted and does not let you write",
		"Ask an admin of the project to add you with a role that can write.")
	// ErrProjectHidden is returned if the server shows no such project although the
	// user may create projects in the team: most likely the project is restricted
	// and the user is not invited. It also matches [ErrProjectMissing], which is the
	// server's response, and [ErrProjectRestricted], which is the likeliest reason.
	// If the user is not a member of the team, the error is [ErrNotTeamMember].
	ErrProjectHidden = refusal("project_hidden", "the project is hidden from you, or does not exist",
		"Ask an admin of the team whether the project is restricted, and to add you.", ErrProjectMissing, ErrProjectRestricted)
	// ErrSeatRequired is returned if the role is sufficient but the organization's
	// Models seat is not. If the role is view-only, the error is [ErrViewerRole].
	ErrSeatRequired = refusal("seat_required", "your seat in the organization does not include writing",
		"Ask an admin of the organization for a Full Models seat.")
	// ErrTeamFrozen is returned if an administrator made the team read-only for
	// everyone. It also matches [ErrSeatRequired], because only an admin of the
	// organization can resolve either.
	ErrTeamFrozen = refusal("team_frozen", "the team is frozen: read-only for everyone",
		"Ask an admin of the organization or the server why the team is read-only.", ErrSeatRequired)
	// ErrServiceAccountScope is returned if a service account is used outside its
	// team.
	ErrServiceAccountScope = refusal("service_account_scope", "this service account has no access to this team",
		"Use a service account of this team, or set WANDB_ENTITY to the account's own team.")
	// ErrKeyScope is returned if the server says that the key may not access the
	// entity or the project: it is a key of another organization, or of a narrower
	// scope than the account behind it.
	ErrKeyScope = refusal("key_scope", "this API key may not access this entity or project",
		"Use a key that was created for the organization of this team.")
	// ErrNoDefaultEntity is returned if no entity was given and the account has no
	// default one. If it has no team either, the error is [ErrNoTeam].
	ErrNoDefaultEntity = refusal("no_default_entity", "the account has no default entity, and none was given",
		"Set WANDB_ENTITY to one of your teams.")
	// ErrOrganizationEntity is returned if the entity is the name of an organization.
	// Runs belong to one of its teams.
	ErrOrganizationEntity = refusal("organization_entity", "the entity is an organization, which has no runs",
		"Use a team of the organization as the entity.")
	// ErrStoreRefused is returned if W&B allowed the upload or the download of a file, and
	// the object store that it named refused it. The rows and the settings are not affected.
	ErrStoreRefused = refusal("store_refused", "the object store refused a file",
		"Ask the store's administrator to check the bucket's policy and network rules, and check this machine's clock.")
	// ErrArtifactMissing is returned if the server shows no such artifact to this key. It
	// does not exist or is hidden; the response is the same. The error's Suggestions are
	// the closest names of the project. If the server shows not even the project, the
	// error is [ErrProjectMissing].
	ErrArtifactMissing = refusal("artifact_missing", "the server shows no such artifact to this key: it does not exist or is hidden",
		"Check the spelling of the artifact and its version, or ask the owner for access.")
	// ErrProtectedAlias is returned if only admins of a registry or a project may assign or
	// remove an alias, or delete a version that has it.
	ErrProtectedAlias = refusal("protected_alias", "the alias is protected: only admins may assign or remove it",
		"Ask an admin of the project or registry to change the alias, or leave it out.")
	// ErrIntermediary is returned if the refusal came from something between the
	// client and W&B, such as a proxy or a firewall.
	ErrIntermediary = refusal("intermediary", "the refusal did not come from W&B",
		"Ask your network's administrator to allow requests to this server.")
)

// Failures that are not refusals; none of them matches [ErrPermissionDenied].
var (
	// ErrRunDeleted is returned if a run with this id was deleted. The id cannot be
	// used again.
	ErrRunDeleted = failure("run_deleted", "a run with this id was deleted; the id cannot be used again",
		"Choose another run id.")
	// ErrRunFinished is returned by the methods of a run after Finish. Finish itself
	// can be called again.
	ErrRunFinished = failure("run_finished", "the run is finished", "Create another run, or resume this one.")
	// ErrStepInPast is returned if metrics are logged for a step before the current
	// one. They are dropped. Steps may be skipped.
	ErrStepInPast = failure("step_in_past", "the step is before the current step", "Log with a step at or after the current one.")
	// ErrRowLost is returned if a row could be stored neither for the server nor on
	// disk.
	ErrRowLost = failure("row_lost", "the row is lost", "Free space on the disk that holds the run's directory.")
	// ErrRunExists is returned in resume mode never if a run with this id exists.
	ErrRunExists = failure("run_exists", "a run with this id already exists",
		"Choose another run id, or resume the run.")
	// ErrRunMissing is returned in resume mode must, and by fork and rewind, if no run
	// with this id exists. A project that is hidden from the key is a refusal.
	ErrRunMissing = failure("run_missing", "no run with this id exists",
		"Check the run id and the project, or use resume mode allow.")
	// ErrSweepMissing is returned if the server shows no such sweep to this key. It does not
	// exist, was deleted, or is hidden; the response is the same. If the server shows not even
	// the project, the error is [ErrProjectMissing].
	ErrSweepMissing = failure("sweep_missing", "the server shows no such sweep to this key",
		"Check the sweep's id, entity and project.")
	// ErrRowsExported is returned if the server has moved rows of a run to Parquet files and
	// does not return them otherwise.
	ErrRowsExported = failure("rows_exported", "the server has rows of this run in Parquet files only",
		"Read the history with the option api.Parquet.")
	// ErrMetricLimit is returned if the server accepts no more rows of a run because it
	// has too many different metrics. The rest is on disk.
	ErrMetricLimit = failure("metric_limit", "the run has more metrics than the server accepts",
		"Log fewer different keys.")
	// ErrArtifactNotReady is returned if an artifact is used before its upload is complete,
	// or if the upload has failed.
	ErrArtifactNotReady = failure("artifact_not_ready", "the artifact is not complete on the server yet",
		"Wait until the run that logs it has uploaded it.")
	// ErrDigestMismatch is returned if the content of an artifact's file is not what its
	// digest says: a download was damaged, or a file was changed before it was uploaded.
	ErrDigestMismatch = failure("digest_mismatch", "the content of a file does not match its digest",
		"Try again. If the same file fails again, log the artifact again.")
	// ErrTypeClash is returned if an artifact is logged under a name that has another type.
	ErrTypeClash = failure("type_clash", "the artifact has another type",
		"Use the type of the existing artifact, or another name.")
	// ErrInvalidInput is returned if an argument is invalid: as an [InputError] before
	// any request, or as a [RequestError] with the server's message.
	ErrInvalidInput = failure("invalid_input", "invalid input", "Correct the named field.")
	// ErrRateLimited is returned if the server limited requests until the time for
	// retries ran out. See [RetryAfter].
	ErrRateLimited = failure("rate_limited", "rate limited", "Wait and try again.")
	// ErrServerUnavailable is returned if the server was unreachable, too slow, or
	// failed after all retries. See [IsTimeout]. It is not returned if the caller
	// cancelled the call.
	ErrServerUnavailable = failure("server_unavailable", "the server is unavailable",
		"Check the network and the server's status page, then try again.")
	// ErrWrongBaseURL is returned if something other than W&B's API responds at the
	// base URL. If something in between refuses, the error is [ErrIntermediary].
	ErrWrongBaseURL = failure("wrong_base_url", "the base URL is not the address of a W&B API",
		"Set WANDB_BASE_URL to the API's address, such as https://api.forge.coreweave.com.")
	// ErrSchemaMismatch is returned if the server is too old or too new to understand
	// the request. If only a question of a diagnosis is unknown to it, the outcome is
	// [Unsupported].
	ErrSchemaMismatch = failure("schema_mismatch", "the server does not understand the client's request",
		"Update wandgo, or the server.")
	// ErrUnexpectedAnswer is returned if the client does not understand the server's
	// response.
	ErrUnexpectedAnswer = failure("unexpected_answer", "the server gave an unexpected response",
		"Report it with wandgo doctor --report.")
)

// sentinels are all, in the order of their declaration.
var sentinels []*Sentinel

func declare(s *Sentinel) *Sentinel {
	sentinels = append(sentinels, s)
	return s
}

func refusal(code, summary, fix string, parents ...error) error {
	if len(parents) == 0 {
		parents = []error{ErrPermissionDenied}
	}
	return declare(&Sentinel{code, summary, fix, parents})
}

func failure(code, summary, fix string) error { return declare(&Sentinel{code, summary, fix, nil}) }

// Sentinels returns every sentinel of this package: the umbrella, then the causes
// of a refusal, then the other failures. The slice is the caller's own.
func Sentinels() []*Sentinel { return slices.Clone(sentinels) }

// Code returns the stable code of the most specific [Sentinel] in err's chain:
// the cause of a [PermissionError] or [RequestError], "permission_denied" for an
// undetermined refusal, and "" when there is none.
func Code(err error) string {
	if p, ok := AsType[*PermissionError](err); ok {
		if p.cause() == nil {
			return umbrella.code
		}
		err = p.cause()
	}
	if s, ok := AsType[*Sentinel](err); ok && s != nil {
		return s.code
	}
	return ""
}
