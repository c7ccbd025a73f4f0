package wandbtest

import (
	"cmp"
	"net/http"
	"strings"
)

// mutationRoot resolves the fields of Mutation, with Server.mu held for writing.
type mutationRoot struct{}

func (mutationRoot) fields(x *execution) fields {
	f := fields{}
	for name, resolve := range map[string]func(x *execution, in arguments) (any, error){
		"upsertBucket":             (*execution).upsertBucket,
		"createRunFiles":           (*execution).createRunFiles,
		"notifyScriptableRunAlert": (*execution).notifyAlert,
		"rewindRun":                (*execution).rewindRun,
		"stopRun":                  (*execution).stopRun,
		"deleteRun":                (*execution).deleteRun,
		"upsertSweep":              (*execution).upsertSweep,
		"createAgent":              (*execution).createAgent,
		"agentHeartbeat":           (*execution).heartbeat,
		"deleteFiles":              (*execution).deleteFiles,
		"upsertModel":              (*execution).upsertModel,
		"updateRunState":           (*execution).updateRunState,

		"createArtifact":                  (*execution).createArtifact,
		"createArtifactManifest":          (*execution).createManifest,
		"updateArtifactManifest":          (*execution).updateManifest,
		"createArtifactFiles":             (*execution).createArtifactFiles,
		"completeMultipartUploadArtifact": (*execution).completeMultipart,
		"commitArtifact":                  (*execution).commitArtifact,
		"useArtifact":                     (*execution).useArtifact,
		"updateArtifact":                  (*execution).updateArtifact,
		"deleteArtifact":                  (*execution).deleteArtifact,
		"addAliases":                      (*execution).addAliases,
		"deleteAliases":                   (*execution).deleteAliases,
		"linkArtifact":                    (*execution).linkArtifact,
		"unlinkArtifact":                  (*execution).unlinkArtifact,
	} {
		f[name] = func(args arguments) (any, error) {
			if x.caller.user == nil {
				return nil, notLoggedIn
			}
			return resolve(x, args.input())
		}
	}
	return f
}

func (x *execution) stopRun(in arguments) (any, error) {
	r, err := x.managedRun(in)
	if err != nil {
		return nil, err
	}
	r.stop()
	return fields{"success": true}, nil
}

func (x *execution) deleteRun(in arguments) (any, error) {
	r, err := x.managedRun(in)
	if err != nil {
		return nil, err
	}
	r.delete()
	return fields{"clientMutationId": nil}, nil
}

func badRequest(message string) refusal { return refusal{http.StatusBadRequest, message, ""} }

var noRun = refusal{http.StatusNotFound, "run not found", ""}

// writableRun finds the run that an input names and checks that the caller may
// write to it.
func (x *execution) writableRun(in arguments) (*projectObject, *run, error) {
	entity, name, id := x.entityOr(in.text("entityName")), in.text("projectName"), in.text("runName")
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
		return nil, noProject // nothing is created here, unlike in an upsert
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
	raised := r.alert(Alert{
		Title: in.text("title"), Text: in.text("text"), Severity: cmp.Or(in.text("severity"), "INFO"), Wait: in.milliseconds("waitDuration"),
	}, x.server.cfg.clock())
	return fields{"success": raised}, nil
}

// projectToWrite finds a project and checks that the caller may create runs in it. The project
// is nil if it does not exist but may be created.
func (x *execution) projectToWrite(entity, name string) (standing, *project, error) {
	st, p := x.server.standing(x.caller, entity), x.server.realm.project(entity, name)
	if why := x.server.mayWrite(x.caller, st, p); !why.allowed() {
		return st, nil, why
	}
	return st, p, nil
}

// mayWriteTo checks that the caller may write to an existing project.
func (x *execution) mayWriteTo(p *project) error {
	if why := x.server.mayWrite(x.caller, x.server.standing(x.caller, p.Entity), p); !why.allowed() {
		return why
	}
	return nil
}

// existing returns p, or creates the project if p is nil.
func (x *execution) existing(p *project, st standing, name string) *project {
	if p != nil {
		return p
	}
	return x.server.realm.addProject(Project{Entity: st.name, Name: name, Owner: x.caller.user.Username}, x.server.cfg.clock())
}

// upsertModel creates a project, if the caller may.
func (x *execution) upsertModel(in arguments) (any, error) {
	name := in.text("name")
	st, p, err := x.projectToWrite(x.entityOr(in.text("entityName")), name)
	if err != nil {
		return nil, err
	}
	shown := &projectObject{st, x.existing(p, st, name)}
	return fields{"model": shown, "project": shown, "inserted": p == nil}, nil
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
