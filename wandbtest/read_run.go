package wandbtest

import (
	"strconv"

	"github.com/wandgo/wandgo/internal/fakeserver/jsontext"
	"github.com/wandgo/wandgo/internal/fakeserver/store"
)

// runObject is the type Run.
type runObject struct {
	in *projectObject
	*run
}

func (*runObject) typeName() string { return "Run" }

// runObject returns a run as the caller sees it.
func (x *execution) runObject(r *run) *runObject {
	return &runObject{&projectObject{x.server.standing(x.caller, r.project.Entity), r.project}, r}
}

func (r *runObject) field(x *execution, name string, args arguments) (any, error) {
	switch name {
	case "id":
		return r.storageID, nil
	case "name":
		return r.key.ID, nil
	case "project":
		return r.in, nil
	case "createdAt":
		return r.created, nil
	case "user":
		return x.asUser(r.owner), nil
	case "sweep":
		if w := r.project.sweeps[r.sweepID()]; w != nil {
			return &sweepObject{r.in, w}, nil
		}
		return nil, nil
	case "projectId":
		return strconv.Itoa(r.project.number), nil
	case "readOnly":
		return !x.server.mayWriteRun(x.caller, r.in.standing, r.in.project, r.owner).allowed(), nil
	}
	if list, ok := r.lineage(x, name, args); ok {
		return list, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	switch name {
	case "displayName":
		return orNil(r.displayName), nil
	case "description":
		return orNil(r.description), nil
	case "notes":
		return orNil(r.notes), nil
	case "tags":
		return append([]string{}, r.tags...), nil
	case "group":
		return orNil(r.group), nil
	case "jobType":
		return orNil(r.jobType), nil
	case "host":
		return orNil(r.host), nil
	case "commit":
		return orNil(r.commit), nil
	case "sweepName":
		return orNil(r.sweep), nil
	case "state":
		return r.state(x.server.cfg.clock()), nil
	case "exitcode":
		return r.exitCode, nil
	case "stopped", "shouldStop":
		return r.stopped, nil
	case "failed", "running":
		state := r.state(x.server.cfg.clock())
		return state == name || name == "failed" && state == "crashed", nil
	case "heartbeatAt":
		return r.heartbeat, nil
	}
	if v, known, err := r.rows(x, name, args); known {
		return v, err
	}
	return r.content(name, args), nil
}

// lineage resolves the fields about what the run used and logged.
func (r *runObject) lineage(x *execution, name string, args arguments) (any, bool) {
	var list []*artifactObject
	switch name {
	case "inputArtifacts":
		for _, a := range r.inputs {
			if a.state == artifactCommitted && x.canReadArtifact(a) {
				list = append(list, &artifactObject{a})
			}
		}
	case "outputArtifacts":
		for _, a := range x.server.artifacts.all {
			if a.run == r.run && a.state == artifactCommitted {
				list = append(list, &artifactObject{a})
			}
		}
	default:
		return nil, false
	}
	return connection(list, args), true
}

// rows resolves the fields about rows, lines and files. Call with mu held.
func (r *runObject) rows(x *execution, name string, args arguments) (v any, known bool, err error) {
	switch name {
	case "history":
		v = spread(r.rowsOf(&x.server.cfg.policy, args), args)
	case "sampledHistory":
		v, err = r.sampledHistory(&x.server.cfg.policy, args.texts("specs"))
	case "parquetHistory":
		v = r.parquetHistory(x.server, args.texts("liveKeys"))
	case "logLines":
		v = r.logLines(args)
	case "files":
		v, err = r.fileList(x.server, args)
	case "fileCount":
		v = len(r.uploads)
	default:
		return nil, false, nil
	}
	return v, true, err
}

// content resolves the fields that hold what the client logged. Call with mu
// held.
func (r *runObject) content(name string, args arguments) any {
	switch name {
	case "config":
		return jsontext.Pick(orEmptyObject(r.config), args.texts("keys"))
	case "wandbConfig":
		// The client's own subtree: {"_wandb":{"value":{...}}}.
		own := jsontext.Member(jsontext.Member(orEmptyObject(r.config), "_wandb"), "value")
		return jsontext.Pick(orEmptyObject(own), args.texts("keys"))
	case "summaryMetrics":
		return jsontext.Pick(orEmptyObject(r.summary), args.texts("keys"))
	case "logLineCount":
		return r.logs.Count()
	case "historyLineCount":
		return r.history.Count()
	case "eventsLineCount":
		return r.events.Count()
	case "historyTail":
		return tail(&r.history)
	case "eventsTail":
		return tail(&r.events)
	case "events":
		return spread(r.events.All(), args)
	case "systemMetrics":
		return orNil(r.events.Last())
	case "historyKeys":
		return r.historyKeys()
	}
	return nil
}

func orEmptyObject(text string) string {
	if text == "" {
		return "{}"
	}
	return text
}

// tail is a JSON list of the last line, which is a string itself.
func tail(l *store.Lines) string {
	if l.Count() == 0 {
		return "[]"
	}
	return string(append(jsontext.AppendQuoted([]byte{'['}, l.Last()), ']'))
}
