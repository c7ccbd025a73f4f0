package wandbtest

import (
	"cmp"
	"strconv"

	"github.com/wandgo/wandgo/internal/fakeserver/jsontext"
	"github.com/wandgo/wandgo/internal/fakeserver/store"
)

func (*run) typeName() string { return "Run" }

func (r *run) fields(x *execution) fields {
	r.mu.Lock()
	defer r.mu.Unlock()
	policy, state := &x.server.cfg.policy, r.state(x.server.cfg.clock())
	f := fields{
		"id":           r.storageID,
		"name":         r.key.ID,
		"project":      r.project,
		"projectId":    strconv.Itoa(r.project.number),
		"createdAt":    r.created,
		"heartbeatAt":  r.heartbeat,
		"user":         x.server.realm.users[r.owner],
		"readOnly":     x.standing(r.project.Entity).mayWriteRun(r) != nil,
		"displayName":  orNil(r.displayName),
		"description":  orNil(r.description),
		"notes":        orNil(r.notes),
		"tags":         r.tags,
		"group":        orNil(r.group),
		"jobType":      orNil(r.jobType),
		"host":         orNil(r.host),
		"commit":       orNil(r.commit),
		"sweepName":    orNil(r.sweep),
		"sweep":        r.project.sweeps[r.sweep],
		"state":        state,
		"exitcode":     r.exitCode,
		"stopped":      r.stopped.Load(),
		"shouldStop":   r.stopped.Load(),
		"failed":       state == "failed" || state == "crashed",
		"running":      state == "running",
		"fileCount":    len(r.uploads),
		"logLineCount": r.logs.Count(),

		"historyLineCount": r.history.Count(),
		"eventsLineCount":  r.events.Count(),
		"systemMetrics":    orNil(r.events.Last()),

		"inputArtifacts": func(args arguments) any {
			return connection(only(r.inputs, func(a *artifact) bool { return a.state == artifactCommitted && x.canReadArtifact(a) }), args)
		},
		"outputArtifacts": func(args arguments) any {
			return connection(only(x.server.artifacts.all, func(a *artifact) bool { return a.state == artifactCommitted && a.run == r }), args)
		},
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

// tail is a JSON list of the last line, which is a string itself.
func tail(l *store.Lines) string {
	if l.Count() == 0 {
		return "[]"
	}
	return string(append(jsontext.AppendQuoted([]byte{'['}, l.Last()), ']'))
}
