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
	case "readOnly":
		return !x.server.mayWriteRun(x.caller, r.in.standing, r.in.project, r.owner).allowed(), nil
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
	case "stopped":
		return r.stopped, nil
	case "heartbeatAt":
		return r.heartbeat, nil
	}
	return r.content(name, args), nil
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
	case "history":
		return sample(r.history.All(), args)
	case "events":
		return sample(r.events.All(), args)
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

// sample picks the lines between minStep and maxStep, and of these at most
// samples, spread evenly.
func sample(all []string, args arguments) []string {
	low, hasLow := args.number("minStep")
	high, hasHigh := args.number("maxStep")
	out := make([]string, 0, len(all))
	for _, line := range all {
		if hasLow || hasHigh {
			step, err := strconv.ParseFloat(jsontext.Member(line, "_step"), 64)
			if err != nil || hasLow && step < low || hasHigh && step >= high {
				continue
			}
		}
		out = append(out, line)
	}
	n, ok := args.number("samples")
	if !ok || n < 1 || float64(len(out)) <= n {
		return out
	}
	for i := range int(n) {
		out[i] = out[i*len(out)/int(n)]
	}
	return out[:int(n)]
}
