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

// combined is the response to the combined request, in either of its forms.
type combined struct {
	who         *graphql.ViewerFields
	account     *graphql.AccountFields
	entity      *graphql.EntityFields
	kind        *graphql.EntityKindFields
	project     *graphql.ProjectFields
	roles       *graphql.RoleFields
	projectRole *graphql.ProjectRoleFields
	seats       *graphql.SeatFields
	run         *graphql.RunOwnerFields
}

func askAtOnce(ctx context.Context, client gql.Client, q Question) (*Findings, bool) {
	if deadline, ok := ctx.Deadline(); ok {
		part := time.Duration(float64(time.Until(deadline)) * shareOfCombined)
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, part)
		defer cancel()
	}
	var c combined
	var err error
	withProject, withRun := q.Project != "", q.Project != "" && q.RunID != ""
	if q.Entity != "" {
		var r *graphql.DiagnoseResponse
		r, err = graphql.Diagnose(ctx, client, q.Entity, q.Project, q.RunID, withProject, withRun)
		c = combinedOf(r)
	} else {
		var r *graphql.DiagnoseDefaultResponse
		r, err = graphql.DiagnoseDefault(ctx, client, q.Project, q.RunID, withProject, withRun)
		c = combinedOfDefault(r)
	}
	f := &Findings{Entity: q.Entity, RunID: q.RunID}
	refused, whole := refusedFields(err)
	if err != nil {
		if c.who == nil { // if there is a viewer, a 401 is about another field
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
		if whole || c == (combined{}) {
			return nil, false
		}
	}
	f.read(c, refused, withProject, withRun)
	return f, true
}

func combinedOf(r *graphql.DiagnoseResponse) combined {
	if r == nil {
		return combined{}
	}
	return combined{
		who: r.Viewer, account: r.Account, entity: r.Entity, kind: r.EntityKind, project: r.Project,
		roles: r.Roles, projectRole: r.ProjectRoles, seats: r.Seats, run: r.RunOwner,
	}
}

func combinedOfDefault(r *graphql.DiagnoseDefaultResponse) combined {
	if r == nil {
		return combined{}
	}
	c := combined{who: r.Viewer, account: r.Account}
	if r.Entity != nil {
		c.entity = r.Entity.DefaultEntity
	}
	if r.EntityKind != nil {
		c.kind = r.EntityKind.DefaultEntity
	}
	if r.Project != nil && r.Project.DefaultEntity != nil {
		c.project = r.Project.DefaultEntity.Project
	}
	if r.Roles != nil {
		c.roles = r.Roles.DefaultEntity
	}
	if r.ProjectRoles != nil && r.ProjectRoles.DefaultEntity != nil {
		c.projectRole = r.ProjectRoles.DefaultEntity.Project
	}
	if r.Seats != nil {
		c.seats = r.Seats.DefaultEntity
	}
	if r.RunOwner != nil && r.RunOwner.DefaultEntity != nil {
		c.run = r.RunOwner.DefaultEntity.Project
	}
	return c
}

// refusedFields returns the errors that concern one root field, by alias, and
// whether there is an error about the request as a whole.
func refusedFields(err error) (map[string]graphql.FieldError, bool) {
	if err == nil {
		return nil, false
	}
	ge, ok := errors.AsType[*graphql.Error](err)
	if !ok || ge.StatusCode != http.StatusOK || ge.IsValidation() {
		return nil, true
	}
	fields := make(map[string]graphql.FieldError, len(ge.Errors))
	for _, fe := range ge.Errors {
		if len(fe.Path) == 0 {
			return nil, true
		}
		fields[fe.Path[0]] = fe
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
	wg.Go(func() {
		r, err := graphql.ProbeEntity(ctx, client, f.Entity)
		f.readEntity(value(r, (*graphql.ProbeEntityResponse).GetEntity), err)
	})
	wg.Go(func() {
		r, err := graphql.ProbeEntityKind(ctx, client, f.Entity)
		f.readKind(value(r, (*graphql.ProbeEntityKindResponse).GetEntity), err)
	})
	// The viewer can be found in the lists of members only once it is known.
	var roles *graphql.RoleFields
	var projectRoles *graphql.ProjectRoleFields
	var seats *graphql.SeatFields
	var rolesErr, projectRolesErr, seatsErr error
	wg.Go(func() {
		var r *graphql.ProbeRolesResponse
		r, rolesErr = graphql.ProbeRoles(ctx, client, f.Entity)
		roles = value(r, (*graphql.ProbeRolesResponse).GetEntity)
	})
	wg.Go(func() {
		var r *graphql.ProbeSeatsResponse
		r, seatsErr = graphql.ProbeSeats(ctx, client, f.Entity)
		seats = value(r, (*graphql.ProbeSeatsResponse).GetEntity)
	})
	if q.Project != "" {
		wg.Go(func() {
			r, err := graphql.ProbeProject(ctx, client, f.Entity, q.Project)
			f.readProject(value(r, (*graphql.ProbeProjectResponse).GetProject), err)
		})
		wg.Go(func() {
			var r *graphql.ProbeProjectRolesResponse
			r, projectRolesErr = graphql.ProbeProjectRoles(ctx, client, f.Entity, q.Project)
			projectRoles = value(r, (*graphql.ProbeProjectRolesResponse).GetProject)
		})
	}
	if q.Project != "" && q.RunID != "" {
		wg.Go(func() {
			r, err := graphql.ProbeRunOwner(ctx, client, f.Entity, q.Project, q.RunID)
			f.readRun(value(r, (*graphql.ProbeRunOwnerResponse).GetProject), err)
		})
	}
	wg.Wait()
	f.readRoles(roles, rolesErr)
	f.readSeats(seats, seatsErr)
	if q.Project != "" {
		f.readProjectRoles(projectRoles, projectRolesErr)
	}
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
	w = value(r, (*graphql.ViewerResponse).GetViewer)
	if !objectsToPage(err) {
		return w, true, err
	}
	u, uerr := graphql.ViewerUnpaged(ctx, client)
	if isValidation(uerr) {
		p, perr := graphql.ViewerPlain(ctx, client)
		return whoOfPlain(p), false, perr
	}
	if unpaged := whoOfUnpaged(u); unpaged != nil || w == nil {
		return unpaged, false, uerr
	}
	return w, true, err
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
		f.readAccount(value(r, (*graphql.ProbeAccountResponse).GetViewer), err)
		return
	}
	f.Account.Answer = answerOf(half.Viewer != nil, nil)
	if half.Viewer != nil {
		f.Account.HasEntity = triOf(new(half.Viewer.UserEntity != nil))
	}
}

// value calls a getter of a response that is nil when the request failed.
func value[R, V any](r *R, get func(*R) *V) *V {
	if r == nil {
		return nil
	}
	return get(r)
}
