package wandbtest

import "cmp"

// sweepObject is the type Sweep.
type sweepObject struct {
	in *projectObject
	*sweep
}

func (w *sweepObject) fields(x *execution) fields {
	f := fields{
		"id":                  w.storageID,
		"name":                w.name,
		"displayName":         orNil(w.displayName),
		"description":         orNil(w.description),
		"method":              w.sweep.config.method,
		"state":               w.state,
		"user":                x.asUser(w.owner),
		"config":              w.text,
		"createdAt":           w.created,
		"updatedAt":           w.updated,
		"earlyStopJobRunning": false,
		"project":             w.in,
		"controller":          orNil(w.controller),
		"controllerRunName":   "",
		"scheduler":           orNil(w.scheduler),
		"runCount":            func(arguments) any { return len(w.shownRuns()) },
		"runs":                func(args arguments) any { return connection(w.shownRuns(), args) },
		"heartbeatAt": func(arguments) any {
			at := w.created
			for _, a := range w.sweep.agents {
				if a.heard.After(at) {
					at = a.heard
				}
			}
			return at
		},
		"bestLoss": func(arguments) any {
			if r, value := w.best(); r != nil {
				return jsonNumber(value)
			}
			return nil
		},
		"agents": func(args arguments) any {
			list := make([]*agentObject, len(w.sweep.agents))
			for i, a := range w.sweep.agents {
				list[i] = &agentObject{w.in, a}
			}
			return connection(list, args)
		},
		"agent": func(args arguments) any {
			for _, a := range w.sweep.agents {
				if a.name == args.text("agentName") || a.id == args.text("agentName") {
					return &agentObject{w.in, a}
				}
			}
			return nil
		},
	}
	if w.sweep.config.method == "grid" {
		f["runCountExpected"] = w.sweep.config.gridSize()
	}
	return f
}

func (w *sweepObject) shownRuns() []*runObject { return shown(w.in, w.sweep.runs) }

// shown returns the runs that are not deleted.
func shown(in *projectObject, runs []*run) []*runObject {
	list := make([]*runObject, 0, len(runs))
	for _, r := range runs {
		if !r.isDeleted() {
			list = append(list, &runObject{in, r})
		}
	}
	return list
}

// agentObject is the type Agent.
type agentObject struct {
	in *projectObject
	*agent
}

func (a *agentObject) fields(x *execution) fields {
	state := "RUNNING"
	if x.server.cfg.clock().Sub(a.heard) > crashAfter {
		state = "CRASHED"
	}
	return fields{
		"id":          a.id,
		"name":        a.name,
		"host":        a.host,
		"state":       state,
		"metrics":     cmp.Or(a.metrics, "{}"),
		"createdAt":   a.created,
		"heartbeatAt": a.heard,
		"totalRuns":   len(a.agent.runs),
		"runs":        func(args arguments) any { return connection(shown(a.in, a.agent.runs), args) },
	}
}
