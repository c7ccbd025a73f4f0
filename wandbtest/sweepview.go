package wandbtest

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// SweepKey names a sweep.
type SweepKey struct{ Entity, Project, ID string }

// SweepView is a snapshot of a stored sweep. It does not change later.
type SweepView struct {
	SweepKey
	DisplayName, Description string
	// Config is the config as it was sent, in YAML.
	Config string
	// State is "PENDING" until the first agent, then "RUNNING", "PAUSED", "FINISHED" or
	// "CANCELED".
	State string
	// Runs are the ids of its runs, in the order in which they were handed out or joined.
	Runs []string
	// Best is the id of the run with the best value of the metric in its summary, "" if
	// there is none, and BestValue the value.
	Best      string
	BestValue float64
	// Agents are its agents, in the order in which they were created.
	Agents []AgentView
}

// AgentView is a snapshot of an agent of a sweep.
type AgentView struct {
	Host string
	// Runs are the ids of the runs that it was given, and Alive those that it reported
	// as running in its last heartbeat.
	Runs, Alive []string
	Heartbeats  int
	HeartbeatAt time.Time
}

// Sweep returns a snapshot of a sweep, and whether it exists.
func (s *Server) Sweep(entity, project, id string) (SweepView, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	p := s.realm.project(entity, project)
	if p == nil || p.sweeps[id] == nil {
		return SweepView{}, false
	}
	w := p.sweeps[id]
	v := SweepView{
		SweepKey:    SweepKey{p.Entity, p.Name, w.name},
		DisplayName: w.displayName, Description: w.description, Config: w.text, State: w.state, Runs: idsOf(w.runs),
	}
	if best, value := w.best(); best != nil {
		v.Best, v.BestValue = best.key.ID, value
	}
	for _, a := range w.agents {
		v.Agents = append(v.Agents, AgentView{
			Host: a.host, Runs: idsOf(a.runs), Alive: slices.Clone(a.alive), Heartbeats: a.heartbeats, HeartbeatAt: a.heard,
		})
	}
	return v, true
}

func idsOf(runs []*run) []string {
	ids := make([]string, len(runs))
	for i, r := range runs {
		ids[i] = r.key.ID
	}
	return ids
}

// Sweeps lists all sweeps in the order of their creation within a project.
func (s *Server) Sweeps() []SweepKey {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var keys []SweepKey
	for _, p := range s.realm.projects {
		for _, w := range p.sweepList() {
			keys = append(keys, SweepKey{p.Entity, p.Name, w.name})
		}
	}
	return keys
}

// DeleteSweep deletes a sweep, as the web UI does. Heartbeats of its agents are then refused
// with status 404. Its runs remain.
func (s *Server) DeleteSweep(entity, project, id string) error {
	return s.changeSweep("delete sweep", entity, project, id, func(w *sweep) error {
		delete(w.project.sweeps, w.name)
		return nil
	})
}

// SetSweepState changes the state of a sweep, as the web UI does: "RUNNING", "PAUSED",
// "FINISHED" (agents exit after their current trial) or "CANCELED" (its runs are stopped).
func (s *Server) SetSweepState(entity, project, id, state string) error {
	return s.changeSweep("set sweep state", entity, project, id, func(w *sweep) error { return w.become(state) })
}

func (s *Server) changeSweep(verb, entity, project, id string, change func(*sweep) error) error {
	s.mu.Lock()
	defer s.changed.broadcast()
	defer s.mu.Unlock()
	p := s.realm.project(entity, project)
	if p == nil || p.sweeps[id] == nil {
		return fmt.Errorf("%s: no sweep %s/%s/%s", verb, entity, project, id)
	}
	if err := change(p.sweeps[id]); err != nil {
		return fmt.Errorf("%s: %w", verb, err)
	}
	return nil
}

// WaitSweep blocks until the sweep exists and satisfies cond, and returns it. It is called
// as by [Server.WaitRun].
func (s *Server) WaitSweep(ctx context.Context, entity, project, id string, cond func(SweepView) bool) (SweepView, error) {
	return waitFor(ctx, &s.changed, "sweep "+entity+"/"+project+"/"+id, func() (SweepView, bool) { return s.Sweep(entity, project, id) }, cond)
}
