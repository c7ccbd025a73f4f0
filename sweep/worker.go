package sweep

import (
	"context"
	"log/slog"
	"time"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/connection"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/runpath"
)

// heartbeatTimeout bounds one heartbeat with its retries.
const heartbeatTimeout = time.Minute

// worker is one agent of the server: it runs one trial at a time.
type worker struct {
	agent  *Agent
	conn   *connection.Connection
	at     runpath.Path
	host   string
	do     func(context.Context, Trial) outcome
	ledger *ledger
	drain  <-chan struct{}

	id       string // by the server
	reserved bool   // a trial that may start
	current  *current
	// leaving says that no further trial starts. reason is why, nil if the sweep has none.
	leaving bool
	reason  error
}

// current is the trial that runs.
type current struct {
	trial  Trial
	began  time.Time
	cancel context.CancelCauseFunc
	done   chan outcome // gets the trial's result
}

// run runs trials until there are no more, or ctx ends. A trial has ended when it returns.
func (w *worker) run(ctx context.Context) error {
	if w.reserved = w.ledger.reserve(); !w.reserved {
		return nil
	}
	if err := w.register(ctx); err != nil {
		return err
	}
	for {
		if w.current == nil && (w.leaving || !w.reserved) {
			if w.reserved {
				w.ledger.release()
			}
			return w.reason
		}
		select {
		case <-w.drain:
			w.drain = nil
			w.leave(nil)
			continue
		default:
		}
		if !w.leaving || w.current != nil && w.reason == nil {
			w.beat(ctx)
		}
		if w.current == nil && w.leaving {
			continue
		}
		if err := w.wait(ctx); err != nil {
			return err
		}
	}
}

// wait waits for the end of the trial, the next heartbeat or the end of ctx.
func (w *worker) wait(ctx context.Context) error {
	timer := time.NewTimer(w.agent.heartbeat())
	defer timer.Stop()
	var done chan outcome
	if w.current != nil {
		done = w.current.done
	}
	select {
	case o := <-done:
		return w.ended(o)
	case <-timer.C:
		return nil
	case <-w.drain:
		w.drain = nil
		w.leave(nil)
		return nil
	case <-ctx.Done():
		if w.current != nil { // its context is ctx
			_ = w.ended(<-done)
		}
		return context.Cause(ctx)
	}
}

// ended notes the end of the trial. The error is not nil if the agent is to give up.
func (w *worker) ended(o outcome) error {
	t := w.current
	t.cancel(nil)
	w.current = nil
	w.reserved = w.ledger.reserve()
	return w.ledger.end(t.trial, time.Since(t.began), o)
}

func (w *worker) register(ctx context.Context) error {
	resp, err := graphql.CreateAgent(ctx, w.conn.GraphQL, graphql.CreateAgentInput{
		Host: w.host, EntityName: gqlclient.Optional(w.at.Entity), ProjectName: &w.at.Project, Sweep: w.at.ID,
	})
	if err != nil {
		return explainAgent(ctx, w.agent.Client, w.at, err)
	}
	if resp.CreateAgent == nil || resp.CreateAgent.Agent == nil {
		return failed(w.agent.Client, diagnose.OpRunAgent, w.at, errors.ErrUnexpectedAnswer, errors.New("the response has no agent"))
	}
	w.id = resp.CreateAgent.Agent.Id
	return nil
}

// beat reports to the server and does what it says.
func (w *worker) beat(ctx context.Context) {
	commands, err := w.heartbeat(ctx)
	switch {
	case ctx.Err() != nil:
		return
	case notFound(err):
		w.leave(explainAgent(ctx, w.agent.Client, w.at, err))
		return
	case refused(err):
		w.leave(explain(ctx, w.agent.Client, diagnose.OpRunAgent, w.at, err))
		return
	case err != nil: // it may be over at the next heartbeat
		w.conn.Log.Warn("heartbeat of the sweep's agent", slog.String("sweep", w.at.String()), slog.Any("error", err))
		return
	}
	for _, c := range commands {
		w.obey(ctx, c)
	}
	if w.current == nil && !w.leaving {
		w.notePause(ctx)
	}
}

// notePause logs that the sweep is paused, if that is why the server has no trial. Otherwise an
// agent that waits looks like one that hangs. It asks until the pause is noted: the sweep may be paused later.
func (w *worker) notePause(ctx context.Context) {
	if w.ledger.paused.Load() {
		return
	}
	resp, err := graphql.ReadSweep(ctx, w.conn.GraphQL.ForProbes(), gqlclient.Optional(w.at.Entity), &w.at.Project, w.at.ID)
	if err != nil || resp.Project == nil || resp.Project.Sweep == nil || State(resp.Project.Sweep.State) != Paused || !w.ledger.paused.CompareAndSwap(false, true) {
		return
	}
	at := w.at.String()
	w.conn.Log.Warn("the sweep is paused", slog.String("warning", "sweep "+at+" is paused, and the agent waits. To resume it: wandgo sweep resume "+at))
}

// leave makes the agent leave after the current trial.
func (w *worker) leave(reason error) { w.leaving, w.reason = true, reason }

func (w *worker) heartbeat(ctx context.Context) ([]command, error) {
	ctx, cancel := context.WithTimeout(ctx, heartbeatTimeout)
	defer cancel()
	alive := ""
	if w.current != nil {
		alive = w.current.trial.RunID
	}
	resp, err := graphql.Heartbeat(ctx, w.conn.GraphQL, graphql.AgentHeartbeatInput{
		Id: w.id, Metrics: new("{}"), RunState: new(runState(alive)),
	})
	if err != nil {
		return nil, err
	}
	if resp.AgentHeartbeat == nil || resp.AgentHeartbeat.Commands == nil {
		return nil, nil
	}
	return parseCommands(*resp.AgentHeartbeat.Commands)
}

// obey does what a command says. Commands that this client does not know change nothing.
func (w *worker) obey(ctx context.Context, c command) {
	switch c.Type {
	case "run", "resume":
		if w.current == nil && w.reserved && !w.leaving {
			w.start(ctx, c)
		} else {
			w.conn.Log.Warn("the sweep's agent is busy and does not start a trial", slog.String("run", c.RunID))
		}
	case "stop":
		if w.current != nil && w.current.trial.RunID == c.RunID {
			w.current.cancel(client.ErrStopped)
		}
	case "exit":
		w.leave(w.reason)
		if w.current != nil {
			w.current.cancel(client.ErrStopped)
		}
	}
}

func (w *worker) start(ctx context.Context, c command) {
	t := Trial{RunID: c.RunID, Params: c.Params, Program: c.Program, sweep: w.at, order: c.order}
	ctx, cancel := context.WithCancelCause(ctx)
	w.reserved = false
	w.current = &current{trial: t, began: time.Now(), cancel: cancel, done: make(chan outcome, 1)}
	w.ledger.begin(t)
	done := w.current.done
	go func() { done <- w.do(ctx, t) }() // wait receives it
}
