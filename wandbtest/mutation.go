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
		content, _ := r.upload(name)
		files = append(files, fields{
			"id": globalID("File", r.storageID, name), "name": name, "sizeBytes": len(content),
			"uploadUrl": x.server.uploadURL(r, name),
		})
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
