package errors

import "time"

// Viewer is the account behind an API key, as the server shows it.
type Viewer struct {
	// ID is the server's opaque id of the user.
	ID string `json:"id,omitempty"`
	// Username is the unique account name.
	Username string `json:"username"`
	// Email may be empty.
	Email string `json:"email,omitempty"`
	// DefaultEntity is the entity of runs that name none.
	DefaultEntity string `json:"defaultEntity,omitempty"`
	// Teams are the entities that the server lists for the account, including its
	// personal entity if it has one.
	Teams []string `json:"teams"`
	// TeamsComplete is false if the list may be incomplete.
	TeamsComplete bool `json:"teamsComplete"`
	// AccountType is USER, SERVICE, ORG_SERVICE, ANONYMOUS, VIEWER, or a value that
	// this client does not know. It is "" if the server did not disclose it.
	AccountType string `json:"accountType,omitempty"`
	// Admin reports whether the account is an admin of the whole server.
	Admin bool `json:"admin,omitempty"`
	// PersonalEntity is "present", "absent", or "" if unknown. It is filled by checks
	// and diagnoses, but not by client.Viewer.
	PersonalEntity PersonalEntity `json:"personalEntity,omitempty"`
}

// isPersonal reports whether an entity is the user's personal one, which has the name of
// the user.
func (v *Viewer) isPersonal(entity string) bool { return entity != "" && entity == v.Username }

// PersonalEntity says whether an account has a personal entity.
type PersonalEntity string

// The states of a personal entity; "" is unknown.
const (
	PersonalEntityPresent PersonalEntity = "present"
	PersonalEntityAbsent  PersonalEntity = "absent"
)

// Outcome is the outcome of one probe.
type Outcome string

// The outcomes of a probe.
const (
	// Answered: the server gave a value.
	Answered Outcome = "answered"
	// Empty: the server answered null; the object is missing or hidden.
	Empty Outcome = "empty"
	// Refused: the server refused to answer.
	Refused Outcome = "refused"
	// Unsupported: the server is too old to support the question.
	Unsupported Outcome = "unsupported"
	// Failed: no usable response (timeout, network, invalid data).
	Failed Outcome = "failed"
	// Skipped: the question was not asked; Result says why.
	Skipped Outcome = "skipped"
)

// Probe is one question of a diagnosis and its answer: a piece of evidence.
type Probe struct {
	// Name is the stable name of the question: "viewer", "account", "entity",
	// "entity-kind", "project", "role", "project-role", "seat", "run".
	Name string `json:"name"`
	// Question is the question in words: `team "acme"`.
	Question string `json:"question"`
	// Outcome says whether there is an answer.
	Outcome Outcome `json:"outcome"`
	// Result describes the answer in one line: "visible, read-only".
	Result string `json:"result"`
	// StatusCode is the HTTP status, 0 if there was no response.
	StatusCode int `json:"statusCode,omitempty"`
}

// Action is what a request does to a [Resource].
type Action string

// The actions.
const (
	ActionCreate Action = "create"
	ActionRead   Action = "read"
	ActionUpdate Action = "update"
	ActionDelete Action = "delete"

	// The actions on an artifact, whose [Resource] is its path.
	ActionLogArtifact      Action = "log artifact"
	ActionUseArtifact      Action = "use artifact"
	ActionDownloadArtifact Action = "download artifact"
	ActionReadArtifact     Action = "read artifact"
	ActionLinkArtifact     Action = "link artifact"
	ActionUpdateArtifact   Action = "update artifact"
	ActionDeleteArtifact   Action = "delete artifact"
)

// Resource is the kind of object that a request acts on. For an artifact it is the path,
// such as "acme/vision/flowers:v3".
type Resource string

// The resources.
const (
	ResourceRun         Resource = "run"
	ResourceRunHistory  Resource = "run history"
	ResourceRunSettings Resource = "run settings"
	ResourceRunFile     Resource = "run file"
	ResourceAlert       Resource = "alert"
	ResourceSweep       Resource = "sweep"
	ResourceProject     Resource = "project"
	ResourceAccount     Resource = "account"
	// ResourceArtifact stands for any artifact, if the request names none.
	ResourceArtifact Resource = "artifact"
)

// PermissionError is a refusal with its diagnosis. It matches
// [ErrPermissionDenied] and, if Confidence is Likely or Certain, its Cause. The
// server's own error is in its chain. It is immutable once returned.
type PermissionError struct {
	// Op is the verb that was refused, such as "create run".
	Op string `json:"op"`
	// Action and Resource say the same for programs: [ActionCreate] and
	// [ResourceRun].
	Action   Action   `json:"action"`
	Resource Resource `json:"resource"`
	// Entity and Project are those of the request. If the caller named no entity,
	// Entity is the account's default and EntityDefaulted is true.
	Entity          string `json:"entity"`
	EntityDefaulted bool   `json:"entityDefaulted"`
	Project         string `json:"project"`
	// ProjectDefaulted is true if the settings name no project, and Project is the default.
	ProjectDefaulted bool `json:"projectDefaulted"`
	// RunID is the run's id, if there is one.
	RunID string `json:"runId"`
	// Artifact is the artifact's name, with its version or alias if the request had one.
	Artifact string `json:"artifact"`
	// Dir is the run's directory on disk, for a run that was refused when it was running or
	// synced, or that continued offline. The advice then says
	// how to upload it.
	Dir string `json:"-"`
	// RestDir is a second directory with the rest of the log, or "".
	RestDir string `json:"-"`
	// File is the file's name in the run or the artifact, and Store the host of the object
	// store, if the store refused a transfer that the server had allowed.
	File  string `json:"file"`
	Store string `json:"store"`
	// Proxy is the proxy that refused to connect to the server, nil if none did.
	Proxy *Proxy `json:"proxy"`
	// BaseURL is the server's address.
	BaseURL string `json:"baseUrl"`
	// AppURL is the address of the server's web pages.
	AppURL string `json:"appUrl"`
	// Viewer is the account behind the key; nil if unknown.
	Viewer *Viewer `json:"viewer"`
	// Role is the viewer's role in the team or project, as the server names it; ""
	// if unknown.
	Role string `json:"role"`
	// KeySource names the source of the key: "WANDB_API_KEY", "Options.APIKey",
	// "netrc /home/jo/.netrc (machine api.forge.coreweave.com)". For an identity token, it is
	// "identity token from" and its file.
	KeySource string `json:"keySource"`
	// Cause is a sentinel, or nil if it is Undetermined.
	Cause error `json:"-"`
	// Confidence says how far the evidence supports Cause.
	Confidence Confidence `json:"confidence"`
	// Candidates lists the possible causes if it is Undetermined: sentinels, or
	// errors that wrap one.
	Candidates []error `json:"-"`
	// Evidence lists the questions of the diagnosis and their answers, in order.
	Evidence []Probe `json:"evidence"`
	// Notes are further facts for a person, one line each: a name that looks like a
	// placeholder, a contradiction, a flaw of the key.
	Notes []string `json:"notes"`
	// Suggestions are the user's entities that resemble Entity. For [ErrArtifactMissing]
	// they are artifacts of the project that resemble Artifact.
	Suggestions []string `json:"suggestions"`
	// StatusCode, Message and Code are the response's HTTP status, first error message
	// and extensions.code. StatusCode is 0 if no request was sent.
	StatusCode int    `json:"statusCode"`
	Message    string `json:"message"`
	Code       string `json:"code"`
	// RequestID is the server's id of the response, if it sent one.
	RequestID string `json:"requestId"`
	// Time is when the diagnosis was made.
	Time time.Time `json:"-"`
	// Err is the original error. If the API key was not sent because it cannot be
	// one, Err says why.
	Err error `json:"-"`
}

// Unwrap returns the umbrella, the cause if it is claimed, and the original error.
func (e *PermissionError) Unwrap() []error {
	errs := []error{ErrPermissionDenied}
	if e == nil {
		return errs
	}
	if cause := e.cause(); cause != nil {
		errs = append(errs, cause)
	}
	if e.Err != nil {
		errs = append(errs, e.Err)
	}
	return errs
}
