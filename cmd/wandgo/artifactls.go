package main

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/artifacts/listing"
	"github.com/wandgo/wandgo/internal/connection"
	"github.com/wandgo/wandgo/internal/plaintext"
)

var artifactLsCommand = command{
	name: "artifact ls", args: "[[entity/]project | entity/project/name] [--json]",
	summary: "list the artifacts of a project, or the versions of one",
	long: `
Lists the artifacts of a project, or with a name the versions of an artifact.
Without an argument, lists those of the project of the settings. The versions of
an artifact need its whole path: one or two names are those of a project.

The columns in a pipe (see wandgo help):

  artifacts  name, type, time of creation, description
  versions   version, aliases (separated by commas), state, number of files,
             size in bytes, time of creation, digest

Flags:
  --type T   only artifacts of this type; if there are none, it prints to
             stderr which types there are
  --json     print one JSON document: a list of artifacts (name, type,
             description, createdAt), or of versions (version, aliases, id,
             type, state, digest, description, size, files, createdAt)

The exit statuses are those of wandgo doctor.

Examples:
  wandgo artifact ls acme/vision --type dataset
  wandgo artifact ls acme/vision/flowers
  wandgo artifact ls --json | jq -r '.[].name'
`,
	run: runArtifactLs,
}

func runArtifactLs(ctx context.Context, a *app, c command, args []string) error {
	set := c.flags()
	asJSON := set.Bool("json", false, "")
	typ := set.String("type", "", "")
	paths, err := a.parsePaths(c, set, args)
	if err != nil {
		return err
	}
	parts := []string{}
	if len(paths) > 0 {
		parts = strings.Split(strings.Trim(paths[0], "/"), "/")
	}
	if len(paths) > 1 || len(parts) > 3 || slices.Contains(parts, "") {
		return usageError(c, "expected at most one path: [entity/]project or entity/project/name")
	}
	if name, _, has := strings.Cut(strings.Join(parts, "/"), ":"); has {
		return usageError(c, "the versions of an artifact are listed by its name alone: %s",
			strings.Join(append([]string{"entity", "project"}[:3-len(parts)], name), "/"))
	}
	l := &artifactList{app: a, json: *asJSON, typ: *typ}
	status := a.exit(ctx, a.withClient(ctx, func(cl *client.Client) error {
		l.conn = connection.Of(cl)
		return l.print(ctx, cl, parts)
	}))
	l.noteProject(status, parts)
	return exitCode(status)
}

// artifactList is one call of wandgo artifact ls.
type artifactList struct {
	*app
	conn *connection.Connection
	json bool
	typ  string
}

// noteProject says that the path was read as a project, to a person who may have meant an
// artifact: for the other commands, its name is enough.
func (l *artifactList) noteProject(status int, parts []string) {
	var meant string
	switch len(parts) {
	case 1:
		s, err := l.settings()
		if err != nil {
			return
		}
		meant = cmp.Or(s.Entity.Text, "ENTITY") + "/" + s.Project.Text + "/" + parts[0]
	case 2:
		meant = "ENTITY/" + strings.Join(parts, "/")
	default:
		return
	}
	switch status {
	case exitStatus(errors.ErrProjectMissing), exitStatus(errors.ErrProjectHidden), exitStatus(errors.ErrNotTeamMember), exitStatus(errors.ErrEntityMissing):
		_ = l.tell(l.stderr, "\nNote: artifact ls reads "+plaintext.Quote(strings.Join(parts, "/"), 100)+
			" as a project. To list the versions of an artifact: wandgo artifact ls "+printable(meant))
	}
}

func (l *artifactList) print(ctx context.Context, c *client.Client, parts []string) error {
	var entity, project, name string
	switch len(parts) {
	case 1:
		project = parts[0]
	case 2:
		entity, project = parts[0], parts[1]
	case 3:
		entity, project, name = parts[0], parts[1], parts[2]
	}
	given := project != ""
	entity, project, err := l.artifactPlace(ctx, c, entity, project)
	if err != nil {
		return err
	}
	if name != "" {
		return l.versions(ctx, entity, project, name)
	}
	all, err := collect(listing.Collections(ctx, l.conn, entity, project))
	if err != nil {
		return err
	}
	if !given {
		if err := l.noteDefaultProject(); err != nil {
			return err
		}
	}
	all, none := ofType(l, all, func(c listing.Collection) string { return c.Type }, "artifacts", "in "+entity+"/"+project)
	slices.SortStableFunc(all, func(a, b listing.Collection) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Name, b.Name))
	})
	var rows [][]string
	for _, c := range all {
		rows = append(rows, []string{c.Name, c.Type, l.time(c.CreatedAt), c.Description})
	}
	return l.show(all, []column{
		{title: "NAME", whole: true}, {title: "TYPE"}, {title: "CREATED", optional: 2}, {title: "DESCRIPTION", optional: 1},
	}, rows, none)
}

func (l *artifactList) versions(ctx context.Context, entity, project, name string) error {
	all, err := collect(listing.Versions(ctx, l.conn, entity, project, name))
	if err != nil {
		return err
	}
	all, none := ofType(l, all, func(v listing.Version) string { return v.Type }, "versions", "of "+entity+"/"+project+"/"+name)
	var rows [][]string
	for i := range all {
		v := &all[i]
		rows = append(rows, []string{
			v.Version, strings.Join(v.Aliases, ","), strings.ToLower(v.State), plain(v.Files), l.size(v.Size), l.time(v.CreatedAt), v.Digest,
		})
	}
	return l.show(all, []column{
		{title: "VERSION"},
		{title: "ALIASES"},
		{title: "STATE", optional: 2},
		{title: "FILES", right: true},
		{title: "SIZE", right: true},
		{title: "CREATED", optional: 3},
		{title: "DIGEST", optional: 1},
	}, rows, none)
}

// ofType returns the items that have the type that was asked for, and what to print if there
// are none.
func ofType[T any](l *artifactList, all []T, typeOf func(T) string, items, where string) (some []T, none string) {
	none = "No " + items + " " + where + "."
	if l.typ == "" || len(all) == 0 {
		return all, none
	}
	types := make(map[string]bool)
	for _, item := range all {
		types[typeOf(item)] = true
	}
	if !types[l.typ] {
		names := sortedKeys(types)
		none = fmt.Sprintf("No %s of type %q %s. The types there: %s.", items, l.typ, where, strings.Join(names, ", "))
	}
	return slices.DeleteFunc(all, func(item T) bool { return typeOf(item) != l.typ }), none
}

// show prints the list: as JSON, as a table on a terminal, or as lines.
func (l *artifactList) show(all any, columns []column, rows [][]string, none string) error {
	if l.json {
		if len(rows) == 0 && l.typ != "" { // a typo looks like an empty list
			fmt.Fprintln(l.stderr, printable(none))
		}
		return encodeJSON(l.stdout, all)
	}
	return l.list(columns, rows, none)
}

// collect returns all items of a list. It is never nil, for JSON.
func collect[T any](list iter.Seq2[T, error]) ([]T, error) {
	all := []T{}
	for item, err := range list {
		if err != nil {
			return nil, err
		}
		all = append(all, item)
	}
	return all, nil
}
