package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/wandgo/wandgo/internal/transport"
)

// answer is a response of the server, decoded if it is GraphQL.
type answer struct {
	rawAnswer
	data   map[string]any
	errors int
}

// askTimeout bounds one question.
const askTimeout = 10 * time.Second

func post(ctx context.Context, t *transport.Transport, as, what, document string, variables map[string]any) answer {
	a := answer{rawAnswer: rawAnswer{What: what, As: as}}
	const operation = "DoctorAsks"
	body, err := json.Marshal(map[string]any{"operationName": operation, "query": document, "variables": variables})
	if err != nil {
		a.Error = err.Error()
		return a
	}
	resp, err := t.Do(ctx, &transport.Request{
		Path: "/graphql", Body: body, Operation: operation, Policy: transport.Policy{AttemptTimeout: askTimeout},
	})
	if err != nil {
		a.Error = err.Error()
		return a
	}
	a.Status, a.Body = resp.StatusCode, string(resp.Body)
	var decoded struct {
		Data   map[string]any `json:"data"`
		Errors []any          `json:"errors"`
	}
	if json.Unmarshal(resp.Body, &decoded) == nil {
		a.data, a.errors = decoded.Data, len(decoded.Errors)
	}
	return a
}

// at returns a value of the data, by its path of names.
func (a answer) at(path ...string) (any, bool) {
	var here any = a.data
	for _, name := range path {
		object, ok := here.(map[string]any)
		if !ok {
			return nil, false
		}
		if here, ok = object[name]; !ok {
			return nil, false
		}
	}
	return here, true
}

// shape describes the value of the field: null, an object, an error.
func (a answer) shape(field string) string {
	value, ok := a.at(field)
	var text string
	switch {
	case a.Error != "":
		return "no response"
	case a.data == nil && a.errors > 0:
		return fmt.Sprintf("HTTP %d with errors and no data", a.Status)
	case !ok:
		return fmt.Sprintf("HTTP %d without the field", a.Status)
	case value == nil:
		text = "null"
	default:
		text = "an object"
	}
	if a.errors > 0 {
		return fmt.Sprintf("%s with %d error(s) (HTTP %d)", text, a.errors, a.Status)
	}
	return text
}

// upsertShape describes the result of an upsert.
func (a answer) upsertShape() string {
	id, created := a.at("upsertBucket", "bucket", "name")
	switch {
	case a.Error != "":
		return "no response"
	case created && id != nil:
		return fmt.Sprintf("HTTP %d, allowed: the run %v was created; delete it in the web UI", a.Status, id)
	}
	return fmt.Sprintf("HTTP %d, refused", a.Status)
}

// statusText is the HTTP status in words.
func (a answer) statusText() string {
	if a.Error != "" {
		return "no response"
	}
	return fmt.Sprintf("HTTP %d", a.Status)
}
