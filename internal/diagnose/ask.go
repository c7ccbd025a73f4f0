package diagnose

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	gql "github.com/Khan/genqlient/graphql"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/transport"
)

// Ask sends the follow-up questions for a refusal of this class and returns the
// findings; it never fails. It sends one combined request. Only if that fails as
// a whole, it sends each question on its own, all at the same time. It returns by
// the time ctx ends.
func Ask(ctx context.Context, client gql.Client, class Class, q Question) *Findings {
	f := ask(ctx, client, class, q)
	f.Registry = strings.HasPrefix(q.Project, registryPrefix)
	f.cut = ctx.Err() != nil
	return f
}

func ask(ctx context.Context, client gql.Client, class Class, q Question) *Findings {
	if class == Unauthorized {
		// If the key is in question, only the viewer matters.
		f := &Findings{Entity: q.Entity, RunID: q.RunID}
		f.askViewer(ctx, client)
		f.skipRest("the key is in question")
		return f
	}
	if class == EntityNotFound {
		q.Project, q.RunID = "", ""
	}
	f, ok := askAtOnce(ctx, client, q)
	if !ok {
		f = askSingly(ctx, client, q)
	}
	return f
}

// shareOfCombined is the share of the remaining time that the combined request may
// take, so that a slow field leaves time to ask for the others separately.
const shareOfCombined = 0.6

func askAtOnce(ctx context.Context, client gql.Client, q Question) (*Findings, bool) {
	if deadline, ok := ctx.Deadline(); ok {
		part := time.Duration(float64(time.Until(deadline)) * shareOfCombined)
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, part)
		defer cancel()
	}
	var r *graphql.DiagnoseResponse
	var err error
	withProject, withRun := q.Project != "", q.Project != "" && q.RunID != ""
	if q.Entity != "" {
		r, err = graphql.Diagnose(ctx, client, q.Entity, q.Project, q.RunID, withProject, withRun)
	} else {
		var ofDefault *graphql.DiagnoseDefaultResponse
		ofDefault, err = graphql.DiagnoseDefault(ctx, client, q.Project, q.RunID, withProject, withRun)
		r = withoutDefault(ofDefault)
	}
	f := &Findings{Entity: q.Entity, RunID: q.RunID}
	refused, whole := refusedFields(err)
	if err != nil {
		if r.Viewer == nil { // if there is a viewer, a 401 is about another field
			if f.readWho(nil, err); f.Who.Unauthorized {
				f.skipRest("the key is in question")
				return f, true
			}
		}
		if _, ok := errors.AsType[*transport.TokenError](err); ok { // no other question could be sent either
			f.readWho(nil, err)
			f.skipRest("there is no access token")
			return f, true
		}
		if whole || *r == (graphql.DiagnoseResponse{}) {
			return nil, false
		}
	}
	f.readWho(r.Viewer, refused["viewer"])
	if f.Entity == "" && f.Who.Viewer != nil {
		f.Entity = f.Who.Viewer.DefaultEntity
	}
	f.readAccount(r.Account, refused["account"])
	f.readTarget(r, refused, q)
	return f, true
}

// withoutDefault is the response as if the default entity had been named.
func withoutDefault(r *graphql.DiagnoseDefaultResponse) *graphql.DiagnoseResponse {
	named := &graphql.DiagnoseResponse{Viewer: r.Viewer, Account: r.Account}
	if r.Entity != nil {
		named.Entity = r.Entity.DefaultEntity
	}
	if r.EntityKind != nil {
		named.EntityKind = r.EntityKind.DefaultEntity
	}
	if r.Project != nil && r.Project.DefaultEntity != nil {
		named.Project = r.Project.DefaultEntity.Project
	}
	if r.Roles != nil {
		named.Roles = r.Roles.DefaultEntity
	}
	if r.ProjectRoles != nil && r.ProjectRoles.DefaultEntity != nil {
		named.ProjectRoles = r.ProjectRoles.DefaultEntity.Project
	}
	if r.Seats != nil {
		named.Seats = r.Seats.DefaultEntity
	}
	if r.RunOwner != nil && r.RunOwner.DefaultEntity != nil {
		named.RunOwner = r.RunOwner.DefaultEntity.Project
	}
	return named
}

// refusedFields returns the errors that concern one root field, by alias, and
// whether there is an error about the request as a whole.
func refusedFields(err error) (map[string]error, bool) {
	if err == nil {
		return nil, false
	}
	ge, ok := errors.AsType[*graphql.Error](err)
	if !ok || ge.StatusCode != http.StatusOK || ge.IsValidation() {
		return nil, true
	}
	fields := make(map[string]error, len(ge.Errors))
	for _, fe := range ge.Errors {
		if len(fe.Path) == 0 {
			return nil, true
		}
		fields[fe.Path[0]] = fieldRefused{fe}
	}
	return fields, len(fields) == 0
}

// askSingly sends every question on its own, all at the same time, so that one
// that is refused, fails or is too new for the server does not affect the others.
func askSingly(ctx context.Context, client gql.Client, q Question) *Findings {
	f := &Findings{Entity: q.Entity, RunID: q.RunID}
	if q.Entity == "" { // the entity is the viewer's default: ask for it first
		f.askViewer(ctx, client)
		if f.Who.Viewer == nil || f.Who.Viewer.DefaultEntity == "" {
			f.askAccount(ctx, client)
			f.skipRest("the account's default entity is unknown")
			return f
		}
		f.Entity = f.Who.Viewer.DefaultEntity
	}
	var wg sync.WaitGroup
	if f.Who.Outcome == "" {
		wg.Go(func() { f.askViewer(ctx, client) })
	}
	wg.Go(func() { f.askAccount(ctx, client) })
	answers := new(graphql.DiagnoseResponse) // as if it had been one request
	var entityErr, kindErr, rolesErr, seatsErr, projectErr, projectRolesErr, runErr error
	wg.Go(func() {
		r, err := graphql.ProbeEntity(ctx, client, f.Entity)
		answers.Entity, entityErr = r.Entity, err
	})
	wg.Go(func() {
		r, err := graphql.ProbeEntityKind(ctx, client, f.Entity)
		answers.EntityKind, kindErr = r.Entity, err
	})
	wg.Go(func() {
		r, err := graphql.ProbeRoles(ctx, client, f.Entity)
		answers.Roles, rolesErr = r.Entity, err
	})
	wg.Go(func() {
		r, err := graphql.ProbeSeats(ctx, client, f.Entity)
		answers.Seats, seatsErr = r.Entity, err
	})
	if q.Project != "" {
		wg.Go(func() {
			r, err := graphql.ProbeProject(ctx, client, f.Entity, q.Project)
			answers.Project, projectErr = r.Project, err
		})
		wg.Go(func() {
			r, err := graphql.ProbeProjectRoles(ctx, client, f.Entity, q.Project)
			answers.ProjectRoles, projectRolesErr = r.Project, err
		})
	}
	if q.Project != "" && q.RunID != "" {
		wg.Go(func() {
			r, err := graphql.ProbeRunOwner(ctx, client, f.Entity, q.Project, q.RunID)
			answers.RunOwner, runErr = r.Project, err
		})
	}
	wg.Wait()
	f.readTarget(answers, map[string]error{
		"entity": entityErr, "entityKind": kindErr, "roles": rolesErr, "seats": seatsErr,
		"project": projectErr, "projectRoles": projectRolesErr, "runOwner": runErr,
	}, q)
	return f
}

// askViewer asks whose key it is.
func (f *Findings) askViewer(ctx context.Context, client gql.Client) {
	w, paged, err := askWho(ctx, client)
	f.readWho(w, err)
	if f.Who.Viewer != nil && !paged {
		f.Who.Viewer.TeamsComplete = false // the server's page size is unknown
	}
}

// AskViewer asks whose key it is, and nothing else. Viewer and error are both nil
// if the server recognises no account behind the key. If the server shows the
// account but not its teams, Teams is nil and there is no error.
func AskViewer(ctx context.Context, client gql.Client) (*errors.Viewer, error) {
	var f Findings
	f.askViewer(ctx, client)
	if f.Who.Viewer != nil || f.Who.empty() {
		return f.Who.Viewer, nil
	}
	return nil, f.Who.err
}

// askWho asks for the account and a page with all of its teams. If the server
// objects to the size of the page, it asks again without it; paged is then false. A server
// of another maker, which does not know all fields, is asked for the most common ones.
func askWho(ctx context.Context, client gql.Client) (w *graphql.ViewerFields, paged bool, err error) {
	r, err := graphql.Viewer(ctx, client)
	if !objectsToPage(err) {
		return r.Viewer, true, err
	}
	unpaged, uerr := graphql.ViewerUnpaged(ctx, client)
	if isValidation(uerr) {
		plain, err := graphql.ViewerPlain(ctx, client)
		if v := plain.Viewer; v != nil {
			w = &graphql.ViewerFields{Id: v.Id, Username: v.Username, Email: v.Email, Entity: v.Entity, Teams: v.Teams}
		}
		return w, false, err
	}
	if v := unpaged.Viewer; v != nil {
		return &graphql.ViewerFields{
			Id: v.Id, Username: v.Username, Email: v.Email, Entity: v.Entity,
			AccountType: v.AccountType, Admin: v.Admin, Teams: v.Teams,
		}, false, uerr
	}
	if r.Viewer == nil {
		return nil, false, uerr
	}
	return r.Viewer, true, err
}

// objectsToPage reports whether the error may be about the size of the page: the
// server rejected the document, or refused to list the teams.
func objectsToPage(err error) bool {
	ge, ok := errors.AsType[*graphql.Error](err)
	if !ok || len(ge.Errors) == 0 {
		return false
	}
	return ge.IsValidation() || !slices.ContainsFunc(ge.Errors, func(fe graphql.FieldError) bool {
		return len(fe.Path) < 2 || fe.Path[0] != "viewer" || fe.Path[1] != "teams"
	})
}

// isValidation reports whether the server rejected the document.
func isValidation(err error) bool {
	ge, ok := errors.AsType[*graphql.Error](err)
	return ok && ge.IsValidation()
}

// askAccount asks for the personal entity. An old server supports only half of the
// question. That half is sent at the same time, which saves a round trip.
func (f *Findings) askAccount(ctx context.Context, client gql.Client) {
	var half *graphql.ProbeUserEntityResponse
	var halfErr error
	var wg sync.WaitGroup
	wg.Go(func() { half, halfErr = graphql.ProbeUserEntity(ctx, client) })
	r, err := graphql.ProbeAccount(ctx, client)
	wg.Wait()
	if !isValidation(err) || halfErr != nil {
		f.readAccount(r.Viewer, err)
		return
	}
	f.Account.Answer = answerOf(half.Viewer != nil, nil)
	if half.Viewer != nil {
		f.Account.HasEntity = triOf(new(half.Viewer.UserEntity != nil))
	}
}
