package graphql

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"

	gql "github.com/Khan/genqlient/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/transport"
)

// maxErrorHead is how much of a raw body an [Error] keeps.
const maxErrorHead = 4 << 10

var (
	errNoData     = errors.New("the response holds no data")
	errNotGraphQL = errors.New("the response is not GraphQL")
)

// answer is a GraphQL response. Its errors are decoded only if there are any.
type answer struct {
	Data       data            `json:"data"`
	Errors     json.RawMessage `json:"errors"`
	Error      json.RawMessage `json:"error"`
	Extensions json.RawMessage `json:"extensions"`
}

// data is decoded in place. It keeps its own error, so that data of a wrong type
// does not hide the errors beside it. It distinguishes null from absent, because a
// response without data must not be read as one in which nothing exists.
type data struct {
	into any
	// present: there is a member "data"; some: it is not null.
	present, some bool
	err           error
}

// UnmarshalJSON decodes into d.into; its errors are kept in d.
func (d *data) UnmarshalJSON(raw []byte) error {
	d.present = true
	if !isNull(raw) {
		d.some = true
		d.err = decodeData(raw, d.into)
	}
	return nil
}

func decodeData(raw []byte, into any) error {
	if d, ok := into.(gqlclient.DataDecoder); ok {
		return d.DecodeData(raw)
	}
	return json.Unmarshal(raw, into)
}

var _ = gqlclient.SetReader(readResponse)

// readResponse is the [gqlclient.Reader].
func readResponse(
	operation string, r *transport.Response, err error, resp *gql.Response, scrub func(string) string,
) error {
	if err != nil {
		return transportError(operation, err, scrub)
	}
	return decode(operation, r, resp, scrub)
}

// decode turns a response into data, an [*Error] or both. All statuses are treated
// the same, because servers have used different ones for GraphQL errors.
func decode(operation string, r *transport.Response, resp *gql.Response, scrub func(string) string) error {
	body := bytes.TrimPrefix(r.Body, []byte("\xef\xbb\xbf"))
	ok := r.OK()
	if raw := onlyData(body); ok && !isNull(raw) && decodeData(raw, resp.Data) == nil {
		return nil // the usual case, in one reading
	}
	a := answer{Data: data{into: resp.Data}}
	object := json.Unmarshal(body, &a) == nil && isObject(body)
	if ok && object && a.Data.some && a.Data.err == nil && a.Errors == nil && a.Error == nil && a.Extensions == nil {
		return nil
	}

	e := newError(operation, r, scrub)
	if object {
		e.readObject(body, &a, resp, scrub)
	} else {
		e.Kind, e.Message = classify(body, r.ContentType)
		e.Message = scrub(e.Message)
		if e.Message != "" {
			e.Messages = []string{e.Message}
		}
	}
	if !ok {
		e.readErrorCode(scrub(r.Header.Get("X-Wandb-Error-Code")))
	}
	switch {
	case !ok:
		e.Err = e.httpError(resp)
	case len(e.Errors) > 0:
		e.Err = resp.Errors
	case a.Data.err != nil:
		e.Err = fmt.Errorf("decode data: %w", a.Data.err)
	case object && a.Data.some:
		return nil // with empty errors or extensions
	case object:
		e.Err = errNoData
	default:
		e.Err = errNotGraphQL
	}
	return e
}

// onlyData returns the data of a body that has nothing else, or nil. If there is more, what it
// returns is not JSON.
func onlyData(body []byte) []byte {
	const space = " \t\r\n"
	raw, first := bytes.CutPrefix(bytes.Trim(body, space), []byte(`{"data":`))
	raw, last := bytes.CutSuffix(raw, []byte("}"))
	if !first || !last {
		return nil
	}
	return bytes.Trim(raw, space)
}

func newError(operation string, r *transport.Response, scrub func(string) string) *Error {
	// A margin is scrubbed too, so that the cut never shows half a key.
	head := scrub(string(r.Body[:min(len(r.Body), 2*maxErrorHead)]))
	return &Error{
		Operation: operation, StatusCode: r.StatusCode,
		Body: []byte(head[:min(len(head), maxErrorHead)]), ContentType: r.ContentType,
		Location: r.Header.Get("Location"), RequestID: r.RequestID,
		RetryAfter: r.RetryAfter, Attempts: r.Attempts,
	}
}

// transportError is for a request without a final response.
func transportError(operation string, err error, scrub func(string) string) error {
	e := &Error{Operation: operation, Err: err}
	failure, ok := errors.AsType[*transport.Error](err)
	if !ok || failure.Last == nil {
		if ok {
			e.Attempts = failure.Attempts
		}
		return e
	}
	var resp gql.Response
	if last, ok := errors.AsType[*Error](decode(operation, failure.Last, &resp, scrub)); ok {
		e = last
		e.Err = err
	}
	e.Attempts = failure.Attempts
	return e
}

// readObject reads the errors of a JSON object into e and resp.
func (e *Error) readObject(body []byte, a *answer, resp *gql.Response, scrub func(string) string) {
	e.HasData = a.Data.some && a.Data.err == nil
	switch {
	case !isNull(a.Errors):
		e.Kind = KindGraphQL
		e.addErrors(scrubbedValue(a.Errors, scrub), resp)
	case !isNull(a.Error):
		e.Kind = KindJSONError
		e.addErrors(scrubbedValue(a.Error, scrub), resp)
	case a.Data.present:
		e.Kind = KindGraphQL
	default:
		e.Kind = KindJSONOther
		e.Message = scrub(otherMessage(body))
		if e.Message != "" {
			e.Messages = []string{e.Message}
		}
	}
	if !isNull(a.Extensions) {
		resp.Extensions, _ = scrubbedValue(a.Extensions, scrub).(map[string]any)
	}
	for _, f := range e.Errors {
		if f.Message == "" {
			continue
		}
		if e.Message == "" {
			e.Message, e.Code, e.Path = f.Message, f.Code, f.Path
		}
		e.Messages = append(e.Messages, f.Message)
	}
	if e.Message == "" && len(e.Errors) > 0 {
		e.Code, e.Path = e.Errors[0].Code, e.Errors[0].Path
	}
}

// readErrorCode reads the header with which W&B names some of its limits, such as
// run_metric_limit_exceeded. It proves that a response is W&B's, whose body may be {}.
func (e *Error) readErrorCode(code string) {
	if code == "" {
		return
	}
	e.Code = cmp.Or(e.Code, code)
	if e.Kind == KindJSONOther || e.Kind == KindEmpty {
		e.Kind = KindJSONError
	}
	if e.Message == "" {
		e.Message = code
		e.Messages = []string{code}
	}
}

func scrubbedValue(raw json.RawMessage, scrub func(string) string) any {
	var v any
	_ = json.Unmarshal(raw, &v) // valid already: it is part of a valid object
	return scrubValue(v, scrub)
}

// scrubValue scrubs after decoding, because JSON has several ways to write a key.
func scrubValue(v any, scrub func(string) string) any {
	switch v := v.(type) {
	case string:
		return scrub(v)
	case []any:
		for i := range v {
			v[i] = scrubValue(v[i], scrub)
		}
	case map[string]any:
		for k := range v {
			v[k] = scrubValue(v[k], scrub)
		}
	}
	return v
}

// addErrors accepts every form that servers use: a list of objects or texts, or
// one of them without a list.
func (e *Error) addErrors(v any, resp *gql.Response) {
	if list, ok := v.([]any); ok {
		for _, one := range list {
			e.addError(one, resp)
		}
		return
	}
	if object, ok := v.(map[string]any); ok && len(object) == 0 || v == nil || v == "" {
		return
	}
	e.addError(v, resp)
}

func (e *Error) addError(v any, resp *gql.Response) {
	object, ok := v.(map[string]any)
	if !ok {
		object = map[string]any{"message": text(v)}
	}
	var f FieldError
	g := &gqlerror.Error{}
	f.Message = text(object["message"])
	g.Message = f.Message
	if ext, ok := object["extensions"].(map[string]any); ok {
		g.Extensions = ext
		f.Code = text(ext["code"])
	}
	if f.Code == "" {
		f.Code = text(object["code"])
	}
	if path, ok := object["path"].([]any); ok {
		for _, element := range path {
			f.Path = append(f.Path, text(element))
			if n, ok := element.(float64); ok {
				g.Path = append(g.Path, ast.PathIndex(n))
			} else {
				g.Path = append(g.Path, ast.PathName(text(element)))
			}
		}
	}
	if locations, ok := object["locations"].([]any); ok {
		f.HasLocations = len(locations) > 0
		for _, l := range locations {
			if at, ok := l.(map[string]any); ok {
				line, _ := at["line"].(float64)
				column, _ := at["column"].(float64)
				g.Locations = append(g.Locations, gqlerror.Location{Line: int(line), Column: int(column)})
			}
		}
	}
	e.Errors = append(e.Errors, f)
	resp.Errors = append(resp.Errors, g)
}

// httpError is the error that genqlient's own client returns for such a response,
// with a message in the cases in which that client loses it.
func (e *Error) httpError(resp *gql.Response) *HTTPError {
	if len(resp.Errors) == 0 {
		if message := cmp.Or(e.Message, string(e.Body)); message != "" {
			resp.Errors = gqlerror.List{{Message: message}}
		}
	}
	return &HTTPError{StatusCode: e.StatusCode, Response: *resp}
}

// text formats a JSON value of any type as text.
func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case nil:
		return ""
	case float64:
		if v == math.Trunc(v) {
			return strconv.FormatFloat(v, 'f', -1, 64)
		}
		return strconv.FormatFloat(v, 'g', -1, 64)
	default:
		raw, err := json.Marshal(v)
		if err != nil {
			return ""
		}
		return string(raw)
	}
}

func isNull(raw []byte) bool { return len(raw) == 0 || string(raw) == "null" }

func isObject(body []byte) bool {
	body = bytes.TrimLeft(body, " \t\r\n")
	return len(body) > 0 && body[0] == '{'
}
