package wandbtest

import (
	"cmp"
	"fmt"
)

func (w *sweep) fields(x *execution) fields {
	f := fields{
		"id":                  w.storageID,
		"name":                w.name,
		"displayName":         orNil(w.displayName),
		"description":         orNil(w.description),
		"method":              w.config.Method,
		"state":               w.state,
		"user":                x.server.realm.users[w.owner],
		"config":              w.text,
		"createdAt":           w.created,
		"updatedAt":           w.updated,
		"earlyStopJobRunning": false,
		"project":             w.project,
		"controller":          orNil(w.controller),
		"controllerRunName":   "",
		"scheduler":           orNil(w.scheduler),
		"runCount":            func(arguments) any { return len(undeleted(w.runs)) },
		"runs":                func(args arguments) any { return connection(undeleted(w.runs), args) },
		"heartbeatAt": func(arguments) any {
			at := w.created
			for _, a := range w.agents {
				if a.heard.After(at) {
					at = a.heard
				}
			}
			return at
		},
		"bestLoss": func(arguments) any {
			if r, value := w.best(); r != nil {
				return jsonText(fmt.Sprint(value)) // finite
			}
			return nil
		},
		"agents": func(args arguments) any { return connection(w.agents, args) },
		"agent": func(args arguments) any {
			for _, a := range w.agents {
				if a.name == args.text("agentName") || a.id == args.text("agentName") {
					return a
				}
			}
			return nil
		},
	}
	if w.config.Method == "grid" {
		f["runCountExpected"] = w.config.Parameters.gridSize()
	}
	return f
}

// undeleted returns the runs that are not deleted.
func undeleted(runs []*run) []*run {
	return only(runs, func(r *run) bool { return !r.deleted.Load() })
}

func (a *agent) fields(x *execution) fields {
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
		"totalRuns":   len(a.runs),
		"runs":        func(args arguments) any { return connection(undeleted(a.runs), args) },
	}
}
