package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/doctor"
	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/identity"
	"github.com/wandgo/wandgo/internal/runid"
	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/transport"
)

// targets are the entities and projects that the questions are about, as the command
// line names them.
type targets struct {
	missing, hidden, viewOnly, restricted string
	write                                 bool
}

// Who asks: one of the two accounts, or nobody.
const (
	asFirst  = "first key"
	asSecond = "second key"
	asNobody = "no account, with an empty password"
)

// interview asks a server, as two accounts, what W&B does not document.
type interview struct {
	first, second *transport.Transport
	// secondViewer is the second account, nil if the server did not identify it.
	secondViewer *errors.Viewer
	// entity and project are the first account's.
	entity, project string
	targets         targets
	// answers are those to the question that is asked.
	answers []answer
}

// questions are what the server is asked, from a on.
var questions = []struct {
	text string
	ask  func(v *interview, ctx context.Context) (reply string)
}{
	{"What does a View-only member get for creating a run?", (*interview).viewOnlyWrite},
	{"What does a team member get for creating a run in a restricted project without an invitation?", (*interview).restrictedWrite},
	{"Does a private project of a foreign team look different from a missing one?", (*interview).hiddenOrMissing},
	{"What does entity(name) return for a missing, a foreign and a hidden entity?", (*interview).entityShapes},
	{"What is entity.readOnly for a member, an outsider and a View-only member?", (*interview).readOnly},
	{"Does entity.members respond to someone outside the team?", (*interview).members},
	{"What is the HTTP status of a document that does not fit the schema?", (*interview).validation},
	{"Does an empty password result in 401 or a null viewer?", (*interview).emptyPassword},
	{"Does the case of an entity's name matter?", (*interview).folding},
	{"How many teams does viewer.teams list at most?", (*interview).teamPages},
}

// ask asks all questions. A question that cannot be asked says why.
func ask(ctx context.Context, x *doctor.Checkup, second secret.Key, t targets) ([]question, error) {
	v := &interview{targets: t, project: x.Settings.Project.Text, entity: x.Settings.Entity.Text}
	if x.Access != nil {
		v.entity = x.Access.Entity
	}
	if v.targets.missing == "" {
		v.targets.missing = "wandgo-no-such-entity-" + runid.New()
	}
	s, network := x.Settings, transport.NetworkOf(x.Settings).HTTPTransport()
	defer network.CloseIdleConnections()
	options := transport.Options{
		BaseURL: s.BaseURL.Text, Key: s.Key, HTTPClient: &http.Client{Transport: network},
		Username: s.Username, Email: s.Email, ExtraHeaders: s.ExtraHeaders,
	}
	var err error
	if v.first, _, err = identity.Transport(s, options); err != nil {
		return nil, err
	}
	options.Key = second
	if v.second, err = transport.New(options); err != nil {
		return nil, err
	}
	v.secondViewer = v.identify(ctx)
	asked := make([]question, len(questions))
	for i, q := range questions {
		v.answers = nil
		reply := q.ask(v, ctx)
		asked[i] = question{string(rune('a' + i)), q.text, reply, v.answers}
	}
	return asked, nil
}

// identify asks which account the second key belongs to.
func (v *interview) identify(ctx context.Context) *errors.Viewer {
	viewer, err := diagnose.AskViewer(ctx, gqlclient.New(v.second).ForProbes())
	if err != nil {
		return nil
	}
	return viewer
}

// outside reports whether the second account is outside the entity, according to its
// list of teams.
func (v *interview) outside(entity string) bool {
	if v.secondViewer == nil || v.secondViewer.Username == entity {
		return false
	}
	return !slices.Contains(v.secondViewer.Teams, entity)
}

// askTimeout bounds one question.
const askTimeout = 10 * time.Second

// post sends one GraphQL document, once.
func (v *interview) post(ctx context.Context, as, what, document string, variables map[string]any) (a answer) {
	a = answer{what: what, as: as}
	defer func() { v.answers = append(v.answers, a) }()
	const operation = "DoctorAsks"
	body, err := json.Marshal(map[string]any{"operationName": operation, "query": document, "variables": variables})
	if err != nil {
		a.err = err
		return a
	}
	r := &transport.Request{Path: "/graphql", Body: body, Operation: operation, Policy: transport.Policy{AttemptTimeout: askTimeout}}
	t := v.first
	switch as {
	case asSecond:
		t = v.second
	case asNobody:
		r.NoCredentials = true
		r.Header = http.Header{"Authorization": {"Basic YXBpOg=="}, "Content-Type": {"application/json"}} // "api:" in base64
	}
	resp, err := t.Do(ctx, r)
	if err != nil {
		a.err = err
		return a
	}
	a.status, a.body = resp.StatusCode, t.Scrub(string(resp.Body))
	var decoded struct {
		Data   map[string]any `json:"data"`
		Errors []any          `json:"errors"`
	}
	if json.Unmarshal(resp.Body, &decoded) == nil {
		a.data, a.errors = decoded.Data, len(decoded.Errors)
	}
	return a
}

const (
	askEntity  = `query DoctorAsks($entity: String!) { entity(name: $entity) { name readOnly } }`
	askProject = `query DoctorAsks($entity: String!, $project: String!) { project(name: $project, entityName: $entity) { name readOnly } }`
	askMembers = `query DoctorAsks($entity: String!) { entity(name: $entity) { members { username role } } }`
	askUpsert  = `mutation DoctorAsks($input: UpsertBucketInput!) { upsertBucket(input: $input) { bucket { id name project { name entity { name } } } inserted } }`
)

func (v *interview) entityOf(ctx context.Context, as, name, what string) answer {
	return v.post(ctx, as, what+" "+doctor.Quote(name), askEntity, map[string]any{"entity": name})
}

// upsert tries to create a run.
func (v *interview) upsert(ctx context.Context, entity, project string) answer {
	id := "doctor-" + runid.New()
	return v.post(ctx, asSecond, "create run "+entity+"/"+project+"/"+id, askUpsert, map[string]any{
		"input": map[string]any{"entityName": entity, "modelName": project, "name": id},
	})
}

func (v *interview) viewOnlyWrite(ctx context.Context) string {
	switch {
	case v.targets.viewOnly == "":
		return "not asked: give -view-only-entity and -write"
	case !v.targets.write:
		return "not asked: give -write"
	}
	return v.upsert(ctx, v.targets.viewOnly, cmp.Or(v.project, "wandgo-doctor")).upsertShape()
}

func (v *interview) restrictedWrite(ctx context.Context) string {
	entity, project, _ := strings.Cut(v.targets.restricted, "/")
	if project == "" {
		return "not asked: give -restricted-project and -write"
	}
	read := v.post(ctx, asSecond, "project "+doctor.Quote(v.targets.restricted), askProject, map[string]any{"entity": entity, "project": project})
	if !v.targets.write {
		return "to a reader: " + read.shape("project") + "; to a writer: not asked, give -write"
	}
	write := v.upsert(ctx, entity, project)
	return "to a reader: " + read.shape("project") + "; to a writer: " + write.upsertShape()
}

func (v *interview) hiddenOrMissing(ctx context.Context) string {
	switch {
	case v.secondViewer == nil:
		return "not asked: the server does not recognize the second key"
	case !v.outside(v.entity):
		return "not asked: the second account belongs to " + doctor.Quote(v.entity) + "; choose another with -entity"
	case v.project == "":
		return "not asked: give -project an existing project of " + doctor.Quote(v.entity)
	}
	missing := "wandgo-no-such-project-" + runid.New()
	var parts []string
	for _, p := range []struct{ what, project string }{{"the first account's", v.project}, {"a missing one", missing}} {
		own := v.post(ctx, asFirst, "project "+doctor.Quote(v.entity+"/"+p.project), askProject, map[string]any{"entity": v.entity, "project": p.project})
		read := v.post(ctx, asSecond, "project "+doctor.Quote(v.entity+"/"+p.project), askProject, map[string]any{"entity": v.entity, "project": p.project})
		part := fmt.Sprintf("%s: %s to the first key, %s to the second", p.what, own.shape("project"), read.shape("project"))
		if v.targets.write {
			part += ", and to a writer " + v.upsert(ctx, v.entity, p.project).upsertShape()
		}
		parts = append(parts, part)
	}
	reply := strings.Join(parts, "; ")
	if !v.targets.write {
		reply += "; to a writer: not asked, give -write"
	}
	return reply
}

func (v *interview) entityShapes(ctx context.Context) string {
	shape := func(kind, entity string) string {
		return v.entityOf(ctx, asSecond, entity, kind+" entity").shape("entity")
	}
	foreign := "not asked, the second account is not known to be outside " + doctor.Quote(v.entity)
	hidden := "not asked, give -hidden-entity"
	missing := shape("missing", v.targets.missing)
	if v.outside(v.entity) {
		foreign = shape("foreign", v.entity)
	}
	if v.targets.hidden != "" {
		hidden = shape("hidden", v.targets.hidden)
	}
	return "missing: " + missing + "; foreign: " + foreign + "; hidden: " + hidden
}

func (v *interview) readOnly(ctx context.Context) string {
	var parts []string
	add := func(as, entity, who string) {
		a := v.entityOf(ctx, as, entity, "entity")
		value, ok := a.at("entity", "readOnly")
		if !ok {
			value = a.shape("entity")
		}
		parts = append(parts, fmt.Sprintf("%s: %v", who, value))
	}
	add(asFirst, v.entity, "first key in "+doctor.Quote(v.entity))
	who := "second key, a member"
	switch {
	case v.secondViewer == nil:
		who = "second key, whose account is unknown"
	case v.outside(v.entity):
		who = "second key, an outsider"
	}
	add(asSecond, v.entity, who)
	if v.targets.viewOnly != "" {
		add(asSecond, v.targets.viewOnly, "second key, View-only in "+doctor.Quote(v.targets.viewOnly))
	}
	return strings.Join(parts, "; ")
}

func (v *interview) members(ctx context.Context) string {
	if !v.outside(v.entity) {
		return "not asked: the second account is not known to be outside " + doctor.Quote(v.entity)
	}
	a := v.post(ctx, asSecond, "members of "+doctor.Quote(v.entity), askMembers, map[string]any{"entity": v.entity})
	reply := "no: " + a.shape("entity")
	if list, ok := a.at("entity", "members"); ok {
		if members, isList := list.([]any); isList {
			reply = fmt.Sprintf("yes: it lists %d", len(members))
		}
	}
	return reply
}

func (v *interview) validation(ctx context.Context) string {
	return v.post(ctx, asFirst, "a field that does not exist", `query DoctorAsks { viewer { wandgoNoSuchField } }`, nil).statusText()
}

func (v *interview) emptyPassword(ctx context.Context) string {
	a := v.post(ctx, asNobody, "viewer", `query DoctorAsks { viewer { username } }`, nil)
	reply := a.statusText()
	if _, ok := a.at("viewer"); ok {
		reply += ", viewer is " + a.shape("viewer")
	}
	return reply
}

func (v *interview) folding(ctx context.Context) string {
	other := swapCase(v.entity)
	if other == v.entity {
		return "not asked: " + doctor.Quote(v.entity) + " has no letters"
	}
	a := v.entityOf(ctx, asFirst, other, "entity")
	reply := "yes: there is no " + doctor.Quote(other)
	switch found, _ := a.at("entity", "name"); {
	case found != nil:
		reply = fmt.Sprintf("no: %s finds %s", doctor.Quote(other), doctor.Quote(fmt.Sprint(found)))
	case a.err != nil || a.data == nil:
		reply = a.shape("entity")
	}
	return reply
}

func swapCase(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsUpper(r) {
			return unicode.ToLower(r)
		}
		return unicode.ToUpper(r)
	}, name)
}

func (v *interview) teamPages(ctx context.Context) string {
	plain := v.post(ctx, asFirst, "teams without an argument", `query DoctorAsks { viewer { teams { edges { node { name } } } } }`, nil)
	thousand := v.post(ctx, asFirst, "teams(first: 1000)", `query DoctorAsks { viewer { teams(first: 1000) { edges { node { name } } } } }`, nil)
	count := func(a answer) int {
		edges, _ := a.at("viewer", "teams", "edges")
		list, ok := edges.([]any)
		if !ok {
			return -1
		}
		return len(list)
	}
	var reply string
	switch few, many := count(plain), count(thousand); {
	case few < 0 || many < 0:
		reply = fmt.Sprintf("without an argument: %s; with first: 1000: %s", plain.statusText(), thousand.statusText())
	case few == many:
		reply = fmt.Sprintf("it lists %d with and without first: 1000; if the account has more teams, that is the page", few)
	default:
		reply = fmt.Sprintf("without an argument %d, with first: 1000 %d", few, many)
	}
	return reply
}
