package wandbtest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator"
)

// graphqlRequest is the body of a GraphQL call.
type graphqlRequest struct {
	Query         string         `json:"query"`
	Variables     map[string]any `json:"variables"`
	OperationName string         `json:"operationName"`
}

// operationName returns the name of the requested operation. Some clients only write it
// into the document, which then has no other.
func (s *Server) operationName(req graphqlRequest) string {
	if req.OperationName != "" {
		return req.OperationName
	}
	if doc := s.dialect.load(req.Query).doc; doc != nil && len(doc.Operations) > 0 {
		return doc.Operations[0].Name
	}
	return ""
}

// serveGraphQL responds to one call. refused is the field that a fault refuses, or "".
func (s *Server) serveGraphQL(c caller, header http.Header, req graphqlRequest, refused string) reply {
	parsed := s.dialect.load(req.Query)
	if len(parsed.errs) > 0 {
		s.log.addUnknown(s.operationName(req))
		return s.invalid(parsed.errs...)
	}
	op := parsed.doc.Operations.ForName(req.OperationName)
	if op == nil {
		return s.invalid(gqlerror.Errorf("Unknown operation named %q.", req.OperationName))
	}
	vars, err := variables(s.dialect.schema, op, req.Variables)
	if err != nil {
		return s.invalid(err)
	}
	x := &execution{server: s, caller: c, header: header, schema: s.dialect.schema, vars: vars, refused: refused}
	if op.Operation == ast.Mutation { // the schema has no subscriptions
		s.mu.Lock()
		x.run(x.schema.Mutation, op, x.mutation())
		s.mu.Unlock()
		s.changed.broadcast()
	} else {
		s.mu.RLock()
		x.run(x.schema.Query, op, x.query())
		s.mu.RUnlock()
	}
	return s.answer(x)
}

// variables checks the variables. The library panics on some invalid input, which here is
// an error of the request.
func variables(schema *ast.Schema, op *ast.OperationDefinition, given map[string]any) (vars map[string]any, failed *gqlerror.Error) {
	defer func() {
		if p := recover(); p != nil {
			failed = gqlerror.Errorf("invalid variables: %v", p)
		}
	}()
	for _, def := range op.VariableDefinitions {
		if v, ok := given[def.Variable]; v == nil && def.Type.NonNull && (ok || def.DefaultValue == nil) {
			return nil, gqlerror.ErrorPosf(def.Position, "Variable %q has invalid value null.\nExpected type %q, found null.", def.Variable, def.Type.String())
		}
	}
	vars, err := validator.VariableValues(schema, op, given)
	if err != nil {
		return nil, invalidVariable(op, gqlerror.WrapIfUnwrapped(err))
	}
	return vars, nil
}

// invalidVariable names the variable and the field in the message, and not in the path, which
// would mean a resolver's error. Like other errors about the document it has a location: that
// of the variable's definition.
func invalidVariable(op *ast.OperationDefinition, err *gqlerror.Error) *gqlerror.Error {
	name, field := fmt.Sprint(err.Path[1]), err.Path[2:] // behind "variable"
	position := op.VariableDefinitions.ForName(name).Position
	if len(field) == 0 {
		return gqlerror.ErrorPosf(position, "Variable %q has invalid value: %s", name, err.Message)
	}
	return gqlerror.ErrorPosf(position, "Variable %q has invalid value.\nIn field %q: %s.", name, field.String(), err.Message)
}

// invalid responds to a document that does not fit the schema. Such errors have locations
// in the document and no path, because nothing was resolved.
func (s *Server) invalid(errs ...*gqlerror.Error) reply {
	return jsonReply(s.cfg.validationStatus, slices.Concat([]byte{'{'}, errorsMember(errs), []byte{'}'}))
}

// errorsMember is the member "errors" of a response.
func errorsMember(errs gqlerror.List) []byte {
	text, _ := json.Marshal(errs) //nolint:errchkjson // texts and numbers
	return append([]byte(`"errors":`), text...)
}

// answer returns the body for an executed operation, in the key order of the server's
// generation.
func (s *Server) answer(x *execution) reply {
	data := append([]byte(`"data":`), x.out.Bytes()...)
	if len(x.errs) == 0 {
		return jsonReply(http.StatusOK, slices.Concat([]byte{'{'}, data, []byte{'}'}))
	}
	first, second := data, errorsMember(x.errs)
	if s.cfg.generation.errorsFirst() {
		first, second = second, first
	}
	return jsonReply(cmp.Or(x.status, s.cfg.policy.FieldRefusalStatus), slices.Concat([]byte{'{'}, first, []byte{','}, second, []byte{'}'}))
}
