package api

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/secret"
)

// Filter selects runs. The zero Filter selects all. Make one of a [Field], such as
// Config("lr").Lt(0.1), and combine several with [And], [Or] and [Not].
type Filter struct {
	// clause is an object of MongoDB's query language, nil for every run.
	clause map[string]any
	err    error
}

// And selects runs that every filter selects.
func And(filters ...Filter) Filter { return combine("$and", filters) }

// Or selects runs that at least one filter selects. Without filters it selects all.
func Or(filters ...Filter) Filter { return combine("$or", filters) }

// Not selects runs that the filter does not select.
func Not(filter Filter) Filter { return combine("$nor", []Filter{filter}) }

func combine(operator string, filters []Filter) Filter {
	var clauses []any
	for _, f := range filters {
		if f.err != nil {
			return f
		}
		if f.clause == nil { // every run
			f.clause = map[string]any{}
		}
		clauses = append(clauses, f.clause)
	}
	if len(clauses) == 0 {
		return Filter{}
	}
	return Filter{clause: map[string]any{operator: clauses}}
}

// RawFilter is a filter in the server's own language, a JSON object as for MongoDB, such as
// {"config.lr":{"$lt":0.1}}.
func RawFilter(text string) Filter {
	var clause map[string]any
	if err := json.Unmarshal([]byte(text), &clause); err != nil {
		return Filter{err: &errors.InputError{Field: "filter", Value: secret.Redact(text), Rule: "must be a JSON object: " + notJSON(text, err)}}
	}
	return Filter{clause: clause}
}

// notJSON says what is wrong with a text, and where.
func notJSON(text string, err error) string {
	syntax, ok := errors.AsType[*json.SyntaxError](err)
	if !ok || syntax.Offset < 1 || syntax.Offset >= int64(len(text)) || secret.Redact(text) != text {
		return err.Error() // no place can be named at the end, and Redact does not see a secret that is cut off
	}
	at := int(syntax.Offset) - 1
	reason := err.Error()
	if at > 0 && strings.ContainsRune("xXoObB_", rune(text[at])) && strings.ContainsRune("0123456789", rune(text[at-1])) {
		reason += " (numbers are decimal)"
	}
	if before := []rune(text[:at]); len(before) > 0 {
		reason += "; it follows " + string(before[max(0, len(before)-32):])
	}
	return reason
}

// State selects runs in one of the states: running, finished, failed, crashed, killed,
// pending, preempting, preempted.
func State(states ...string) Filter { return anyOf(Property("state"), states) }

// Tag selects runs that have at least one of the tags.
func Tag(tags ...string) Filter { return anyOf(Property("tags"), tags) }

func anyOf(f Field, texts []string) Filter {
	if len(texts) == 1 {
		return f.Eq(texts[0])
	}
	values := make([]any, len(texts))
	for i, text := range texts {
		values[i] = text
	}
	return f.In(values...)
}

// Field is what a filter compares. Values are numbers, texts, booleans and times.
type Field struct{ name string }

// Config is the config's value of a key. Dots lead to nested values.
func Config(key string) Field { return Field{"config." + key} }

// Summary is the summary's value of a metric. Dots lead to nested values.
func Summary(key string) Field { return Field{"summary_metrics." + key} }

// Property is a field of the run itself: name (the run's id), displayName, createdAt,
// heartbeatAt, duration (in seconds), group, jobType, state, tags, username, host, sweep,
// notes.
func Property(name string) Field { return Field{name} }

// Eq selects runs in which the field has the value.
func (f Field) Eq(value any) Filter { return f.op("$eq", value) }

// Ne selects runs in which the field has another value, or none.
func (f Field) Ne(value any) Filter { return f.op("$ne", value) }

// Lt selects runs in which the field is less than the value.
func (f Field) Lt(value any) Filter { return f.op("$lt", value) }

// Lte selects runs in which the field is at most the value.
func (f Field) Lte(value any) Filter { return f.op("$lte", value) }

// Gt selects runs in which the field is greater than the value.
func (f Field) Gt(value any) Filter { return f.op("$gt", value) }

// Gte selects runs in which the field is at least the value.
func (f Field) Gte(value any) Filter { return f.op("$gte", value) }

// In selects runs in which the field has one of the values.
func (f Field) In(values ...any) Filter { return f.op("$in", append([]any{}, values...)) }

// NotIn selects runs in which the field has none of the values.
func (f Field) NotIn(values ...any) Filter { return f.op("$nin", append([]any{}, values...)) }

// Exists selects runs that have the field.
func (f Field) Exists() Filter { return f.op("$exists", true) }

// Matches selects runs in which the field is a text that matches a regular expression (RE2).
func (f Field) Matches(expression string) Filter {
	if _, err := regexp.Compile(expression); err != nil {
		return Filter{err: &errors.InputError{Field: "filter of " + f.name, Value: secret.Redact(expression), Rule: "must be a regular expression: " + err.Error()}}
	}
	return f.op("$regex", expression)
}

func (f Field) op(operator string, value any) Filter {
	if _, key, nested := strings.Cut(f.name, "."); f.name == "" || nested && key == "" {
		return Filter{err: &errors.InputError{Field: "filter", Value: f.name, Rule: "must name a field"}}
	}
	return Filter{clause: map[string]any{f.name: map[string]any{operator: sendable(value)}}}
}

// sendable returns times in the server's format, and other values as they are.
func sendable(value any) any {
	switch v := value.(type) {
	case time.Time:
		return v.UTC().Format(timeLayout)
	case []any:
		for i := range v {
			v[i] = sendable(v[i])
		}
	}
	return value
}

// text is the filter as the server reads it.
func (f Filter) text() (string, error) {
	if f.err != nil || f.clause == nil {
		return "{}", f.err
	}
	text, err := json.Marshal(f.clause)
	if err != nil {
		return "", &errors.InputError{Field: "filter", Rule: fmt.Sprintf("has a value that cannot be sent: %v", err)}
	}
	return string(text), nil
}

// String returns the filter in the server's language.
func (f Filter) String() string {
	text, err := f.text()
	if err != nil {
		return err.Error()
	}
	return text
}
