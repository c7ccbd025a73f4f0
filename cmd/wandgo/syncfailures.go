package main

import (
	"cmp"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/doctor"
	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/plaintext"
)

// failure is a cause and the runs that failed by it.
type failure struct {
	first *client.SyncedRun
	dirs  []string
}

// failures groups the runs that failed by their causes.
func failures(report *client.SyncReport) []*failure {
	var all []*failure
	byCause := make(map[string]*failure)
	for i := range report.Runs {
		r := &report.Runs[i]
		if r.Err == nil {
			continue
		}
		cause := cmp.Or(errors.Code(r.Err), innermost(r.Err).Error()) + "\x00" + concerned(r)
		if byCause[cause] == nil {
			byCause[cause] = &failure{first: r}
			all = append(all, byCause[cause])
		}
		byCause[cause].dirs = append(byCause[cause].dirs, r.Dir)
	}
	return all
}

// innermost is what err wraps in the end. For what has no code, such as "permission denied" of a
// file, it is the cause.
func innermost(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}

// concerned names what the cause of a failure is about: "" for the account, the server or
// what is between, else the entity or the project.
func concerned(r *client.SyncedRun) string {
	switch {
	case isOneOf(r.Err, errors.ErrServerUnavailable, errors.ErrRateLimited, errors.ErrWrongBaseURL, errors.ErrIntermediary,
		errors.ErrNoAPIKey, errors.ErrBadAPIKey, errors.ErrAnonymousKey, errors.ErrNoTeam, errors.ErrStoreRefused):
		return ""
	case isOneOf(r.Err, errors.ErrNotTeamMember, errors.ErrEntityMissing, errors.ErrTeamFrozen, errors.ErrNoPersonalEntity,
		errors.ErrServiceAccountScope, errors.ErrOrganizationEntity):
		return r.Entity
	}
	return r.Entity + "\x00" + r.Project
}

// explainFailures explains each cause once, and what to do after a sync of paths.
func (a *app) explainFailures(report *client.SyncReport, err error, o client.SyncOptions, paths []string) {
	if report == nil {
		a.explainError(err)
		return
	}
	p := &printer{w: a.stderr}
	for _, f := range failures(report) {
		p.printf("\n")
		a.explainError(f.first.Err)
		p.affected(f.dirs)
		p.nextStep(f, o, paths)
	}
}

// maxAffected is how many runs with one cause are listed.
const maxAffected = 10

// affected lists the runs with one cause, if there are several.
func (p *printer) affected(dirs []string) {
	if len(dirs) < 2 {
		return
	}
	p.printf("\nThe %d runs with this cause:\n", len(dirs))
	for i, dir := range dirs {
		if i == maxAffected {
			p.printf("  and %d more\n", len(dirs)-i)
			return
		}
		p.printf("  %s\n", printable(relative(dir)))
	}
}

// maxDirs is how many directories a command to retry lists.
const maxDirs = 3

// nextStep says how to retry, in addition to the explanation.
func (p *printer) nextStep(f *failure, o client.SyncOptions, paths []string) {
	r := f.first
	if errors.Is(r.Err, errors.ErrRunExists) || errors.Is(r.Err, errors.ErrRunDeleted) {
		return // the explanation has said that another id helps
	}
	if errors.Is(r.Err, errors.ErrTypeClash) {
		p.printf("\n")
		p.hanging("", "", "Each later wandgo sync reports this as long as the run is on this disk. Delete its directory once nothing in it is needed.")
		return
	}
	if errors.Is(r.Err, journal.ErrFormat) {
		p.printf("\n")
		p.hanging("", "", "wandgo cannot read such a file: it is not a log, or its format is newer than this wandgo. Other runs are not affected.")
		return
	}
	dir, own := explained(r.Err)
	stays := ""
	switch {
	case len(f.dirs) > 1:
		stays = "They stay on this disk. "
	case dir == "":
		stays = "The run stays on this disk. "
	}
	if len(f.dirs) <= maxDirs {
		paths = f.dirs
	}
	var arguments strings.Builder
	for _, path := range paths {
		arguments.WriteString(" " + plaintext.ShellPath(relative(path)))
	}
	rest := targetFlags(client.SyncOptions{Project: o.Project, RunID: o.RunID})
	p.printf("\n")
	if errors.Is(r.Err, errors.ErrPermissionDenied) && own == "" && targetMayHelp(r.Err) {
		if r.Entity != "" && o.Entity == "" {
			stays += "The entity " + doctor.Quote(r.Entity) + " is from the log. "
		}
		p.hanging("", "", stays+"To upload to another entity:")
		p.printf("\n    wandgo sync --entity ENTITY%s%s\n", rest, arguments.String())
		return
	}
	if own != "" && len(f.dirs) > 1 {
		p.printf("To upload all of them to %s instead:\n\n    wandgo sync --entity %s%s%s\n\n", printable(own), plaintext.ShellWord(own), rest, arguments.String())
	}
	lead := "To retry:"
	if !errors.IsRetryable(r.Err) {
		lead = "After the cause above is solved:" // until then, the same happens
	}
	p.printf("%s%s\n\n    wandgo sync%s%s\n", stays, lead, targetFlags(o), arguments.String())
}

// explained returns what the explanation of err has said: where the run is on disk, and the
// entity to upload it to instead; "" if it has not.
func explained(err error) (dir, entity string) {
	if p, ok := errors.AsType[*errors.PermissionError](err); ok {
		return p.Dir, p.SuggestedEntity()
	}
	if r, ok := errors.AsType[*errors.RequestError](err); ok {
		return r.Dir, ""
	}
	return "", ""
}

// targetMayHelp reports whether another entity may solve the refusal.
func targetMayHelp(err error) bool {
	return !isOneOf(err, errors.ErrNoAPIKey, errors.ErrBadAPIKey, errors.ErrAnonymousKey, errors.ErrStoreRefused, errors.ErrIntermediary)
}

func isOneOf(err error, causes ...error) bool {
	return slices.ContainsFunc(causes, func(cause error) bool { return errors.Is(err, cause) })
}

// targetFlags repeats the flags that choose the target.
func targetFlags(o client.SyncOptions) string {
	var flags strings.Builder
	for _, f := range []struct{ name, value string }{{"entity", o.Entity}, {"project", o.Project}, {"id", o.RunID}} {
		if f.value != "" {
			flags.WriteString(" --" + f.name + " " + plaintext.ShellWord(f.value))
		}
	}
	return flags.String()
}
