package runfiles

import (
	"cmp"
	"context"
	"fmt"
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
	payload := cmp.Or(resp.CreateRunFiles, new(graphql.CreateRunFilesPayload))
	files := payload.Files
	if len(files) != len(names) {
		return nil, answerError(fmt.Sprintf("the server returned %d upload addresses for %d files", len(files), len(names)))
	}
	header := objectstore.Header(payload.UploadHeaders)
	urls := make(map[string]*string, len(files))
	for _, f := range files {
		urls[f.Name] = f.UploadUrl
	}
	targets := make([]objectstore.Address, len(names))
	for i, name := range names {
		// By name, so that a response in another order cannot swap contents.
		address := urls[name]
		if address == nil || *address == "" {
			return nil, answerError(fmt.Sprintf("the server returned no upload address for %q", name))
		}
		targets[i] = objectstore.Address{URL: *address, Header: header, Asked: made}
	}
	return targets, nil
}
