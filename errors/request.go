package errors

import (
	"context"
	"net/http"
	"strings"
	"time"
)

// RequestError is a failure that is not a refusal. It matches its Cause, which is
// one of:
//
//   - [ErrRunDeleted], [ErrRunExists], [ErrRunMissing], [ErrSweepMissing]
//   - [ErrRowsExported]
//   - [ErrArtifactNotReady], [ErrDigestMismatch], [ErrTypeClash]
//   - [ErrMetricLimit], [ErrRateLimited], [ErrServerUnavailable]
//   - [ErrWrongBaseURL], [ErrSchemaMismatch]
//   - [ErrInvalidInput], [ErrUnexpectedAnswer]
//
// It is immutable once returned.
type RequestError struct {
	// Op is the verb, such as "create run".
	Op string
	// Entity, Project and RunID are those of the request.
	Entity, Project, RunID string
	// Artifact is the artifact's name, with its version or alias if the request had one.
	Artifact string
	// Dir is the run's directory on disk, for a run that failed when it was running or
	// synced, or that continued offline.
	Dir string
	// RestDir is a second directory with the rest of the log, or "".
	RestDir string
	// File is the file's name in the run or the artifact, and Store the host of the object
	// store, if the request was a transfer to or from the store.
	File, Store string
	// Proxy is the proxy that could not be used, nil if that is not the cause.
	Proxy *Proxy
	// BaseURL is the server's address.
	BaseURL string
	// Cause is the sentinel.
	Cause error `json:"-"`
	// StatusCode and Message are those of the last response, 0 and "" if none.
	StatusCode int
	Message    string
	// RequestID is the server's id of that response, if it sent one.
	RequestID string
	// RetryAfter is how long the server asked to wait, counted from that
	// response; 0 if it did not say.
	RetryAfter time.Duration
	// Untrusted is true if this machine does not trust the server's certificate.
	// Cause is then [ErrServerUnavailable], but retrying does not help; see
	// [IsRetryable].
	Untrusted bool
	// CertSource is the variable that names the trusted certificates and cannot be used, if
	// the certificate is not trusted: "SSL_CERT_FILE" or "". Hint says why.
	CertSource string
	// Suggestion is the base URL to which the response points, or "". Nothing was
	// sent there.
	Suggestion string
	// Hint is a further sentence for a person, or "".
	Hint string
	// Err is the original error.
	Err error `json:"-"`
}

// Unwrap returns the cause and the original error.
func (e *RequestError) Unwrap() []error {
	errs := make([]error, 0, 2)
	if e == nil {
		return errs
	}
	if e.Cause != nil {
		errs = append(errs, e.Cause)
	}
	if e.Err != nil {
		errs = append(errs, e.Err)
	}
	return errs
}

// Error returns one line: verb, entity/project, cause, HTTP status and message, or
// the original error's text if there was no response. Whatever the fields hold, it
// is printable, of bounded length and without credentials.
func (e *RequestError) Error() string {
	if e == nil {
		return "request failed"
	}
	line := e.target().prefix() + e.clause()
	err := e.Err
	if e.saysErr() {
		err = nil
	}
	detail, text := responseAndError(e.StatusCode, e.Message, err)
	switch {
	case text == "":
	case detail == "", strings.Contains(text, detail): // it names the status itself
		detail = text
	default:
		detail += ": " + text
	}
	if detail != "" {
		line += " (" + detail + ")"
	}
	return line
}

// readsRun reports whether the run was to be read or changed, not resumed, rewound or forked.
func (e *RequestError) readsRun() bool {
	return e.Op != "resume run" && e.Op != "rewind run" && e.Op != "create run"
}

// saysErr reports whether the clause is the original error's text, or better than it.
func (e *RequestError) saysErr() bool {
	return e.Cause == nil && !e.cancelled() || e.Proxy != nil && e.Proxy.Invalid || e.sweepIsOver()
}

// cancelled reports whether the caller ended the call.
func (e *RequestError) cancelled() bool { return e.Cause == nil && Is(e.Err, context.Canceled) }

// rewindsRunning reports whether a run was to be rewound that the server counts as running.
func (e *RequestError) rewindsRunning() bool {
	return e.Op == "rewind run" && strings.Contains(strings.ToLower(bounded(e.Message)), "running")
}

// hasAliases reports whether a version was to be deleted without its aliases.
func (e *RequestError) hasAliases() bool {
	return e.Op == "delete artifact" && strings.Contains(bounded(e.Message), "alias")
}

// tooOld reports whether the server is known to be too old. Hint then says what works there.
func (e *RequestError) tooOld() bool { return e.Cause == ErrSchemaMismatch && e.Hint != "" }

// sweepIsOver reports whether nothing was sent because the sweep is over. Err says so.
func (e *RequestError) sweepIsOver() bool {
	return e.Cause == ErrInvalidInput && e.StatusCode == 0 && e.Err != nil && strings.HasPrefix(e.Op, "change sweep ")
}

func (e *RequestError) target() *target {
	return &target{op: e.Op, entity: e.Entity, project: e.Project, runID: e.RunID, artifact: e.Artifact, baseURL: e.BaseURL, file: e.File, store: e.Store}
}

// sentinel returns the sentinel in Cause, or nil.
func (e *RequestError) sentinel() *Sentinel {
	s, _ := AsType[*Sentinel](e.Cause)
	return s
}

// clause is the reason as part of a sentence.
func (e *RequestError) clause() string {
	switch s := e.sentinel(); s {
	case nil:
	case ErrRunDeleted:
		if e.RunID != "" {
			return "a run with id " + quotedID(e.RunID) + " was deleted; the id cannot be used again"
		}
		return s.Error()
	case ErrRunExists:
		if e.RunID != "" {
			return "a run with id " + quotedID(e.RunID) + " already exists"
		}
		return s.Error()
	case ErrRunMissing:
		switch {
		case e.RunID == "":
			return s.Error()
		case e.readsRun():
			return "the run with id " + quotedID(e.RunID) + " is missing or hidden"
		default:
			return "there is no run with id " + quotedID(e.RunID)
		}
	case ErrArtifactNotReady:
		return e.target().artifactName() + " is not complete on the server yet"
	case ErrDigestMismatch:
		if e.File != "" {
			return "the content of " + e.target().fileName() + " does not match its digest"
		}
		return s.Error()
	case ErrTypeClash:
		return e.target().artifactName() + " has another type"
	case ErrSchemaMismatch:
		if e.tooOld() {
			return "the server is too old for this"
		}
		return s.Error()
	case ErrRateLimited:
		return "rate limited until the time for retries ran out"
	case ErrServerUnavailable:
		if e.Proxy != nil {
			return e.proxyClause()
		}
		if e.Untrusted {
			return "the certificate of " + e.target().server() + " is not trusted"
		}
		if e.StatusCode == http.StatusConflict {
			return "the request conflicted with another request for the same run"
		}
		if e.StatusCode == 0 {
			return "no usable response from " + e.target().server()
		}
		return e.target().server() + " is unavailable"
	case ErrWrongBaseURL:
		if e.target().hosted() {
			return "something other than W&B responds at " + e.target().server()
		}
		return e.target().server() + " is not the address of a W&B API"
	case ErrInvalidInput:
		if e.StatusCode == http.StatusRequestEntityTooLarge {
			return "the request is too large"
		}
		if e.hasAliases() {
			return "it has aliases, and DeleteOptions.Aliases is not set"
		}
		if e.rewindsRunning() {
			return "the run still counts as running"
		}
		if e.sweepIsOver() {
			return errorText(e.Err, messageLimit)
		}
		return "the server rejected the input"
	default:
		return s.Error()
	}
	switch {
	case e.Cause != nil:
		return inline(e.Cause.Error(), messageLimit)
	case e.cancelled():
		return "cancelled by the caller"
	}
	if text := errorText(e.Err, messageLimit); text != "" {
		return text
	}
	return "request failed"
}
