package api

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/history"
	"github.com/wandgo/wandgo/internal/jsonx"
)

// Changes are changes of a run. Nil changes nothing.
type Changes struct {
	// Name, Notes, Group and JobType replace the labels. The server reads an empty text as
	// unchanged.
	Name, Notes, Group, JobType *string
	// Tags replace the tags.
	Tags []string
	// Config and Summary add to the config and the summary, or replace the values of keys. They
	// are encoded as by encoding/json, but may have NaN and infinities.
	Config, Summary map[string]any
	// DropConfig and DropSummary remove keys.
	DropConfig, DropSummary []string
}

// Update changes the run on the server, and returns it as it is then. The server stores config and
// summary as a whole: Update reads the run first and sends everything, so of two updates of them at
// the same time one may be lost, and so may a change by the run's own process. It blocks until
// there is a response.
//
// Errors:
//   - *errors.InputError: a value cannot be encoded. No request was made.
//   - *errors.PermissionError: the server refused; it says why.
//   - *errors.RequestError: other failures, with ErrRunMissing if the run does not exist any more.
//   - the error of ctx.
func (r *Run) Update(ctx context.Context, c Changes) (*Run, error) {
	config, err := encoded("config", c.Config)
	if err != nil {
		return nil, err
	}
	summary, err := encoded("summary", c.Summary)
	if err != nil {
		return nil, err
	}
	now, err := r.api.read(ctx, diagnose.OpUpdateRun, r.path())
	if err != nil {
		return nil, err
	}
	in := graphql.UpsertBucketInput{
		Id: &now.storageID, DisplayName: c.Name, Notes: c.Notes, GroupName: c.Group, JobType: c.JobType,
	}
	for _, tag := range c.Tags {
		in.Tags = append(in.Tags, &tag)
	}
	if len(config)+len(c.DropConfig) > 0 {
		for key, value := range config {
			config[key] = slices.Concat([]byte(`{"value":`), value, []byte(`,"desc":null}`))
		}
		if in.Config, err = merged(now.Raw.Config, config, c.DropConfig); err != nil {
			return nil, fmt.Errorf("update config of %s: %w", r, err)
		}
	}
	if len(summary)+len(c.DropSummary) > 0 {
		if in.SummaryMetrics, err = merged(now.Raw.Summary, summary, c.DropSummary); err != nil {
			return nil, fmt.Errorf("update summary of %s: %w", r, err)
		}
	}
	if _, err := graphql.UpsertBucket(ctx, r.api.conn.GraphQL, in); err != nil {
		return nil, r.explain(ctx, diagnose.OpUpdateRun, err)
	}
	return r.api.read(ctx, diagnose.OpUpdateRun, r.path())
}

// encoded returns the values in JSON. Keys of the client's own are refused.
func encoded(field string, values map[string]any) (map[string][]byte, error) {
	out := make(map[string][]byte, len(values))
	for key, value := range values {
		if key == "_wandb" {
			return nil, &errors.InputError{Field: field + `["_wandb"]`, Rule: "is the client's own"}
		}
		text, err := new(history.Encoder).AppendValue(nil, value)
		if err != nil {
			return nil, &errors.InputError{Field: fmt.Sprintf("%s[%q]", field, key), Rule: "cannot be encoded: " + err.Error()}
		}
		out[key] = text
	}
	return out, nil
}

// merged returns an object with changed members. What it does not change stays as it is written.
func merged(object string, changes map[string][]byte, drop []string) (*string, error) {
	members := map[string][]byte{}
	var order []string
	b := []byte(object)
	if object != "" {
		end := jsonx.EachMember(b, jsonx.SkipSpace(b, 0), func(key, keyEnd, at int) int {
			end := jsonx.Skip(b, at, 1)
			if end >= 0 {
				name, _, _ := jsonx.Unquote(nil, b[key:keyEnd])
				members[string(name)] = b[at:end]
				order = append(order, string(name))
			}
			return end
		})
		if end < 0 {
			return nil, jsonx.ErrSyntax
		}
	}
	for _, key := range slices.Sorted(maps.Keys(changes)) {
		if _, known := members[key]; !known {
			order = append(order, key)
		}
		members[key] = changes[key]
	}
	out := []byte{'{'}
	for _, key := range order {
		if slices.Contains(drop, key) {
			continue
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(append(jsonx.AppendString(out, key), ':'), members[key]...)
	}
	return new(string(append(out, '}'))), nil
}

// Stop asks the run's process to stop, as the web UI does. It blocks until there is a response. The
// error is an *errors.PermissionError or *errors.RequestError.
func (r *Run) Stop(ctx context.Context) error {
	_, err := graphql.StopRun(ctx, r.api.conn.GraphQL, graphql.StopRunInput{Id: r.storageID})
	if err != nil {
		return r.explain(ctx, diagnose.OpStopRun, err)
	}
	return nil
}

// Delete deletes the run with its history and files. Its id cannot be used again. Artifacts that it
// logged are deleted, too, if artifacts is true. It blocks until there is a response. The error is
// an *errors.PermissionError or *errors.RequestError.
func (r *Run) Delete(ctx context.Context, artifacts bool) error {
	_, err := graphql.DeleteRun(ctx, r.api.conn.GraphQL, graphql.DeleteRunInput{Id: r.storageID, DeleteArtifacts: &artifacts})
	if err != nil {
		return r.explain(ctx, diagnose.OpDeleteRun, err)
	}
	return nil
}
