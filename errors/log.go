package errors

import (
	"cmp"
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"slices"
	"strconv"
)

// LogValue returns a group of the fields that are set, the evidence as one line
// per question.
func (e *PermissionError) LogValue() slog.Value {
	if e == nil {
		return slog.StringValue(ErrPermissionDenied.Error())
	}
	confidence := Undetermined
	if e.cause() != nil {
		confidence = e.Confidence
	}
	viewer := cmp.Or(e.Viewer, &Viewer{})
	var evidence []string
	for _, p := range e.Evidence {
		evidence = append(evidence, p.line())
	}
	return logGroup(
		[]slog.Attr{
			slog.String("error", e.Error()), slog.String("cause", e.causeCode()),
			slog.String("confidence", confidence.String()), slog.Any("candidates", e.candidateCodes()),
			logText("op", e.Op), logText("action", string(e.Action)), logText("resource", string(e.Resource)),
			logText("entity", e.Entity), slog.Bool("entityDefaulted", e.EntityDefaulted),
			logText("project", e.Project), slog.Bool("projectDefaulted", e.ProjectDefaulted),
		},
		e.target().attrs(),
		[]slog.Attr{
			logText("username", viewer.Username), logText("accountType", viewer.AccountType),
			slog.Any("teams", quotedNames(viewer.Teams, maxTeams)), logText("role", e.Role), logText("keySource", e.KeySource),
			slog.Int("statusCode", e.StatusCode), logText("message", e.Message), logText("code", e.Code), logID("requestId", e.RequestID),
			slog.Any("evidence", evidence), slog.Any("notes", shownAll(e.Notes)), slog.Any("suggestions", shownAll(e.Suggestions)),
			logErr(e.Err),
		},
	)
}

// LogValue returns a group of the fields that are set.
func (e *RequestError) LogValue() slog.Value {
	if e == nil {
		return slog.StringValue("request failed")
	}
	return logGroup(
		[]slog.Attr{
			slog.String("error", e.Error()), slog.String("cause", e.causeCode()), logText("op", e.Op),
			logText("entity", e.Entity), logText("project", e.Project),
		},
		e.target().attrs(),
		[]slog.Attr{
			slog.Int("statusCode", e.StatusCode), logText("message", e.Message), logID("requestId", e.RequestID),
			slog.Duration("retryAfter", e.RetryAfter), slog.Bool("untrusted", e.Untrusted), logText("certSource", e.CertSource),
			logText("suggestion", e.Suggestion), logText("hint", e.Hint), logErr(e.original()),
		},
	)
}

// LogValue returns a group of the fields that are set.
func (e *InputError) LogValue() slog.Value {
	if e == nil {
		return slog.StringValue(ErrInvalidInput.Error())
	}
	return logGroup([]slog.Attr{
		slog.String("error", e.Error()), slog.String("cause", Code(ErrInvalidInput)), logText("field", e.Field),
		slog.String("value", inline(e.Value, inputLimit)), logText("rule", e.Rule), logText("source", e.Source),
	})
}

// attrs are those of the request that all logs have.
func (t *target) attrs() []slog.Attr {
	proxy := cmp.Or(t.proxy, &Proxy{}).Address
	return []slog.Attr{
		logID("runId", t.runID), logText("artifact", t.artifact), logText("file", t.file), logText("store", t.store),
		logText("proxy", proxy), logText("baseUrl", t.baseURL),
	}
}

func logText(key, text string) slog.Attr { return slog.String(key, inline(text, messageLimit)) }

func logID(key, id string) slog.Attr { return slog.String(key, shownID(id)) }

func logErr(err error) slog.Attr { return slog.String("err", errorText(err, messageLimit)) }

// logGroup is a group without the attributes that are empty.
func logGroup(parts ...[]slog.Attr) slog.Value {
	return slog.GroupValue(slices.DeleteFunc(slices.Concat(parts...), func(a slog.Attr) bool {
		value := a.Value.Any()
		texts, ok := value.([]string)
		return ok && len(texts) == 0 || reflect.ValueOf(value).IsZero()
	})...)
}

// Format prints Error for %s and %v, quoted for %q, and Explain for %+v. No verb
// prints the fields of the original error.
func (e *PermissionError) Format(s fmt.State, verb rune) {
	format(s, verb, "PermissionError", e.Error(), e.Explain)
}

// Format prints as [PermissionError.Format] does.
func (e *RequestError) Format(s fmt.State, verb rune) {
	format(s, verb, "RequestError", e.Error(), e.Explain)
}

// Format prints as [PermissionError.Format] does.
func (e *InputError) Format(s fmt.State, verb rune) {
	format(s, verb, "InputError", e.Error(), e.Explain)
}

// format implements the verbs that print an error.
func format(s fmt.State, verb rune, name, line string, explain func() string) {
	switch verb {
	case 'v':
		switch {
		case s.Flag('#'):
			line = "errors." + name + "(" + strconv.Quote(line) + ")"
		case s.Flag('+'):
			line = explain()
		}
	case 's':
	case 'q':
		line = strconv.Quote(line)
	default:
		line = "%!" + string(verb) + "(*errors." + name + "=" + line + ")"
	}
	_, _ = io.WriteString(s, line)
}
