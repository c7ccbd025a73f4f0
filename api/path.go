package api

import (
	"net/url"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/settings"
)

// path names a project or a run. An empty entity is the account's default.
type path struct{ entity, project, run string }

func (p path) String() string {
	var parts []string
	for _, name := range []string{p.entity, p.project, p.run} {
		if name != "" {
			parts = append(parts, name)
		}
	}
	return strings.Join(parts, "/")
}

// parsePath reads "project", "entity/project" or, with a run, "project/run" or
// "entity/project/run". The address of a page is one as well.
func parsePath(text string, withRun bool) (path, error) {
	form := "must have the form entity/project"
	if withRun {
		form = "must have the form entity/project/run"
	}
	invalid := &errors.InputError{Field: "path", Value: secret.Redact(text), Rule: form}
	parts, ok := pathOfPage(text)
	if !ok {
		parts = strings.Split(strings.Trim(text, "/"), "/")
	}
	parts = slices.DeleteFunc(parts, func(s string) bool { return s == "runs" && len(parts) > 3 })
	var p path
	if withRun && len(parts) > 1 {
		p.run = parts[len(parts)-1]
		parts = parts[:len(parts)-1]
	} else if withRun {
		return path{}, invalid
	}
	switch len(parts) {
	case 1:
		p.project = parts[0]
	case 2:
		p.entity, p.project = parts[0], parts[1]
	default:
		return path{}, invalid
	}
	if p.project == "" || withRun && p.run == "" || len(parts) == 2 && p.entity == "" {
		return path{}, invalid
	}
	return p, settings.CheckNames(secret.Key{},
		settings.Named{Field: "entity", Text: p.entity, Check: settings.CheckEntity},
		settings.Named{Field: "project", Text: p.project, Check: settings.CheckProject},
		settings.Named{Field: "run id", Text: p.run, Check: settings.CheckRunID})
}

// pathOfPage returns the names in the address of a page, such as
// https://forge.coreweave.com/wandb/acme/vision/runs/abc.
func pathOfPage(text string) (parts []string, ok bool) {
	if !strings.Contains(text, "://") {
		return nil, false
	}
	u, err := url.Parse(text)
	if err != nil {
		return nil, false
	}
	parts = strings.Split(strings.Trim(u.Path, "/"), "/")
	if len(parts) > 2 && parts[0] == "wandb" {
		parts = parts[1:]
	}
	return parts, true
}
