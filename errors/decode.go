package errors

import (
	"encoding/json"
	"time"
)

// FromJSON returns the error that [PermissionError.MarshalJSON] or
// [RequestError.MarshalJSON] wrote, such as the content of refusal.json in a run's
// directory. Its texts, such as Explain, are those of the original, with two
// exceptions: errors that are not of this package are their text, and Dir and RestDir
// are empty. Of any other JSON object, it returns an error with the text in "error". It
// returns nil if that is empty or data is not a JSON object.
func FromJSON(data []byte) error {
	var head struct {
		Kind  string `json:"kind"`
		Error string `json:"error"`
	}
	_ = json.Unmarshal(data, &head) // other JSON than an object has neither
	switch head.Kind {
	case "permission":
		var in permissionJSON
		if json.Unmarshal(data, &in) == nil {
			return in.restore()
		}
	case "request":
		var in requestJSON
		if json.Unmarshal(data, &in) == nil {
			return in.restore()
		}
	}
	return textError(inline(head.Error, machineLimit))
}

func (in *permissionJSON) restore() *PermissionError {
	e := &PermissionError{
		Op: in.Op, Action: in.Action, Resource: in.Resource,
		Entity: in.Entity, EntityDefaulted: in.EntityDefaulted, Project: in.Project, ProjectDefaulted: in.ProjectDefaulted, RunID: in.RunID,
		Artifact: in.Artifact, File: in.File, Store: in.Store, Proxy: in.Proxy, BaseURL: in.BaseURL, AppURL: in.AppURL, Viewer: in.Viewer,
		Role: in.Role, KeySource: in.KeySource, Confidence: in.Confidence,
		Evidence: in.Evidence, Notes: in.Notes, Suggestions: in.Suggestions,
		StatusCode: in.StatusCode, Message: in.Message, Code: in.Code, RequestID: in.RequestID,
		Time: deref(in.Time), Err: textError(in.Err),
	}
	if in.Cause != umbrella.code {
		e.Cause = causeFromCode(in.Cause)
	}
	for _, code := range in.Candidates {
		e.Candidates = append(e.Candidates, causeFromCode(code))
	}
	return e
}

func (in *requestJSON) restore() *RequestError {
	wait := min(max(in.RetryAfterSeconds, 0), 1e9) // 31 years; larger numbers are nonsense
	return &RequestError{
		Op: in.Op, Entity: in.Entity, Project: in.Project, RunID: in.RunID, Artifact: in.Artifact, File: in.File, Store: in.Store,
		Proxy: in.Proxy, BaseURL: in.BaseURL, Cause: causeFromCode(in.Cause), StatusCode: in.StatusCode,
		Message: in.Message, RequestID: in.RequestID, RetryAfter: time.Duration(wait * float64(time.Second)),
		Untrusted: in.Untrusted, CertSource: in.CertSource, Suggestion: in.Suggestion, Hint: in.Hint, Err: textError(in.Err),
	}
}

// causeFromCode returns the sentinel with a code, an error with that text if there is none,
// and nil for "".
func causeFromCode(code string) error {
	for _, s := range Sentinels() {
		if s.code == code {
			return s
		}
	}
	return textError(code)
}

// textError returns nil for "".
func textError(text string) error {
	if text == "" {
		return nil
	}
	return New(text)
}

func deref(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}
