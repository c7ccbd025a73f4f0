package wandbtest

import (
	"cmp"
	"strings"
)

// mutations resolve the fields of Mutation, with Server.mu held for writing.
var mutations = map[string]func(x *execution, in arguments) (any, error){
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
}

// mutation has the fields of Mutation.
func (x *execution) mutation() fields {
	f := fields{}
	for name, resolve := range mutations {
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
	r.stopped.Store(true)
	return fields{"success": true}, nil
}

func (x *execution) deleteRun(in arguments) (any, error) {
	r, err := x.managedRun(in)
	if err != nil {
		return nil, err
	}
	r.deleted.Store(true)
	return fields{"clientMutationId": nil}, nil
}

// writableRun finds the run that an input names and checks that the caller may write to it.
func (x *execution) writableRun(in arguments) (*run, error) {
	return x.server.writableRun(x.caller, x.entityOr(in.text("entityName")), in.text("projectName"), in.text("runName"))
}

// writableRun finds a run for a request that writes to it. Call with mu held.
func (s *Server) writableRun(c caller, entity, name, id string) (*run, error) {
	st, p := s.standing(c, entity), s.realm.project(entity, name)
	err := st.mayWrite(p)
	if p == nil && (err == nil || st.kind == entityMissing) {
		return nil, noProject // nothing is created here, unlike in an upsert
	}
	if err != nil {
		return nil, err
	}
	r := p.runs[id]
	if r == nil || r.deleted.Load() {
		return nil, noRun
	}
	return r, st.mayWriteRun(r)
}

// managedRun finds the run of a storage id and checks that the caller may stop
// or delete it.
func (x *execution) managedRun(in arguments) (*run, error) {
	r := x.server.storage[in.text("id")]
	if r == nil || r.deleted.Load() {
		return nil, noRun
	}
	return r, x.standing(r.project.Entity).mayManageRun(r)
}

func (x *execution) createRunFiles(in arguments) (any, error) {
	r, err := x.writableRun(in)
	if err != nil {
		return nil, err
	}
	var files []fields
	for _, name := range in.texts("files") {
		if !validFileName(name) {
			return nil, badRequest("invalid parameters: file name")
		}
		r.mu.Lock()
		files = append(files, r.fileFields(x.server, name))
		r.mu.Unlock()
	}
	return fields{"runID": r.storageID, "uploadHeaders": x.server.cfg.uploadHeaders, "files": files}, nil
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
	r, err := x.writableRun(in)
	if err != nil {
		return nil, err
	}
	raised := r.alert(Alert{
		Title: in.text("title"), Text: in.text("text"), Severity: cmp.Or(in.text("severity"), "INFO"), Wait: in.milliseconds("waitDuration"),
	}, x.server.cfg.clock())
	return fields{"success": raised}, nil
}

// projectToWrite finds a project and checks that the caller may create runs in it. One that
// does not exist is returned new; realm.add stores it.
func (x *execution) projectToWrite(entity, name string) (*project, error) {
	st, p := x.standing(entity), x.server.realm.project(entity, name)
	if err := st.mayWrite(p); err != nil {
		return nil, err
	}
	if p == nil {
		p = newProject(Project{Entity: st.name, Name: name, Owner: x.caller.user.Username}, x.server.cfg.clock())
	}
	return p, nil
}

// upsertModel creates a project, if the caller may.
func (x *execution) upsertModel(in arguments) (any, error) {
	p, err := x.projectToWrite(x.entityOr(in.text("entityName")), in.text("name"))
	if err != nil {
		return nil, err
	}
	inserted := p.isNew()
	x.server.realm.add(p)
	return fields{"model": p, "project": p, "inserted": inserted}, nil
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
		r.pending, r.complete, r.exitCode = false, true, new(1)
	case state == "pending" && was != "finished" && was != "pending":
		r.pending, r.complete, r.exitCode = true, false, nil
	default:
		return nil, badRequest("a run that is %s cannot become %s", was, state)
	}
	return fields{"success": true}, nil
}
