// Package runpath reads the paths by which people name projects, runs and sweeps:
// "entity/project", "entity/project/id", or the address of a page.
package runpath

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/settings"
)

// Path names a project or, with ID, something in it. An empty entity is the account's default.
type Path struct{ Entity, Project, ID string }

// String returns the names that are known, with slashes between them.
func (p Path) String() string {
	parts := slices.DeleteFunc([]string{p.Entity, p.Project, p.ID}, func(s string) bool { return s == "" })
	return strings.Join(parts, "/")
}

// Project reads "project" or "entity/project". The error is an *errors.InputError.
func Project(text string) (Path, error) { return parse(text, "") }

// Run reads "project/run" or "entity/project/run". The error is an *errors.InputError.
func Run(text string) (Path, error) { return parse(text, "run") }

// Sweep reads "sweep", "project/sweep" or "entity/project/sweep". The error is an
// *errors.InputError.
func Sweep(text string) (Path, error) { return parse(text, "sweep") }

// parse reads a path that ends in the id of a kind of thing, or in a project if kind is "".
func parse(text, kind string) (Path, error) {
	form := "must have the form entity/project"
	if kind != "" {
		form += "/" + kind
	}
	invalid := &errors.InputError{Field: cmp.Or(kind, "project") + " path", Value: secret.Redact(text), Rule: form}
	parts, ok := page(text)
	if !ok {
		parts = strings.Split(strings.Trim(text, "/"), "/")
	}
	if len(parts) > 3 && parts[2] == kind+"s" { // as in addresses
		parts = slices.Delete(parts, 2, 3)
	}
	if slices.Contains(parts, "") {
		return Path{}, invalid
	}
	var p Path
	if kind != "" {
		p.ID = parts[len(parts)-1]
		parts = parts[:len(parts)-1]
	}
	switch {
	case len(parts) == 0 && kind == "sweep":
	case len(parts) == 1:
		p.Project = parts[0]
	case len(parts) == 2:
		p.Entity, p.Project = parts[0], parts[1]
	default:
		return Path{}, invalid
	}
	return p, settings.CheckNames(secret.Key{},
		settings.Named{Field: "entity", Text: p.Entity, Check: settings.CheckEntity},
		settings.Named{Field: "project", Text: p.Project, Check: settings.CheckProject},
		settings.Named{Field: kind + " id", Text: p.ID, Check: settings.CheckRunID})
}

// page returns the names in the address of a page, such as
// https://forge.coreweave.com/wandb/acme/vision/runs/abc.
func page(text string) (parts []string, ok bool) {
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
