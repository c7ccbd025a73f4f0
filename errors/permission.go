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
	// DefaultEntity is where runs go that name no entity.
	DefaultEntity string `json:"defaultEntity,omitempty"`
	// Teams are the entities the server lists for the account, its personal one
	// included where it has one.
	Teams []string `json:"teams"`
	// TeamsComplete is false when the list may have been cut by the server.
	TeamsComplete bool `json:"teamsComplete"`
	// AccountType is USER, SERVICE, ORG_SERVICE, ANONYMOUS, VIEWER, "" when the
	// server did not say, or a value this client does not know.
	AccountType string `json:"accountType,omitempty"`
	// Admin says whether the account administers the whole server.
	Admin bool `json:"admin,omitempty"`
	// PersonalEntity is "present", "absent" or "" when the server cannot tell, or
	// was not asked: a check and the diagnosis of a refusal ask it, Viewer of
	// package client does not.
	PersonalEntity PersonalEntity `json:"personalEntity,omitempty"`
}

// PersonalEntity says what is known about an account's personal entity.
type PersonalEntity string

// What can be known about a personal entity; "" is unknown.
const (
	PersonalEntityPresent PersonalEntity = "present"
	PersonalEntityAbsent  PersonalEntity = "absent"
)

// Outcome is what came of one probe.
type Outcome string

// The outcomes of a probe.
const (
	// Answered: the server gave a value.
	Answered Outcome = "answered"
	// Empty: the server answered null; the thing is absent or hidden.
	Empty Outcome = "empty"
	// Refused: the server would not say.
	Refused Outcome = "refused"
	// Unsupported: the server is too old to know the question.
	Unsupported Outcome = "unsupported"
	// Failed: no usable answer (timeout, transport, garbage).
	Failed Outcome = "failed"
	// Skipped: the question was not asked; Result says why.
	Skipped Outcome = "skipped"
)

// Probe is one question a diagnosis asked, and its answer: a piece of evidence.
type Probe struct {
	// Name is the stable name of the question: "viewer", "account", "entity",
	// "entity-kind", "project", "role", "project-role", "seat", "run".
	Name string `json:"name"`
	// Question is the question in words: `team "acme"`.
	Question string `json:"question"`
	// Outcome says whether there was an answer.
	Outcome Outcome `json:"outcome"`
	// Result is the answer in words, one line: "readOnly is true".
	Result string `json:"result"`
	// StatusCode is the HTTP status, 0 when no response came.
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
)

// Resource is the kind of object that a request acts on.
type Resource string

// The resources.
const (
	ResourceRun         Resource = "run"
	ResourceRunHistory  Resource = "run history"
	ResourceRunSettings Resource = "run settings"
	ResourceRunFile     Resource = "run file"
	ResourceAlert       Resource = "alert"
	ResourceProject     Resource = "project"
	ResourceAccount     Resource = "account"
)

// PermissionError is a refusal with its diagnosis. It matches
// [ErrPermissionDenied] and, when Confidence is Likely or Certain, its Cause.
// The server's own error stays reachable with [As]. It is immutable once
// returned and safe to share between goroutines.
type PermissionError struct {
	// Op is the verb that was refused, such as "create run".
	Op string
	// Action and Resource say the same for programs: [ActionCreate] and
	// [ResourceRun].
	Action   Action
	Resource Resource
	// Entity and Project are what was asked for; where the caller named no
	// entity, Entity is the account's default entity and EntityDefaulted is true.
	Entity, Project string
	EntityDefaulted bool
	// RunID is the run's id, if there was one.
	RunID string
	// Dir is the run's directory on disk, for what a sync was refused; the advice then
	// says how to upload it from there.
	Dir string
	// BaseURL is the server that was asked.
	BaseURL string
	// AppURL is the address of the server's web pages, for links.
	AppURL string
	// Viewer is the account behind the key; nil if unknown.
	Viewer *Viewer
	// Role is the viewer's role in the team (or project) as the server names
	// it; "" if unknown.
	Role string
	// KeySource names where the key came from: "WANDB_API_KEY",
	// "netrc /home/jo/.netrc (machine api.forge.coreweave.com)", "Options.APIKey"; or, where an
	// identity token takes the place of a key, "identity token from" and its file.
	KeySource string
	// Cause is one of the sentinels above, or nil when Undetermined.
	Cause error `json:"-"`
	// Confidence says how far the evidence carries Cause.
	Confidence Confidence
	// Candidates lists what it may be when Undetermined: sentinels, or errors
	// that wrap one and say more.
	Candidates []error `json:"-"`
	// Evidence lists what the diagnosis asked and learned, in order.
	Evidence []Probe
	// Notes are further facts for a person, one line each: a name that looks
	// like a placeholder, a contradiction, a flaw in the key's form.
	Notes []string
	// Suggestions are entities of the user's own that resemble what was asked.
	Suggestions []string
	// StatusCode, Message and Code are the refusing response's HTTP status,
	// first error message and extensions.code. StatusCode is 0 when the refusal
	// was found before any request.
	StatusCode    int
	Message, Code string
	// RequestID is the server's id of the refusing response, if it sent one.
	RequestID string
	// Time is when the diagnosis was made; it is a snapshot.
	Time time.Time
	// Err is the original error. Where the API key was not even sent, because no
	// server accepts a key of its form, it says what is wrong with the form.
	Err error `json:"-"`
}

// Unwrap gives the umbrella, the cause where it may be claimed, and the original
// error.
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
