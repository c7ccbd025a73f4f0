package wandbtest

import (
	"net/http"
	"strings"
)

// mutationRoot answers the fields of Mutation. They run with Server.mu held for
// writing.
type mutationRoot struct{}

func (mutationRoot) field(x *execution, name string, args arguments) (any, error) {
	in := args.input()
	switch name {
	case "upsertBucket":
		return x.upsertBucket(in)
	case "createRunFiles":
		return x.createRunFiles(in)
	case "notifyScriptableRunAlert":
		return x.notifyAlert(in)
	case "rewindRun":
		return x.rewindRun(in)
	case "stopRun":
		r, err := x.managedRun(in)
		if err != nil {
			return nil, err
		}
		r.stop()
		return fields{"success": true}, nil
	case "deleteRun":
		r, err := x.managedRun(in)
		if err != nil {
			return nil, err
		}
		r.delete()
		return fields{"clientMutationId": nil}, nil
	case "upsertSweep":
		return x.upsertSweep(in)
	case "createAgent":
		return x.createAgent(in)
	case "agentHeartbeat":
		return x.heartbeat(in)
	case "deleteFiles":
		return x.deleteFiles(in)
	case "upsertModel":
		return x.upsertModel(in)
	case "updateRunState":
		return x.updateRunState(in)
	}
	return x.changeArtifacts(name, in)
}

// changeArtifacts answers the mutations about artifacts.
func (x *execution) changeArtifacts(name string, in arguments) (any, error) {
	if x.caller.user == nil {
		return nil, notLoggedIn
	}
	switch name {
	case "createArtifact":
		return x.createArtifact(in)
	case "createArtifactManifest":
		return x.createManifest(in)
	case "updateArtifactManifest":
		return x.updateManifest(in)
	case "createArtifactFiles":
		return x.createArtifactFiles(in)
	case "completeMultipartUploadArtifact":
		return x.completeMultipart(in)
	case "commitArtifact":
		return x.commitArtifact(in)
	case "useArtifact":
		return x.useArtifact(in)
	case "updateArtifact":
		return x.updateArtifact(in)
	case "deleteArtifact":
		return x.deleteArtifact(in)
	case "addAliases":
		return x.changeAliases(in, func(m *membership, alias string) { m.collection.aliases[alias] = m })
	case "deleteAliases":
		return x.changeAliases(in, func(m *membership, alias string) {
			if m.collection.aliases[alias] == m {
				delete(m.collection.aliases, alias)
			}
		})
	case "linkArtifact":
		return x.linkArtifact(in)
	case "unlinkArtifact":
		return x.unlinkArtifact(in)
	}
	return nil, nil
}

func badRequest(message string) refusal { return refusal{http.StatusBadRequest, message, ""} }

var noRun = refusal{http.StatusNotFound, "run not found", ""}

// writableRun finds the run that an input names and checks that the caller may
// write to it.
func (x *execution) writableRun(in arguments) (*projectObject, *run, error) {
	entity, name, id := in.text("entityName"), in.text("projectName"), in.text("runName")
	if entity == "" && x.caller.user != nil {
		entity = x.server.realm.defaultEntity(x.caller.user)
	}
	r, why := x.server.writableRun(x.caller, entity, name, id)
	if !why.allowed() {
		return nil, nil, why
	}
	return &projectObject{x.server.standing(x.caller, entity), r.project}, r, nil
}

// writableRun finds a run for a request that writes to it. Call with mu held.
func (s *Server) writableRun(c caller, entity, name, id string) (*run, refusal) {
	st, p := s.standing(c, entity), s.realm.project(entity, name)
	why := s.mayWrite(c, st, p)
	if p == nil && (why.allowed() || st.kind == entityMissing) {
		return nil, noProject // nothing is made here, unlike in an upsert
	}
	if !why.allowed() {
		return nil, why
	}
	r := p.runs[id]
	if r == nil || r.isDeleted() {
		return nil, noRun
	}
	return r, s.mayWriteRun(c, st, p, r.owner)
}

// managedRun finds the run of a storage id and checks that the caller may stop
// or delete it.
func (x *execution) managedRun(in arguments) (*run, error) {
	if x.caller.user == nil {
		return nil, notLoggedIn
	}
	r := x.server.storage[in.text("id")]
	if r == nil || r.isDeleted() {
		return nil, noRun
	}
	st := x.server.standing(x.caller, r.project.Entity)
	if why := x.server.mayManageRun(x.caller, st, r.project, r.owner); !why.allowed() {
		return nil, why
	}
	return r, nil
}

func (x *execution) createRunFiles(in arguments) (any, error) {
	_, r, err := x.writableRun(in)
	if err != nil {
		return nil, err
	}
	files := []object{}
	for _, name := range in.texts("files") {
		if !validFileName(name) {
			return nil, badRequest("invalid parameters: file name")
		}
		r.mu.Lock()
		files = append(files, r.fileFields(x.server, name))
		r.mu.Unlock()
	}
	return fields{"runID": r.storageID, "uploadHeaders": append([]string{}, x.server.cfg.uploadHeaders...), "files": files}, nil
}

// validFileName accepts paths inside a run's folder.
func validFileName(name string) bool {
	if name == "" || strings.HasPrefix(name, "/") || strings.ContainsRune(name, 0) {
		return false
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == ".." {
			return false
		}
	}
	return true
}

func (x *execution) notifyAlert(in arguments) (any, error) {
	_, r, err := x.writableRun(in)
	if err != nil {
		return nil, err
	}
	severity := in.text("severity")
	if severity == "" {
		severity = "INFO"
	}
	raised := r.alert(Alert{
		Title: in.text("title"), Text: in.text("text"), Severity: severity, Wait: in.milliseconds("waitDuration"),
	}, x.server.cfg.clock())
	return fields{"success": raised}, nil
}

// upsertModel creates a project, if the caller may.
func (x *execution) upsertModel(in arguments) (any, error) {
	if x.caller.user == nil {
		return nil, notLoggedIn
	}
	entity, name := in.text("entityName"), in.text("name")
	if entity == "" {
		entity = x.server.realm.defaultEntity(x.caller.user)
	}
	st, p := x.server.standing(x.caller, entity), x.server.realm.project(entity, name)
	if why := x.server.mayWrite(x.caller, st, p); !why.allowed() {
		return nil, why
	}
	inserted := p == nil
	if inserted {
		p = x.server.realm.addProject(Project{Entity: st.name, Name: name, Owner: x.caller.user.Username}, x.server.cfg.clock())
	}
	shown := &projectObject{st, p}
	return fields{"model": shown, "project": shown, "inserted": inserted}, nil
}

// updateRunState marks a run as failed, or as pending again.
func (x *execution) updateRunState(in arguments) (any, error) {
	r, err := x.managedRun(in)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	now := x.server.cfg.clock()
	switch was, state := r.state(now), in.text("state"); {
	case r.sweep != "":
		return nil, badRequest("the state of a run of a sweep cannot be set")
	case state == "failed" && (was == "pending" || was == "running"):
		failed := 1
		r.pending, r.complete, r.exitCode = false, true, &failed
	case state == "pending" && was != "finished" && was != "pending":
		r.pending, r.complete, r.exitCode = true, false, nil
	default:
		return nil, badRequest("a run that is " + was + " cannot become " + state)
	}
	return fields{"success": true}, nil
}
