package runfiles

import (
	"context"
	"time"

	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/objectstore"
)

// ask requests the addresses of names, in their order.
func (u *Uploader) ask(ctx context.Context, names []string) ([]objectstore.Address, error) {
	made := time.Now()
	resp, err := graphql.CreateRunFiles(ctx, u.cfg.GraphQL, graphql.CreateRunFilesInput{
		EntityName: u.cfg.Entity, ProjectName: u.cfg.Project, RunName: u.cfg.Run, Files: names,
	})
	if err != nil {
		return nil, err
	}
	if resp == nil || resp.CreateRunFiles == nil {
		return nil, &AnswerError{Asked: len(names)}
	}
	files := resp.CreateRunFiles.Files
	if len(files) != len(names) {
		return nil, &AnswerError{Asked: len(names), Got: len(files)}
	}
	header := objectstore.Header(resp.CreateRunFiles.UploadHeaders)
	urls := make(map[string]*string, len(files))
	for _, f := range files {
		urls[f.Name] = f.UploadUrl
	}
	targets := make([]objectstore.Address, len(names))
	for i, name := range names {
		// By name, so that a response in another order cannot swap contents.
		address := urls[name]
		if address == nil || *address == "" {
			return nil, &AnswerError{Asked: len(names), Got: len(files), Name: name}
		}
		targets[i] = objectstore.Address{URL: *address, Header: header, Asked: made}
	}
	return targets, nil
}
