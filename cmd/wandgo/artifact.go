package main

import (
	"cmp"
	"context"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/secret"
)

var artifactCommand = group("artifact", "list, upload and download artifacts", `
Works with artifacts: named sets of files with versions.

Commands:
%s
An artifact's path is [entity/][project/]name[:version]. A version is v0, v1 and
so on, or an alias such as latest. The entity and the project are those of the
settings if the path has none.

Examples:
  wandgo artifact ls acme/vision
  wandgo artifact put images/ --name flowers
  wandgo artifact get flowers:v3 --dir /data/flowers
  wandgo help artifact ls
`, artifactLsCommand, artifactInfoCommand, artifactPutCommand, artifactGetCommand, artifactCacheCommand)

// artifactPlace is where artifacts are: those of the settings if none are given. The entity
// may also be the account's default.
func (a *app) artifactPlace(ctx context.Context, c *client.Client, entity, project string) (string, string, error) {
	s, err := a.settings()
	if err != nil {
		return "", "", err
	}
	entity, project = cmp.Or(entity, s.Entity.Text), cmp.Or(project, s.Project.Text)
	if entity != "" {
		return entity, project, nil
	}
	viewer, err := c.Viewer(ctx)
	if err != nil {
		return "", "", err
	}
	if viewer.DefaultEntity == "" {
		return "", "", &errors.InputError{Field: "project path", Value: secret.Redact(project), Rule: "must have an entity, because the account has no default one"}
	}
	return viewer.DefaultEntity, project, nil
}
