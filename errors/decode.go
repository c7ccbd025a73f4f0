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
			e := PermissionError(in.permissionFields)
			if in.Cause != umbrella.code {
				e.Cause = causeFromCode(in.Cause)
			}
			for _, code := range in.Candidates {
				e.Candidates = append(e.Candidates, causeFromCode(code))
			}
			if in.Time != nil {
				e.Time = *in.Time
			}
			e.Err = textError(in.Err)
			return &e
		}
	case "request":
		var in requestJSON
		if json.Unmarshal(data, &in) == nil {
			e := RequestError(in.requestFields)
			e.Cause, e.Err = causeFromCode(in.Cause), textError(in.Err)
			wait := min(max(in.RetryAfterSeconds, 0), 1e9) // 31 years; larger numbers are nonsense
			e.RetryAfter = time.Duration(wait * float64(time.Second))
			return &e
		}
	}
	return textError(inline(head.Error, machineLimit))
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
