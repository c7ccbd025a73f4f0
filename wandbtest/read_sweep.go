package wandbtest

// sweepObject is the type Sweep.
type sweepObject struct {
	in *projectObject
	*sweep
}

func (w *sweepObject) field(x *execution, name string, args arguments) (any, error) { //nolint:unparam // the error is that of an object
	switch name {
	case "id":
		return w.storageID, nil
	case "name":
		return w.name, nil
	case "displayName":
		return orNil(w.displayName), nil
	case "method":
		return w.sweep.config.method, nil
	case "state":
		return w.state, nil
	case "description":
		return orNil(w.description), nil
	case "user":
		return x.asUser(w.owner), nil
	case "config":
		return w.text, nil
	case "createdAt":
		return w.created, nil
	case "updatedAt":
		return w.updated, nil
	case "heartbeatAt":
		at := w.created
		for _, a := range w.sweep.agents {
			if a.heard.After(at) {
				at = a.heard
			}
		}
		return at, nil
	case "earlyStopJobRunning":
		return false, nil
	case "project":
		return w.in, nil
	case "controller":
		return orNil(w.controller), nil
	case "scheduler":
		return orNil(w.scheduler), nil
	case "runCount":
		return len(w.shownRuns()), nil
	case "runCountExpected":
		if w.sweep.config.method != "grid" {
			return nil, nil
		}
		return w.sweep.config.gridSize(), nil
	case "bestLoss":
		if r, value := w.best(); r != nil {
			return jsonNumber(value), nil
		}
		return nil, nil
	case "controllerRunName":
		return "", nil
	case "runs":
		return connection(w.shownRuns(), args), nil
	case "agents":
		list := make([]*agentObject, len(w.sweep.agents))
		for i, a := range w.sweep.agents {
			list[i] = &agentObject{w.in, a}
		}
		return connection(list, args), nil
	case "agent":
		for _, a := range w.sweep.agents {
			if a.name == args.text("agentName") || a.id == args.text("agentName") {
				return &agentObject{w.in, a}, nil
			}
		}
	}
	return nil, nil
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

func (a *agentObject) field(x *execution, name string, args arguments) (any, error) { //nolint:unparam // the error is that of an object
	switch name {
	case "id":
		return a.id, nil
	case "name":
		return a.name, nil
	case "host":
		return a.host, nil
	case "state":
		if x.server.cfg.clock().Sub(a.heard) > crashAfter {
			return "CRASHED", nil
		}
		return "RUNNING", nil
	case "metrics":
		return orEmptyObject(a.metrics), nil
	case "createdAt":
		return a.created, nil
	case "heartbeatAt":
		return a.heard, nil
	case "totalRuns":
		return len(a.agent.runs), nil
	case "runs":
		return connection(shown(a.in, a.agent.runs), args), nil
	}
	return nil, nil
}
