package wandbtest

import (
	"cmp"
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
func (x *execution) runObject(r *run) *runObject { return &runObject{x.projectObject(r.project), r} }

func (r *runObject) fields(x *execution) fields {
	r.mu.Lock()
	defer r.mu.Unlock()
	policy, state := &x.server.cfg.policy, r.state(x.server.cfg.clock())
	f := fields{
		"id":           r.storageID,
		"name":         r.key.ID,
		"project":      r.in,
		"projectId":    strconv.Itoa(r.project.number),
		"createdAt":    r.created,
		"heartbeatAt":  r.heartbeat,
		"user":         x.asUser(r.owner),
		"readOnly":     !x.server.mayWriteRun(x.caller, r.in.standing, r.in.project, r.owner).allowed(),
		"displayName":  orNil(r.displayName),
		"description":  orNil(r.description),
		"notes":        orNil(r.notes),
		"tags":         append([]string{}, r.tags...),
		"group":        orNil(r.group),
		"jobType":      orNil(r.jobType),
		"host":         orNil(r.host),
		"commit":       orNil(r.commit),
		"sweepName":    orNil(r.sweep),
		"sweep":        r.in.sweepObject(r.sweep),
		"state":        state,
		"exitcode":     r.exitCode,
		"stopped":      r.stopped,
		"shouldStop":   r.stopped,
		"failed":       state == "failed" || state == "crashed",
		"running":      state == "running",
		"fileCount":    len(r.uploads),
		"logLineCount": r.logs.Count(),

		"historyLineCount": r.history.Count(),
		"eventsLineCount":  r.events.Count(),
		"systemMetrics":    orNil(r.events.Last()),

		"inputArtifacts":  func(args arguments) any { return r.inputArtifacts(x, args) },
		"outputArtifacts": func(args arguments) any { return r.outputArtifacts(x, args) },
	}
	// What follows may be large, and is read with mu held.
	for name, resolve := range map[string]func(args arguments) (any, error){
		"history":        func(args arguments) (any, error) { return spread(r.rowsOf(policy, args), args), nil },
		"sampledHistory": func(args arguments) (any, error) { return r.sampledHistory(policy, args.texts("specs")) },
		"parquetHistory": func(args arguments) (any, error) { return r.parquetHistory(x.server, args.texts("liveKeys")), nil },
		"historyKeys":    func(arguments) (any, error) { return r.historyKeys(), nil },
		"historyTail":    func(arguments) (any, error) { return tail(&r.history), nil },
		"events":         func(args arguments) (any, error) { return spread(r.events.All(), args), nil },
		"eventsTail":     func(arguments) (any, error) { return tail(&r.events), nil },
		"logLines":       func(args arguments) (any, error) { return r.logLines(args), nil },
		"files":          func(args arguments) (any, error) { return r.fileList(x.server, args) },
		"config":         func(args arguments) (any, error) { return pick(r.config, args), nil },
		"summaryMetrics": func(args arguments) (any, error) { return pick(r.summary, args), nil },
		"wandbConfig": func(args arguments) (any, error) { // the client's own subtree: {"_wandb":{"value":{...}}}
			return pick(jsontext.Member(jsontext.Member(cmp.Or(r.config, "{}"), "_wandb"), "value"), args), nil
		},
	} {
		f[name] = func(args arguments) (any, error) {
			r.mu.Lock()
			defer r.mu.Unlock()
			return resolve(args)
		}
	}
	return f
}

// pick returns the keys of a JSON object that the arguments name; all without any.
func pick(object string, args arguments) string {
	return jsontext.Pick(cmp.Or(object, "{}"), args.texts("keys"))
}

// inputArtifacts lists what the run used.
func (r *runObject) inputArtifacts(x *execution, args arguments) any {
	var list []*artifactObject
	for _, a := range r.inputs {
		if a.state == artifactCommitted && x.canReadArtifact(a) {
			list = append(list, &artifactObject{a})
		}
	}
	return connection(list, args)
}

// outputArtifacts lists what the run logged.
func (r *runObject) outputArtifacts(x *execution, args arguments) any {
	var list []*artifactObject
	for _, a := range x.server.artifacts.all {
		if a.run == r.run && a.state == artifactCommitted {
			list = append(list, &artifactObject{a})
		}
	}
	return connection(list, args)
}

// tail is a JSON list of the last line, which is a string itself.
func tail(l *store.Lines) string {
	if l.Count() == 0 {
		return "[]"
	}
	return string(append(jsontext.AppendQuoted([]byte{'['}, l.Last()), ']'))
}
