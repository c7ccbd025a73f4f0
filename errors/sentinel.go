package errors

// Sentinel is the type behind every Err… value of this package: a cause with a
// stable machine-readable code, a one-line summary and what to do about it.
// Sentinels are immutable and compared by identity through [Is].
type Sentinel struct {
	code    string
	summary string
	fix     string
	parents []error
}

// Error returns the summary.
func (s *Sentinel) Error() string { return s.summary }

// Code returns a stable name for logs and machines, such as "not_team_member".
func (s *Sentinel) Code() string { return s.code }

// Fix returns in one sentence what a person can do about it.
func (s *Sentinel) Fix() string { return s.fix }

// Is reports whether target is a wider sentinel that covers s, so that
// Is(ErrViewerRole, ErrPermissionDenied) holds.
func (s *Sentinel) Is(target error) bool {
	for _, p := range s.parents {
		if p == target || Is(p, target) {
			return true
		}
	}
	return false
}

// ErrPermissionDenied is the umbrella over every refusal. It is matched by each
// of the causes below and by every [PermissionError], also one whose cause could
// not be determined; it is not matched by a failure that is no refusal, such as
// [ErrRateLimited].
var ErrPermissionDenied error = umbrella

var umbrella = &Sentinel{
	code:    "permission_denied",
	summary: "permission denied",
	fix:     "Run wandgo doctor to see what this key may do.",
}

// The causes of a refusal. Each matches [ErrPermissionDenied].
var (
	// ErrBadAPIKey is returned when the key does not identify an account on this
	// server: it is unknown, revoked, expired, malformed or belongs to another
	// server, which the wire does not tell apart. An identity token that the server
	// does not accept in place of a key is the same. It is not returned when no key
	// was found at all; that is [ErrNoAPIKey].
	ErrBadAPIKey = refusal("bad_api_key", "the API key is not valid on this server",
		"Create a key on the server's authorize page and set WANDB_API_KEY, or check WANDB_BASE_URL.")
	// ErrNoAPIKey is returned when neither the options, the environment, netrc nor
	// the settings files hold a key, or the file of an identity token holds none. It
	// is returned before any request, and not when a key is there and the server
	// rejects it; that is [ErrBadAPIKey].
	ErrNoAPIKey = refusal("no_api_key", "no API key was found",
		"Set WANDB_API_KEY, or run wandb login.")
	// ErrAnonymousKey is returned when the key belongs to an anonymous account,
	// which may not do this. It also matches [ErrBadAPIKey], as the remedy is the
	// same. It is not returned for a named account with too few rights.
	ErrAnonymousKey = refusal("anonymous_key", "the API key belongs to an anonymous account",
		"Use the key of a named account.", ErrBadAPIKey)
	// ErrNotTeamMember is returned when the entity exists and the user does not
	// belong to it. It is not returned when the entity is the user's own name
	// ([ErrNoPersonalEntity]), when the account is a service account
	// ([ErrServiceAccountScope]), or when there is no such entity
	// ([ErrEntityMissing]).
	ErrNotTeamMember = refusal("not_team_member", "you are not a member of this team",
		"Use one of your own teams as the entity, or ask an admin of the team to invite you.")
	// ErrViewerRole is returned when the user belongs to the team with a role, or
	// with an account type, that only reads. It is not returned when the role
	// would do and the organization's seat does not; that is [ErrSeatRequired].
	ErrViewerRole = refusal("viewer_role", "your role in this team is view-only",
		"Ask an admin of the team for the Member role.")
	// ErrProjectMissing is returned when the server shows no such project to this
	// key: it does not exist or it is hidden from it, which cannot be told apart
	// from outside. It is not returned when a project is simply not there yet and
	// the user may create it.
	ErrProjectMissing = refusal("project_missing", "the project does not exist or is hidden from you",
		"Check the spelling of entity and project, or ask the owner for access.")
	// ErrEntityMissing is returned when the server knows no entity of that name.
	// It is not returned when the entity is hidden: the server then refuses
	// instead of saying that there is none.
	ErrEntityMissing = refusal("entity_missing", "no such entity on this server",
		"Check the spelling of the entity and WANDB_BASE_URL.")
	// ErrNoPersonalEntity is returned when the entity is the user's own name, and
	// the account has no personal entity to log to. It is not returned for the
	// name of another user.
	ErrNoPersonalEntity = refusal("no_personal_entity", "your account has no personal entity",
		"Use one of your teams as the entity.")
	// ErrNoTeam is returned when the account belongs to no team and has nowhere
	// to log to. It also matches [ErrEntityMissing], which the server said. It is
	// not returned when the account has a team and named another entity.
	ErrNoTeam = refusal("no_team", "your account belongs to no team",
		"Ask to be invited to a team, or contact W&B support.", ErrEntityMissing)
	// ErrProjectRestricted is returned when the team lets the user write and the
	// project does not: it is restricted and the user is not invited, or the
	// user's role in the project is view-only. It is not returned when the team
	// itself is read-only for the user.
	ErrProjectRestricted = refusal("project_restricted", "the project is restricted and does not let you write",
		"Ask an admin of the project to add you with a role that can write.")
	// ErrProjectHidden is returned when the server knows no such project, although
	// the user may create projects in this team: most likely it exists, is
	// restricted, and the user is not invited. It also matches
	// [ErrProjectMissing], which the server said, and [ErrProjectRestricted],
	// which is the likeliest reason. It is not returned to an outsider of the
	// team; that is [ErrNotTeamMember].
	ErrProjectHidden = refusal("project_hidden", "the project is hidden from you, or does not exist",
		"Ask an admin of the team whether the project is restricted, and to add you.", ErrProjectMissing, ErrProjectRestricted)
	// ErrTeamFrozen is returned when an administrator made the team read-only for
	// everybody. It also matches [ErrSeatRequired]: both are settled by whoever
	// runs the organization, and not by an admin of the team. It is not returned
	// when the team is read-only for this user alone.
	ErrTeamFrozen = refusal("team_frozen", "the team is frozen: read-only for everyone",
		"Ask an admin of the organization or the server why the team is read-only.", ErrSeatRequired)
	// ErrSeatRequired is returned when the role would do, but the organization's
	// Models seat does not. It is not returned when the role itself is view-only;
	// that is [ErrViewerRole].
	ErrSeatRequired = refusal("seat_required", "your seat in the organization does not include writing",
		"Ask an admin of the organization for a Full Models seat.")
	// ErrServiceAccountScope is returned when a service account is used outside
	// the team it was made for. It is not returned for the account of a person.
	ErrServiceAccountScope = refusal("service_account_scope", "this service account has no access to this team",
		"Use a service account of this team, or set WANDB_ENTITY to the account's own team.")
	// ErrIntermediary is returned when the refusal did not come from W&B but from
	// something in between, such as a proxy, a firewall or an object store. It is
	// not returned when the answer has the form of W&B's own, whatever it says.
	ErrIntermediary = refusal("intermediary", "the refusal did not come from W&B",
		"Ask your network's administrator to allow requests to this server.")
)

// Failures that are not refusals; none of them matches [ErrPermissionDenied].
var (
	// ErrRunDeleted is returned when a run with this id existed and was deleted:
	// the id is burnt. It is not returned when a run of this id exists.
	ErrRunDeleted = failure("run_deleted", "a run with this id was deleted; the id cannot be used again",
		"Choose another run id.")
	// ErrRunFinished is returned by the methods of a run after its Finish, and not
	// by Finish itself, however often it is called.
	ErrRunFinished = failure("run_finished", "the run is finished", "Create another run, or resume this one.")
	// ErrStepInPast is returned when metrics are logged for a step before the
	// current one; they are dropped, as history only grows. It is not returned
	// for a step that was merely skipped.
	ErrStepInPast = failure("step_in_past", "the step is before the current step", "Log with a step at or after the current one.")
	// ErrRowLost is returned when a row could be kept neither for the server nor on
	// disk. It is not returned for a row that waits for either.
	ErrRowLost = failure("row_lost", "the row is lost", "Free space on the disk that holds the run's directory.")
	// ErrRunExists is returned when a run was not to be resumed (resume mode
	// never) and one of this id exists.
	ErrRunExists = failure("run_exists", "a run with this id already exists",
		"Choose another run id, or resume the run.")
	// ErrRunMissing is returned when a run was to be resumed (resume mode must),
	// forked or rewound and none of this id exists. It is not returned when the
	// project is hidden from the key, which is a refusal.
	ErrRunMissing = failure("run_missing", "no run with this id exists",
		"Check the run id and the project, or use resume mode allow.")
	// ErrInvalidInput is returned when an argument breaks a rule: before any
	// request as an [InputError] where the rule is known here, else as a
	// [RequestError] with the server's message. It is not returned for a name
	// that is legal and merely does not exist.
	ErrInvalidInput = failure("invalid_input", "invalid input", "Correct the named field.")
	// ErrRateLimited is returned when the server asked to slow down and the time
	// allowed for retries ran out, not at the first such answer.
	ErrRateLimited = failure("rate_limited", "rate limited", "Wait and try again.")
	// ErrServerUnavailable is returned when there was no usable answer: the server
	// was unreachable, too slow, or failed after all retries. It is not returned
	// when the caller cancelled the call.
	ErrServerUnavailable = failure("server_unavailable", "the server is unavailable",
		"Check the network and the server's status page, then try again.")
	// ErrWrongBaseURL is returned when something answers at the base URL, but not
	// W&B's API. It is not returned for a refusal by something in between; that is
	// [ErrIntermediary].
	ErrWrongBaseURL = failure("wrong_base_url", "the base URL is not the address of a W&B API",
		"Set WANDB_BASE_URL to the API's address, such as https://api.forge.coreweave.com.")
	// ErrSchemaMismatch is returned when the server does not understand the
	// request, being too old or too new for this client. It is not returned when
	// only a question of the diagnosis is unknown to it; see [Unsupported].
	ErrSchemaMismatch = failure("schema_mismatch", "the server does not understand the client's request",
		"Update wandgo, or the server.")
	// ErrUnexpectedAnswer is returned when the server answered in a way this
	// client does not know, and not when it gave no answer.
	ErrUnexpectedAnswer = failure("unexpected_answer", "the server gave an unexpected response",
		"Report it with wandgo doctor --report.")
)

func refusal(code, summary, fix string, parents ...error) error {
	if len(parents) == 0 {
		parents = []error{ErrPermissionDenied}
	}
	return &Sentinel{code: code, summary: summary, fix: fix, parents: parents}
}

func failure(code, summary, fix string) error {
	return &Sentinel{code: code, summary: summary, fix: fix}
}

// Sentinels returns every sentinel of this package: the umbrella, then the causes
// of a refusal, then the other failures. The slice is the caller's own.
func Sentinels() []*Sentinel {
	all := []error{
		ErrPermissionDenied,
		ErrBadAPIKey, ErrNoAPIKey, ErrAnonymousKey, ErrNotTeamMember, ErrViewerRole, ErrProjectMissing,
		ErrEntityMissing, ErrNoPersonalEntity, ErrNoTeam, ErrProjectRestricted, ErrProjectHidden, ErrTeamFrozen,
		ErrSeatRequired, ErrServiceAccountScope, ErrIntermediary,
		ErrRunDeleted, ErrRunFinished, ErrStepInPast, ErrRowLost, ErrRunExists, ErrRunMissing, ErrInvalidInput, ErrRateLimited, ErrServerUnavailable, ErrWrongBaseURL,
		ErrSchemaMismatch, ErrUnexpectedAnswer,
	}
	sentinels := make([]*Sentinel, 0, len(all))
	for _, err := range all {
		if s, ok := AsType[*Sentinel](err); ok {
			sentinels = append(sentinels, s)
		}
	}
	return sentinels
}

// Code returns the stable code of the most specific [Sentinel] in err's chain:
// the cause of a [PermissionError] or [RequestError], "permission_denied" for an
// undetermined refusal, and "" when there is none.
func Code(err error) string {
	if p, ok := AsType[*PermissionError](err); ok {
		if p == nil || p.cause() == nil {
			return umbrella.code
		}
		err = p.cause()
	}
	if s, ok := AsType[*Sentinel](err); ok && s != nil {
		return s.code
	}
	return ""
}
