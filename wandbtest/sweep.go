package wandbtest

import (
	"cmp"
	"encoding/json"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"github.com/wandgo/wandgo/internal/fakeserver/jsontext"
	"github.com/wandgo/wandgo/internal/runid"
)

// The states of a sweep.
const (
	sweepPending  = "PENDING"
	sweepRunning  = "RUNNING"
	sweepPaused   = "PAUSED"
	sweepFinished = "FINISHED"
	sweepCanceled = "CANCELED"
)

// sweep is a sweep as stored. It is guarded by Server.mu.
type sweep struct {
	name, storageID          string
	project                  *project
	owner                    string
	created, updated         time.Time
	displayName, description string
	text                     string // the config as it was sent
	config                   *sweepConfig
	controller, scheduler    string
	state                    string
	runs                     []*run
	agents                   []*agent
	tried                    int          // trials that were handed out, and not as repetitions
	grid                     map[int]*run // the last one of each point of a grid, by its index
	random                   *rand.Rand
}

// agent is a process that runs trials of a sweep. It is guarded by Server.mu.
type agent struct {
	sweep          *sweep
	id, name, host string
	created, heard time.Time
	runs           []*run
	metrics        string
	alive          []string // ids of runs, as of the last heartbeat
	heartbeats     int
}

// sweepOf finds a sweep by its storage id.
func (s *Server) sweepOf(storageID string) *sweep {
	for _, p := range s.realm.projects {
		for _, w := range p.sweeps {
			if w.storageID == storageID {
				return w
			}
		}
	}
	return nil
}

// upsertSweep creates a sweep, or changes the one of an id.
func (x *execution) upsertSweep(in arguments) (any, error) {
	s := x.server
	w, err := x.sweepToWrite(in)
	if err != nil {
		return nil, err
	}
	inserted := w.config == nil
	if text, ok := in.optional("config"); ok {
		config, err := parseSweepConfig(text)
		if err != nil {
			return nil, badRequest("Invalid sweep config: %v", err)
		}
		w.text, w.config = text, config
		w.displayName, w.description = cmp.Or(w.displayName, config.Name), cmp.Or(w.description, config.Description)
	}
	if w.config == nil {
		return nil, badRequest("Invalid sweep config: it is missing")
	}
	in.change(map[string]*string{
		"displayName": &w.displayName, "description": &w.description, "controller": &w.controller, "scheduler": &w.scheduler,
	})
	if state := in.text("state"); state != "" {
		if err := w.become(state); err != nil {
			return nil, err
		}
	}
	w.updated = s.cfg.clock()
	if inserted {
		w.project.sweeps[w.name] = w
	}
	return fields{"sweep": w, "inserted": inserted, "configValidationWarnings": w.config.warnings}, nil
}

// sweepToWrite returns the sweep of an input, and checks that the caller may write to it. A
// new one is not stored yet.
func (x *execution) sweepToWrite(in arguments) (*sweep, error) {
	s := x.server
	if id := in.text("id"); id != "" {
		w := s.sweepOf(id)
		if w == nil {
			return nil, noSweep
		}
		return w, x.standing(w.project.Entity).mayWrite(w.project)
	}
	name := cmp.Or(in.text("projectName"), defaultProject)
	p, err := x.projectToWrite(x.entityOr(in.text("entityName")), name)
	if err != nil {
		return nil, err
	}
	s.realm.add(p)
	id := runid.New()
	now := s.cfg.clock()
	return &sweep{
		name: id, storageID: globalID("Sweep", "v1", id, p.Name, p.Entity), project: p, owner: x.caller.user.Username,
		created: now, updated: now, state: sweepPending, grid: map[int]*run{}, random: rand.New(rand.NewPCG(uint64(len(p.sweeps)), 1)),
	}, nil
}

// become changes the state, if that is possible from the current one.
func (w *sweep) become(state string) error {
	over := w.state == sweepFinished || w.state == sweepCanceled
	switch state {
	case sweepRunning, sweepPaused, sweepFinished, sweepCanceled:
	default:
		return badRequest("invalid sweep state %q", state)
	}
	if over && state == sweepPaused {
		return badRequest("sweep is not running")
	}
	w.state = state
	if state == sweepCanceled {
		for _, r := range w.runs {
			r.mu.Lock()
			over := r.complete
			r.mu.Unlock()
			if !over {
				r.stopped.Store(true)
			}
		}
	}
	return nil
}

// createAgent registers an agent.
func (x *execution) createAgent(in arguments) (any, error) {
	s := x.server
	entity, name := x.entityOr(in.text("entityName")), cmp.Or(in.text("projectName"), defaultProject)
	p, err := x.projectToWrite(entity, name)
	if err != nil {
		return nil, err
	}
	w := p.sweeps[in.text("sweep")]
	if w == nil {
		return nil, notFound("could not find sweep %s/%s/%s during createAgent", entity, name, in.text("sweep"))
	}
	now := s.cfg.clock()
	id := runid.New()
	a := &agent{sweep: w, name: id, id: globalID("Agent", "v1", id, w.name, p.Name, p.Entity), host: in.text("host"), created: now, heard: now}
	w.agents = append(w.agents, a)
	s.agents[a.id] = a
	if w.state == sweepPending {
		w.state = sweepRunning
	}
	return fields{"agent": a}, nil
}

// command is an instruction to an agent.
type command struct {
	Type         string         `json:"type"`
	RunID        string         `json:"run_id,omitempty"`
	RunStorageID string         `json:"run_storage_id,omitempty"`
	Program      *string        `json:"program,omitempty"` // of a run it is there even if the config has none
	Args         map[string]any `json:"args,omitempty"`
	Logs         []string       `json:"logs,omitempty"`
}

// heartbeat responds to an agent's heartbeat with commands.
func (x *execution) heartbeat(in arguments) (any, error) {
	s := x.server
	a := s.agents[in.text("id")]
	if a == nil || a.sweep.project.sweeps[a.sweep.name] != a.sweep {
		return nil, noSweep
	}
	w := a.sweep
	if err := x.standing(w.project.Entity).mayWrite(w.project); err != nil {
		return nil, err
	}
	var alive map[string]bool
	if err := json.Unmarshal([]byte(cmp.Or(in.text("runState"), "{}")), &alive); err != nil {
		return nil, badRequest("invalid runState: %v", err)
	}
	a.heard, a.metrics = s.cfg.clock(), cmp.Or(in.text("metrics"), "{}")
	a.heartbeats++
	a.alive = sortedKeys(alive)
	commands := s.commands(x.caller, a)
	text, err := json.Marshal(commands)
	if err != nil {
		return nil, err
	}
	return fields{"agent": a, "commands": string(text)}, nil
}

// commands decides what an agent does next.
func (s *Server) commands(c caller, a *agent) []command {
	w, out := a.sweep, []command{}
	for _, id := range a.alive {
		if r := w.project.runs[id]; r == nil || r.stopped.Load() || r.deleted.Load() {
			out = append(out, command{Type: "stop", RunID: id})
		}
	}
	switch {
	case w.state == sweepFinished || w.state == sweepCanceled:
		if len(a.alive) == 0 || w.state == sweepCanceled {
			out = append(out, command{Type: "exit"})
		}
	case w.state == sweepRunning && len(a.alive) == 0:
		args, point, ok := w.next()
		if !ok {
			w.state = sweepFinished
			return append(out, command{Type: "exit"})
		}
		out = append(out, s.handOut(c, a, args, point))
	}
	return out
}

// handOut creates the run of a trial and returns the command that starts it. point is its index in a grid.
func (s *Server) handOut(c caller, a *agent, args map[string]any, point int) command {
	w := a.sweep
	wrapped := make(map[string]any, len(args))
	for name, value := range args {
		wrapped[name] = map[string]any{"value": value}
	}
	config, _ := json.Marshal(wrapped) //nolint:errchkjson // it comes from YAML
	id := runid.New()
	r := s.addRun(w.project, id, c.user.Username)
	r.mu.Lock()
	r.pending, r.sweep, r.config = true, w.name, string(config)
	r.displayName = "fake-sweep-" + strconv.Itoa(len(w.runs)+1)
	r.mu.Unlock()
	w.runs, a.runs = append(w.runs, r), append(a.runs, r)
	if w.config.Method == "grid" {
		w.grid[point] = r
	}
	return command{Type: "run", RunID: id, RunStorageID: r.storageID, Program: &w.config.Program, Args: wrapped, Logs: []string{}}
}

// next returns the parameters of the next trial and, in a grid, the index of its point, or false. The points of a
// grid whose runs were deleted are tried again after the others.
func (w *sweep) next() (args map[string]any, point int, ok bool) {
	if limit := w.config.RunCap; limit > 0 && w.tried >= limit {
		return nil, 0, false
	}
	if w.config.Method != "grid" {
		w.tried++
		return w.config.Parameters.sample(w.random), 0, true
	}
	size := w.config.Parameters.gridSize()
	if w.tried < size {
		point = w.tried
		w.tried++
	} else {
		deleted := func(point int) bool { return w.grid[point] != nil && w.grid[point].deleted.Load() }
		for point < size && !deleted(point) {
			point++
		}
	}
	if point >= size {
		return nil, 0, false
	}
	args, _ = w.config.Parameters.gridPoint(point)
	return args, point, true
}

// best returns the run with the best value of the sweep's metric, and the value; nil if no
// run has one.
func (w *sweep) best() (*run, float64) {
	var best *run
	sign, found := 1.0, math.Inf(1)
	if w.config.Metric.Goal == "maximize" {
		sign = -1
	}
	for _, r := range undeleted(w.runs) {
		r.mu.Lock()
		summary, _ := jsontext.DecodeObject(cmp.Or(r.summary, "{}"))
		r.mu.Unlock()
		if v, ok := member(summary, w.config.Metric.Name).(float64); ok && !math.IsInf(v, 0) && sign*v < found {
			best, found = r, sign*v
		}
	}
	return best, sign * found
}

// sweepList returns the sweeps of a project in the order of their creation.
func (p *project) sweepList() []*sweep {
	return slices.SortedFunc(maps.Values(p.sweeps), func(a, b *sweep) int {
		return cmp.Or(a.created.Compare(b.created), cmp.Compare(a.name, b.name))
	})
}
