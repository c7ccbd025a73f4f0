package errors

import (
	"cmp"
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
	Op string `json:"op"`
	// Entity, Project and RunID are those of the request.
	Entity  string `json:"entity"`
	Project string `json:"project"`
	RunID   string `json:"runId"`
	// Artifact is the artifact's name, with its version or alias if the request had one.
	Artifact string `json:"artifact"`
	// Dir is the run's directory on disk, for a run that failed when it was running or
	// synced, or that continued offline.
	Dir string `json:"-"`
	// RestDir is a second directory with the rest of the log, or "".
	RestDir string `json:"-"`
	// File is the file's name in the run or the artifact, and Store the host of the object
	// store, if the request was a transfer to or from the store.
	File  string `json:"file"`
	Store string `json:"store"`
	// Proxy is the proxy that could not be used, nil if that is not the cause.
	Proxy *Proxy `json:"proxy"`
	// BaseURL is the server's address.
	BaseURL string `json:"baseUrl"`
	// Cause is the sentinel.
	Cause error `json:"-"`
	// StatusCode and Message are those of the last response, 0 and "" if none.
	StatusCode int    `json:"statusCode"`
	Message    string `json:"message"`
	// RequestID is the server's id of that response, if it sent one.
	RequestID string `json:"requestId"`
	// RetryAfter is how long the server asked to wait, counted from that
	// response; 0 if it did not say.
	RetryAfter time.Duration `json:"-"`
	// Untrusted is true if this machine does not trust the server's certificate.
	// Cause is then [ErrServerUnavailable], but retrying does not help; see
	// [IsRetryable].
	Untrusted bool `json:"untrusted"`
	// CertSource is the variable that names the trusted certificates and cannot be used, if
	// the certificate is not trusted: "SSL_CERT_FILE" or "". Hint says why.
	CertSource string `json:"certSource"`
	// Suggestion is the base URL to which the response points, or "". Nothing was
	// sent there.
	Suggestion string `json:"suggestion"`
	// Hint is a further sentence for a person, or "".
	Hint string `json:"hint"`
	// Err is the original error.
	Err error `json:"-"`
}

// Unwrap returns the cause and the original error.
func (e *RequestError) Unwrap() []error {
	errs := make([]error, 0, 2)
	if e != nil && e.Cause != nil {
		errs = append(errs, e.Cause)
	}
	if e != nil && e.Err != nil {
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
	d := e.describe()
	line := e.target().prefix() + d.clause
	detail, text := responseAndError(e.StatusCode, e.Message, d.err)
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

// Explain returns the full text for a person, as [PermissionError.Explain] does.
func (e *RequestError) Explain() string {
	if e == nil {
		return "The request failed."
	}
	var b strings.Builder
	d := e.describe()
	writeWrapped(&b, "", "  ", e.target().headline(cmp.Or(d.headline, d.clause)))
	b.WriteByte('\n')
	e.target().writeData(&b)
	about := d.about
	if hint := inline(e.Hint, resultLimit); hint != "" && about != "" && e.sentinel() == ErrServerUnavailable {
		about = sentence(hint) + " " + about // the reason before what follows from it
	} else if hint != "" {
		about = strings.TrimSpace(about + " " + sentence(hint))
	}
	if about != "" {
		writeWrapped(&b, "Why: ", "     ", about)
		b.WriteByte('\n')
	}
	d.write(&b)
	writeFacts(&b, append(e.target().facts(), responseFacts(e.StatusCode, e.Message, "", e.RequestID, d.err)...))
	return strings.TrimRight(b.String(), "\n")
}

func (e *RequestError) target() *target {
	return &target{
		op: e.Op, entity: e.Entity, project: e.Project, runID: e.RunID, artifact: e.Artifact, baseURL: e.BaseURL,
		file: e.File, store: e.Store, proxy: e.Proxy, dirs: []string{e.Dir, e.RestDir},
	}
}

// original is the original error for texts. It is nil if the proxy setting is not an address: the one
// that net/http makes of it may contain parts of a password.
func (e *RequestError) original() error {
	if e.Proxy != nil && e.Proxy.Invalid {
		return nil
	}
	return e.Err
}

// cause returns the cause, nil if there is none.
func (e *RequestError) cause() error {
	if e == nil {
		return nil
	}
	return e.Cause
}

// sentinel returns the sentinel in Cause, or nil.
func (e *RequestError) sentinel() *Sentinel {
	s, _ := AsType[*Sentinel](e.Cause)
	return s
}
