package sink

import (
	"maps"
	"reflect"
	"slices"

	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/record"
)

// Upsert is the request that creates a run or changes its settings, for live runs and
// replayed logs. Empty fields of rec are omitted: the server keeps or chooses them.
// config is the whole config in wire form, nil to keep the server's. program is the
// program that logs the run.
func Upsert(rec *record.Run, config []byte, program string) graphql.UpsertBucketInput {
	in := graphql.UpsertBucketInput{
		Id:          gqlclient.Optional(rec.StorageID),
		Name:        &rec.ID,
		EntityName:  gqlclient.Optional(rec.Entity),
		ModelName:   gqlclient.Optional(rec.Project),
		DisplayName: gqlclient.Optional(rec.DisplayName),
		Notes:       gqlclient.Optional(rec.Notes),
		GroupName:   gqlclient.Optional(rec.Group),
		JobType:     gqlclient.Optional(rec.JobType),
		JobProgram:  gqlclient.Optional(program),
		Sweep:       gqlclient.Optional(rec.SweepID),
		Host:        gqlclient.Optional(rec.Host),
	}
	for _, tag := range rec.Tags {
		in.Tags = append(in.Tags, &tag)
	}
	if g := rec.Git; g != nil {
		in.Commit, in.JobRepo = gqlclient.Optional(g.Commit), gqlclient.Optional(g.RemoteURL)
	}
	if config != nil {
		in.Config = new(string(config))
	}
	return in
}

// UpsertPart is a request with one setting of a run.
type UpsertPart struct {
	// Setting is its name for a person.
	Setting string
	Input   graphql.UpsertBucketInput
	set     func(*graphql.UpsertBucketInput)
}

// UpsertEach repeats a request whose settings the server refused as invalid: first without
// them, and then with one at a time. invalid is called with the error for a setting and
// reports whether the others follow nevertheless.
func UpsertEach(in graphql.UpsertBucketInput, refusal error, upsert func(graphql.UpsertBucketInput) error, invalid func(UpsertPart, error) bool) error {
	rest, parts := splitUpsert(in)
	if len(parts) == 0 {
		return refusal
	}
	if err := upsert(rest); err != nil {
		return err
	}
	for _, part := range parts {
		if err := upsert(part.Input); err != nil && !invalid(part, err) {
			return err
		}
	}
	return nil
}

// splitUpsert splits a request whose settings the server refused as invalid, so that one
// refused setting does not hold back the others: rest has none of the settings that a
// user chooses, and parts has one request for each of them.
func splitUpsert(in graphql.UpsertBucketInput) (rest graphql.UpsertBucketInput, parts []UpsertPart) {
	alone := graphql.UpsertBucketInput{Id: in.Id, Name: in.Name, EntityName: in.EntityName, ModelName: in.ModelName}
	add := func(setting string, has bool, set func(*graphql.UpsertBucketInput)) {
		if has {
			part := alone
			set(&part)
			parts = append(parts, UpsertPart{setting, part, set})
		}
	}
	add("config", in.Config != nil, func(p *graphql.UpsertBucketInput) { p.Config = in.Config })
	add("name", in.DisplayName != nil, func(p *graphql.UpsertBucketInput) { p.DisplayName = in.DisplayName })
	add("notes", in.Notes != nil, func(p *graphql.UpsertBucketInput) { p.Notes = in.Notes })
	add("group", in.GroupName != nil, func(p *graphql.UpsertBucketInput) { p.GroupName = in.GroupName })
	add("job type", in.JobType != nil, func(p *graphql.UpsertBucketInput) { p.JobType = in.JobType })
	add("tags", in.Tags != nil, func(p *graphql.UpsertBucketInput) { p.Tags = in.Tags })
	rest = in
	rest.Config, rest.DisplayName, rest.Notes, rest.GroupName, rest.JobType, rest.Tags = nil, nil, nil, nil, nil, nil
	return rest, parts
}

// invalidSettings are the settings that the server refused as invalid, by their names.
// Their values stay out of requests.
type invalidSettings map[string]invalidSetting

type invalidSetting struct {
	input   graphql.UpsertBucketInput
	refusal error
}

// first is one of the refusals, or nil.
func (s invalidSettings) first() error {
	if len(s) == 0 {
		return nil
	}
	return s[slices.Min(slices.Collect(maps.Keys(s)))].refusal
}

// without returns a request without the values that were refused. A setting that has
// another value by now gets another chance.
func (s invalidSettings) without(in graphql.UpsertBucketInput) graphql.UpsertBucketInput {
	if len(s) == 0 {
		return in
	}
	rest, parts := splitUpsert(in)
	for _, part := range parts {
		if refused, ok := s[part.Setting]; ok && reflect.DeepEqual(refused.input, part.Input) {
			continue
		}
		delete(s, part.Setting)
		part.set(&rest)
	}
	return rest
}
