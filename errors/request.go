package errors

import (
	"context"
	"strings"
)

// RequestError is a failure that is not a refusal, with the same care: what was
// asked, of whom, why it failed and what to do. It matches its Cause, one of
// [ErrRunDeleted], [ErrRateLimited], [ErrServerUnavailable], [ErrWrongBaseURL],
// [ErrSchemaMismatch], [ErrInvalidInput] and [ErrUnexpectedAnswer]. It is
// immutable once returned and safe to share between goroutines.
type RequestError struct {
	// Op is the verb, such as "create run".
	Op string
	// Entity, Project and RunID are what was asked for.
	Entity, Project, RunID string
	// BaseURL is the server that was asked.
	BaseURL string
	// Cause is the sentinel.
	Cause error `json:"-"`
	// StatusCode and Message are those of the last response; 0 and "" if none.
	StatusCode int
	Message    string
	// RequestID is the server's id of that response, if it sent one.
	RequestID string
	// Hint is a further sentence for a person, or "".
	Hint string
	// Err is the original error.
	Err error `json:"-"`
}

// Unwrap gives the cause and the original error.
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

// Error returns one line: verb, entity/project, cause, HTTP status and message,
// or the original error's text where no response came. Whatever the fields
// hold, it is printable, of bounded length and free of credentials.
func (e *RequestError) Error() string {
	if e == nil {
		return "request failed"
	}
	line := e.place().prefix() + e.clause()
	detail := answer(e.StatusCode, e.Message)
	if strings.TrimSpace(e.Message) == "" && !e.saysErr() {
		if text := errorText(e.Err, messageLimit); text != "" && detail != "" {
			detail += ": " + text
		} else if text != "" {
			detail = text
		}
	}
	if detail != "" {
		line += " (" + detail + ")"
	}
	return line
}

// saysErr reports whether the clause is the original error's text already.
func (e *RequestError) saysErr() bool { return e.Cause == nil && !e.cancelled() }

// cancelled reports whether the caller ended the call.
func (e *RequestError) cancelled() bool { return e.Cause == nil && Is(e.Err, context.Canceled) }

func (e *RequestError) place() place {
	return place{op: e.Op, entity: e.Entity, project: e.Project, runID: e.RunID, baseURL: e.BaseURL}
}

// sentinel returns the sentinel in Cause, or nil.
func (e *RequestError) sentinel() *Sentinel {
	s, _ := AsType[*Sentinel](e.Cause)
	return s
}

// clause says why, in a part of a sentence.
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
			return "a run with id " + quotedID(e.RunID) + " exists already"
		}
		return s.Error()
	case ErrRunMissing:
		if e.RunID != "" {
			return "there is no run with id " + quotedID(e.RunID)
		}
		return s.Error()
	case ErrRateLimited:
		return "rate limited, and the time allowed for retries ran out"
	case ErrServerUnavailable:
		if e.StatusCode == 0 {
			return e.place().server() + " gave no usable answer"
		}
		return e.place().server() + " is unavailable"
	case ErrWrongBaseURL:
		return e.place().server() + " is not the address of a W&B API"
	case ErrInvalidInput:
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

// Explain returns the full text for a person, as [PermissionError.Explain] does.
func (e *RequestError) Explain() string {
	if e == nil {
		return "The request failed."
	}
	var b strings.Builder
	writeWrapped(&b, "", "  ", e.place().headline(e.clause()))
	b.WriteByte('\n')
	var facts []fact
	if e.Entity != "" {
		facts = append(facts, fact{"Entity", bare(e.Entity)})
	}
	facts = append(facts, targetFacts(e.place())...)
	err := e.Err
	if e.saysErr() {
		err = nil
	}
	facts = append(facts, answerFacts(e.StatusCode, e.Message, "", e.RequestID, err)...)
	if len(facts) > 0 {
		writeFacts(&b, facts)
		b.WriteByte('\n')
	}
	about, a := e.advise()
	if hint := inline(e.Hint, resultLimit); hint != "" {
		about = strings.TrimSpace(about + " " + sentence(hint))
	}
	if about != "" {
		writeWrapped(&b, "Why: ", "     ", about)
		b.WriteByte('\n')
	}
	a.write(&b)
	return strings.TrimRight(b.String(), "\n")
}

// advise gives the background of the cause, and what to do.
func (e *RequestError) advise() (about string, a advice) {
	switch s := e.sentinel(); s {
	case nil:
	case ErrRunDeleted:
		about = "The server keeps the ids of deleted runs, so no later run can be taken for an earlier one."
		a.step("Leave the run id out, and a fresh one is made. If the id comes from the environment:")
		a.end = "unset WANDB_RUN_ID"
	case ErrRunExists:
		about = "Resume mode never is for runs that must be new."
		a.step("Leave the run id out, and a fresh one is made.")
		a.step("To go on with the run that is there, or to create it where it is not, use resume mode allow:")
		a.end = "export WANDB_RESUME=allow"
	case ErrRunMissing:
		about = "Only runs that are there can be resumed or rewound. An id belongs to one project and is not the name that the web pages show."
		a.step("Check the entity, the project and the id; the id is the last part of the run's address.")
		a.step("To create the run where it is not there, use resume mode allow:")
		a.end = "export WANDB_RESUME=allow"
	case ErrRateLimited:
		about = "The server asked to slow down. Its limits count per project and per user, so other programs add to them."
		a.step("Wait a few minutes and try again.")
		a.step("If many runs start at once, start them one after the other, and log less often.")
		a.step("What the limits of W&B's own cloud are, and how to stay below them:")
		a.end = "https://docs.wandb.ai/models/track/limits"
	case ErrServerUnavailable:
		about = "The same call may succeed later."
		if e.StatusCode == 0 {
			a.step("Check the network, the name of the host, and the proxy settings HTTPS_PROXY and NO_PROXY.")
		}
		if e.place().hosted() {
			a.step("See whether the outage is known:")
			a.end = "https://status.wandb.com"
			break
		}
		a.step("Ask whoever runs the server. To see whether it answers from this machine:")
		a.end = "curl -sSi " + e.apiAddress()
	case ErrWrongBaseURL:
		about = "Something answers there, but not W&B's API. The API's address often differs from that of the web pages."
		a.step("Set the address of the API. For W&B's own cloud it is:")
		a.end = "export WANDB_BASE_URL=https://api.wandb.ai"
	case ErrSchemaMismatch:
		about = "The server is too old or too new for this version of the client."
		a.step("If you run the server yourself, see whether it can be updated.")
		a.step("Otherwise update the client:")
		a.end = "go get github.com/wandgo/wandgo@latest"
	case ErrInvalidInput:
		about = "The server's message says which value breaks which rule; trying again unchanged will not help."
		a.step("Correct the value and try again.")
	case ErrUnexpectedAnswer:
		about = "This is probably a flaw of the client, or something new in the server."
		a.step("Write a report without secrets, and file it:")
		a.end = "wandgo doctor --report"
	default:
		a.step(s.Fix())
	}
	return about, a
}

// apiAddress is the API's address as one word of a shell.
func (e *RequestError) apiAddress() string {
	if e.BaseURL == "" {
		return "https://api.wandb.ai/graphql"
	}
	return shellWord(inline(e.BaseURL, messageLimit) + "/graphql")
}
