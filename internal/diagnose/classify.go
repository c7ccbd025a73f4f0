package diagnose

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/objectstore"
	"github.com/wandgo/wandgo/internal/transport"
)

// Class is the kind of a failed request, read from its response alone.
type Class int

// The classes of a failed request.
const (
	// Unexpected: a response that this package does not know.
	Unexpected Class = iota
	// Cancelled: the caller's context ended.
	Cancelled
	// Unreachable: no response came.
	Unreachable
	// Untrusted: no connection, because this machine does not trust the server's
	// certificate.
	Untrusted
	// Intermediary: a refusal whose body is not in a form W&B sends.
	Intermediary
	// StoreRefused: an object store, or something before it, refused an upload.
	StoreRefused
	// WrongURL: something other than W&B's API responds at the base URL.
	WrongURL
	// Schema: the server did not understand the document.
	Schema
	// Input: the server rejected an argument.
	Input
	// Unauthorized: 401 from W&B.
	Unauthorized
	// Forbidden: 403 from W&B.
	Forbidden
	// EntityNotFound: 404 that names the entity.
	EntityNotFound
	// ProjectNotFound: 404 "project not found".
	ProjectNotFound
	// ProjectNull: the server showed no such project when asked for it.
	ProjectNull
	// ArtifactNull: the server showed no such artifact when asked for it.
	ArtifactNull
	// ArtifactNotReady: the artifact's upload is not complete.
	ArtifactNotReady
	// ArtifactType: the artifact's name has another type.
	ArtifactType
	// NotFound: any other 404 from W&B.
	NotFound
	// IdentityRefused: the server does not accept the identity token.
	IdentityRefused
	// PaymentRequired: 402, never seen in public.
	PaymentRequired
	// Stated: the server's message names the cause itself.
	Stated
	// RunDeleted: the run was deleted; its id cannot be used again.
	RunDeleted
	// MetricLimit: the run has too many different metrics.
	MetricLimit
	// RateLimited: 429 until the time allowed ran out.
	RateLimited
	// ServerError: 5xx after all retries.
	ServerError
)

// Failure is a failed request reduced to facts.
type Failure struct {
	Class         Class
	StatusCode    int
	Message, Code string
	RequestID     string
	// RetryAfter is how long the server asked to wait; 0 if it did not.
	RetryAfter time.Duration
	// Sure is false if the class itself rests on thin evidence, such as a 403 with
	// an empty body.
	Sure bool
	// Plain is true for a 403 in JSON without a sign of W&B: no path, no code, not
	// its words. Gateways respond like that too.
	Plain bool
	// Hint explains the class to a person, if it needs that.
	Hint string
	// Store is the upload to an object store that failed; nil for any other request.
	Store *objectstore.Error
	// Proxy is the proxy that opened no connection to the server; nil if that is not why.
	Proxy *transport.ProxyError
	// Location is where a redirect would have led, without its query.
	Location string
	// Scheme is the one that the base URL should have; "" if unknown.
	Scheme string
	Err    error
}

// NeedsProbes reports whether follow-up questions can find out more.
func (r *Failure) NeedsProbes() bool {
	switch r.Class {
	case Unauthorized, Forbidden, EntityNotFound, ProjectNotFound, ProjectNull, ArtifactNull, NotFound, Stated:
		return true
	default:
		return false
	}
}

// questions returns one class for all classes for which [Ask] asks the same
// questions.
func (c Class) questions() Class {
	switch c {
	case Unauthorized, EntityNotFound:
		return c
	default:
		return Forbidden
	}
}

// IsRefusal reports whether the class is a refusal, as opposed to a failure.
func (r *Failure) IsRefusal() bool {
	return r.NeedsProbes() || r.Class == Intermediary || r.Class == StoreRefused || r.Class == IdentityRefused || r.Class == PaymentRequired
}

// ErrNoProject stands for a response in which the project is null. It is the same
// for projects that do not exist and for hidden ones.
var ErrNoProject = errors.New("the server shows no such project")

// ErrNoArtifact stands for a response in which the artifact is null. It is the same for
// artifacts that do not exist and for hidden ones.
var ErrNoArtifact = errors.New("the server shows no such artifact")

// codeMetricLimit is the file stream's error code for a run with too many metrics.
const codeMetricLimit = "run_metric_limit_exceeded"

var (
	entityNotFound = regexp.MustCompile(`(?i)^entity (.+) not found\b`)
	// otherType is the message about an artifact whose name has another type.
	otherType = regexp.MustCompile(`(?i)\balready exists with type\b`)
	// notCommitted is the message about an artifact whose upload is not complete.
	notCommitted = regexp.MustCompile(`(?i)\bartifact\b.*\bhas not (been )?committed\b`)
	// artifactNotFound is a 404's message about an artifact or one of its versions.
	artifactNotFound = regexp.MustCompile(`(?i)\bartifact\b.*\bnot found\b|\bdoes not contain artifact\b`)
	// runGone is a file stream's message for a run that was deleted meanwhile.
	runGone = regexp.MustCompile(`(?i)^run does not exist\b`)
)

// Classify reduces the error of a request to a [Failure]. It decides by HTTP
// status first and text second, because extensions.code is the same for "not
// logged in" and "forbidden", and old servers said "permission denied" with 401.
func Classify(ctx context.Context, err error) *Failure {
	r := &Failure{Err: err, Sure: true}
	if e, ok := errors.AsType[*transport.TokenError](err); ok && (e.Permanent || ctx.Err() == nil) && e.Last != nil {
		classifyToken(r, e)
		return r
	}
	if last := lastExchange(err); last != nil && ctx.Err() != nil {
		classifyToken(r, last) // as with the last response to the request itself
		r.Class, r.Sure, r.Hint = Cancelled, true, ""
		return r
	}
	ge, ok := errors.AsType[*graphql.Error](err)
	switch {
	case ok:
		r.StatusCode, r.Message, r.Code, r.RequestID = ge.StatusCode, ge.Message, ge.Code, ge.RequestID
		r.RetryAfter = ge.RetryAfter
		if store, ok := errors.AsType[*objectstore.Error](err); ok && store.Answer == ge {
			r.Class = classifyStore(r, store)
			break
		}
		r.Class = classifyResponse(r, ge)
	case errors.Is(err, ErrNoProject):
		r.Class, r.StatusCode, r.Message = ProjectNull, http.StatusOK, "project is null"
		return r
	case errors.Is(err, ErrNoArtifact):
		r.Class, r.StatusCode, r.Message = ArtifactNull, http.StatusOK, "artifact is null"
		return r
	default:
		r.Class = classifySilence(r)
	}
	if ctx.Err() != nil && (!ok || !ge.Answered() || !r.IsRefusal()) {
		// A complete refusal counts, however late it comes. For anything else, the
		// reason is that the context ended, and the last response is the reason for
		// the time that it took.
		r.Class, r.Sure, r.Hint = Cancelled, true, ""
	}
	return r
}

func classifyResponse(r *Failure, ge *graphql.Error) Class {
	status := ge.StatusCode
	if !ge.Answered() {
		switch class := classifySilence(r); {
		case r.Proxy != nil:
			return class
		case class != Unreachable:
			r.StatusCode, r.Message, r.Code, r.RequestID = 0, "", "", "" // those of an earlier attempt
			return class
		}
	}
	switch {
	case status == 0:
		return Unreachable
	case status >= 300 && status < 400:
		where := ""
		if r.Location = ge.Location; r.Location != "" {
			where = " to " + r.Location
		}
		r.Hint = "the response is a redirect" + where + "; it is not followed, so that no other server gets the API key"
		return WrongURL
	case status == http.StatusProxyAuthRequired:
		return Intermediary
	case status == http.StatusTooManyRequests:
		return RateLimited
	case isOtherServer(ge):
		r.Hint = bodyHint(ge.Kind)
		return WrongURL
	case status >= 500:
		return ServerError
	}
	if ge.Kind == "" { // the status is that of an earlier attempt
		return Unreachable
	}
	if !ge.FromWandB() {
		return classifyForeign(r, ge)
	}
	message := strings.ToLower(ge.Message)
	if ge.Code == codeMetricLimit {
		return MetricLimit
	}
	if statedBy(ge.Message) != nil {
		return Stated
	}
	if status < 500 && otherType.MatchString(ge.Message) {
		return ArtifactType
	}
	if status < 500 && notCommitted.MatchString(ge.Message) {
		return ArtifactNotReady
	}
	if ge.IsValidation() {
		return Schema
	}
	switch status {
	case http.StatusOK: // errors beside data: only the text distinguishes them
		switch {
		case strings.Contains(message, "not logged in"):
			return Unauthorized
		case ge.Code == "PERMISSION_ERROR", strings.Contains(message, "permission denied"):
			return Forbidden
		case ge.Kind == graphql.KindGraphQL && pathless(ge):
			// An error about no field was raised before any field was looked at:
			// the document did not fit the schema, or a variable its type.
			return Schema
		}
		return Unexpected
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		if isBurnt(ge.Message) { // servers of 2020 used 400
			return RunDeleted
		}
		return Input
	case http.StatusUnauthorized:
		return Unauthorized
	case http.StatusPaymentRequired:
		return PaymentRequired
	case http.StatusForbidden:
		r.Plain = ge.Code == "" && len(ge.Path) == 0 && !strings.Contains(message, "permission denied")
		return Forbidden
	case http.StatusNotFound, http.StatusGone:
		switch {
		case runGone.MatchString(ge.Message):
			return RunDeleted
		case status == http.StatusGone:
			return Unexpected
		case entityNotFound.MatchString(ge.Message):
			return EntityNotFound
		case strings.Contains(message, "project not found"):
			return ProjectNotFound
		case artifactNotFound.MatchString(ge.Message):
			return ArtifactNull
		default:
			return NotFound
		}
	case http.StatusConflict:
		switch {
		case isBurnt(ge.Message):
			return RunDeleted
		case strings.Contains(ge.Message, "Duplicate entry"): // of another request; see transport.UpsertPolicy
			return ServerError
		case strings.Contains(message, "running"): // the state of the run does not allow it
			return Input
		}
	}
	return Unexpected
}

// pathless reports whether the response holds errors but no data, and no error is
// about a field.
func pathless(ge *graphql.Error) bool {
	if ge.HasData || len(ge.Errors) == 0 {
		return false
	}
	for _, e := range ge.Errors {
		if len(e.Path) > 0 {
			return false
		}
	}
	return true
}

func isBurnt(message string) bool {
	return strings.Contains(message, "previously created and deleted")
}

// missingEntity returns the name that a 404 says is missing.
func missingEntity(message string) string {
	if m := entityNotFound.FindStringSubmatch(message); m != nil {
		return strings.Trim(m[1], "\"'`")
	}
	return ""
}
