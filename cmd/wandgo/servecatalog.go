package main

import (
	"fmt"

	"github.com/wandgo/wandgo/internal/dashboard"
	"github.com/wandgo/wandgo/sweep"
	"github.com/wandgo/wandgo/wandbtest"
)

// serverCatalog shows the artifacts and sweeps of a server on its pages.
type serverCatalog struct{ server *wandbtest.Server }

// Artifacts returns the versions of a project: those that were logged in it, and links.
func (c serverCatalog) Artifacts(entity, project string) []dashboard.Artifact {
	var all []dashboard.Artifact
	for _, v := range c.server.Artifacts() {
		if v.State == "DELETED" {
			continue
		}
		a := dashboard.Artifact{
			ID: v.ID, Name: v.Collection, Type: v.Type, Version: versionName(v.Version), State: v.State, Aliases: v.Aliases, Tags: v.Tags,
			Description: v.Description, Metadata: v.Metadata, Digest: v.Digest, Created: v.CreatedAt,
		}
		if v.Run != (wandbtest.RunKey{}) {
			a.By = &dashboard.RunRef{Entity: v.Run.Entity, Project: v.Run.Project, ID: v.Run.ID}
		}
		for _, r := range v.UsedBy {
			a.UsedBy = append(a.UsedBy, dashboard.RunRef{Entity: r.Entity, Project: r.Project, ID: r.ID})
		}
		for _, f := range v.Files {
			a.Files = append(a.Files, dashboard.File{Name: f.Name, Size: f.Size, Digest: f.Digest, Ref: f.Ref})
		}
		if v.Entity == entity && v.Project == project {
			all = append(all, a)
		}
		for _, l := range v.Links {
			if l.Entity == entity && l.Project == project {
				linked := a
				linked.Name, linked.Version, linked.Aliases = l.Collection, versionName(l.Version), l.Aliases
				linked.LinkedFrom = fmt.Sprintf("%s/%s/%s:%s", v.Entity, v.Project, v.Collection, a.Version)
				all = append(all, linked)
			}
		}
	}
	return all
}

// File returns the content of a file of an artifact.
func (c serverCatalog) File(id, path string) ([]byte, bool) { return artifactFile(c.server, id, path) }

// artifactFile returns the content of a file, and whether there is one.
func artifactFile(server *wandbtest.Server, id, path string) ([]byte, bool) {
	v, _ := server.ArtifactByID(id)
	f, ok := v.File(path)
	if !ok {
		return nil, false
	}
	content, err := f.Content()
	return content, err == nil
}

// versionName is v0, v1 and so on, "" for an artifact that is not complete.
func versionName(n int) string {
	if n < 0 {
		return ""
	}
	return fmt.Sprintf("v%d", n)
}

// Sweeps returns the sweeps of a project.
func (c serverCatalog) Sweeps(entity, project string) []dashboard.Sweep {
	var all []dashboard.Sweep
	for _, key := range c.server.Sweeps() {
		if key.Entity != entity || key.Project != project {
			continue
		}
		v, ok := c.server.Sweep(key.Entity, key.Project, key.ID)
		if !ok {
			continue // deleted meanwhile
		}
		s := dashboard.Sweep{ID: v.ID, Name: v.DisplayName, State: v.State, Config: v.Config, Best: v.Best, BestValue: v.BestValue}
		if config, err := sweep.Parse([]byte(v.Config)); err == nil { // otherwise the page shows the text
			sweepFacts(&s, config)
		}
		all = append(all, s)
	}
	return all
}
