package sink

import "github.com/wandgo/wandgo/graphql"

// UpsertPart is a request with one setting of a run.
type UpsertPart struct {
	// Setting is its name for a person.
	Setting string
	Input   graphql.UpsertBucketInput
}

// SplitUpsert splits a request whose settings the server refused as invalid, so that one
// refused setting does not hold back the others: rest has none of the settings that a
// user chooses, and parts has one request for each of them.
func SplitUpsert(in graphql.UpsertBucketInput) (rest graphql.UpsertBucketInput, parts []UpsertPart) {
	alone := graphql.UpsertBucketInput{Id: in.Id, Name: in.Name, EntityName: in.EntityName, ModelName: in.ModelName}
	add := func(setting string, has bool, set func(*graphql.UpsertBucketInput)) {
		if has {
			part := alone
			set(&part)
			parts = append(parts, UpsertPart{setting, part})
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
