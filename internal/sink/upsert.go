package sink

import (
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/record"
)

// Upsert is the request that creates a run or changes its settings, for live runs and
// replayed logs. Empty fields of rec are omitted: the server keeps or chooses them.
// config is the whole config in wire form, nil to keep the server's. program is the
// program that logs the run.
func Upsert(rec *record.Run, config []byte, program string) graphql.UpsertBucketInput {
	in := graphql.UpsertBucketInput{
		Id:          Optional(rec.StorageID),
		Name:        &rec.ID,
		EntityName:  Optional(rec.Entity),
		ModelName:   Optional(rec.Project),
		DisplayName: Optional(rec.DisplayName),
		Notes:       Optional(rec.Notes),
		GroupName:   Optional(rec.Group),
		JobType:     Optional(rec.JobType),
		JobProgram:  Optional(program),
		Sweep:       Optional(rec.SweepID),
		Host:        Optional(rec.Host),
	}
	for _, tag := range rec.Tags {
		in.Tags = append(in.Tags, &tag)
	}
	if g := rec.Git; g != nil {
		in.Commit, in.JobRepo = Optional(g.Commit), Optional(g.RemoteURL)
	}
	if config != nil {
		in.Config = new(string(config))
	}
	return in
}

// Optional is nil for "".
func Optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
