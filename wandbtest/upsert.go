package wandbtest

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/wandgo/wandgo/internal/fakeserver/jsontext"
	"github.com/wandgo/wandgo/internal/fakeserver/store"
	"github.com/wandgo/wandgo/internal/runid"
)

// Limits that servers are known to enforce.
const (
	maxConfig  = 15 << 20
	maxJobType = 64
	maxGroup   = 128
)

// defaultProject is the project of runs without a project.
const defaultProject = "uncategorized"

// upsertBucket creates or updates a run, and creates its project if the caller may.
func (x *execution) upsertBucket(in arguments) (any, error) {
	s := x.server
	if in.text("entityName") == "" && in.text("id") == "" && s.cfg.policy.StatesReasons && s.realm.defaultEntity(x.caller.user) == "" {
		return nil, noDefault
	}
	entity, name, id := x.target(in)
	if err := checkUpsert(in, &s.cfg.policy); err != nil {
		return nil, err
	}
	p, err := x.projectToWrite(entity, name)
	if err != nil {
		return nil, err
	}
	r := p.runs[id]
	inserted := r == nil
	switch {
	case inserted:
		s.realm.add(p)
		r = s.addRun(p, id, x.runOwner(p))
	case r.deleted.Load():
		text := fmt.Sprintf("run %s/%s/%s was previously created and deleted; try a new run %s", p.Entity, p.Name, id, s.cfg.generation.runWord())
		return nil, refusal{http.StatusConflict, text, ""}
	default:
		if err := x.standing(p.Entity).mayWriteRun(r); err != nil {
			return nil, err
		}
	}
	r.apply(in, x.header.Get(headerShared) == "true")
	if w := p.sweeps[in.text("sweep")]; w != nil && !slices.Contains(w.runs, r) {
		w.runs = append(w.runs, r) // it joins without an agent
	}
	if inserted {
		r.graft()
	}
	return fields{"bucket": r, "inserted": inserted, "serverSettings": fields{"serverMessages": []fields{}}}, nil
}

// target returns the run of an input. A known storage id takes precedence; missing names
// are filled in.
func (x *execution) target(in arguments) (entity, project, id string) {
	if r := x.server.storage[in.text("id")]; r != nil && (in.text("name") == "" || in.text("name") == r.key.ID) {
		return r.key.Entity, r.key.Project, r.key.ID
	}
	entity, project, id = in.text("entityName"), in.text("modelName"), in.text("name")
	entity = cmp.Or(x.entityOr(entity), x.caller.user.Username) // the refusal names the account
	return entity, cmp.Or(project, defaultProject), cmp.Or(id, runid.New())
}

// checkUpsert refuses invalid input, which no permission makes valid.
func checkUpsert(in arguments, policy *Policy) error {
	if utf8.RuneCountInString(in.text("jobType")) > maxJobType {
		return badRequest("invalid parameters: %d limit exceeded for JobType", maxJobType)
	}
	if utf8.RuneCountInString(in.text("groupName")) > policy.MaxGroup {
		return badRequest("invalid parameters: %d limit exceeded for GroupName", policy.MaxGroup)
	}
	if len(in.text("config")) > maxConfig {
		return badRequest("run config cannot exceed 15 MB")
	}
	for _, name := range []string{"config", "summaryMetrics"} {
		if text, ok := in.optional(name); ok && !jsontext.IsObject(text) {
			return badRequest("invalid parameters: %s is not a JSON object", name)
		}
	}
	return nil
}

// runOwner returns the owner of a new run: the caller or, for a service account, the team
// member that the client names.
func (x *execution) runOwner(p *project) string {
	u := x.caller.user
	if m := x.server.realm.member(p.Entity, x.header.Get("X-Wandb-Username")); u.isService() && m != nil {
		return m.Username
	}
	return u.Username
}

// addRun creates a run. Call with mu held for writing.
func (s *Server) addRun(p *project, id, owner string) *run {
	now, number := s.cfg.clock(), len(p.runs)+1
	r := &run{
		key: RunKey{p.Entity, p.Name, id}, number: number, owner: owner, project: p, created: now, heartbeat: now,
		storageID: globalID("Run", "v1", id, p.Name, p.Entity), displayName: displayName(number),
		uploads: map[string][]byte{}, uploadedSet: map[string]bool{}, streamed: map[string]*store.Lines{},
		quietUntil: map[string]time.Time{}, metrics: map[string]bool{},
	}
	p.runs[id] = r
	s.runs = append(s.runs, r)
	s.storage[r.storageID] = r
	return r
}

// apply stores the values of an upsert. Null changes nothing. The config is replaced as a
// whole, except that writers in shared mode keep each other's keys.
func (r *run) apply(in arguments, shared bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.upserts++
	r.pending = r.pending && in.text("name") == "" // a process has started to write it
	before := r.config
	in.change(map[string]*string{
		"displayName": &r.displayName, "notes": &r.notes, "description": &r.description, "groupName": &r.group,
		"jobType": &r.jobType, "host": &r.host, "commit": &r.commit, "sweep": &r.sweep,
		"config": &r.config, "summaryMetrics": &r.summary,
	})
	if _, given := in.optional("config"); given && shared { // the keys of all, and the environment of each
		r.config = jsontext.Overlay(before, r.config, "_wandb", "value", "e")
	}
	if tags := in.texts("tags"); tags != nil {
		r.tags = slices.Clone(tags)
	}
}
