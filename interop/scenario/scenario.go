package scenario

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/wandgo/wandgo/interop/stored"
	"github.com/wandgo/wandgo/wandbtest"
)

// Scenario is a script that both clients run, each with its own server, so that the stored
// runs can be compared.
type Scenario struct {
	Name string
	// Runs are the ids of the runs it makes; the scenario's name if nil. An id
	// that either client chooses itself is written "(only)": the one run there is.
	Runs []string
	// Phases are the processes it takes, one after the other; by default one,
	// which runs the half of the scenario's name.
	Phases []Phase
	// Ours are wandgo's phases where they are others.
	Ours []Phase
	// Alone keeps it out of the Python process that runs many scenarios, as it
	// needs its own environment, server or process.
	Alone bool
	// Environment has what is known of the machine compared as well.
	Environment bool
	// Seconds is roughly how long it takes, if that is long.
	Seconds int
	// Env is added to the environment of both.
	Env []string
	// Server are options of the server, Prepare is called when it runs.
	Server  []wandbtest.Option
	Prepare func(*wandbtest.Server)
	// Warnings are parts of what the official client may say on stderr as a
	// warning or error, because the scenario asks for it.
	Warnings []string
	// Differ are differences that belong to this scenario, with their reasons.
	Differ []stored.Rule
	// Pending says why the two are not equal yet; "" when they must be. A pending
	// scenario that turns out to be equal fails, so that the list stays true.
	Pending string
}

// PhasesOf returns the processes of one side.
func (s *Scenario) PhasesOf(ours bool) []Phase {
	switch {
	case ours && s.Ours != nil:
		return s.Ours
	case s.Phases != nil:
		return s.Phases
	}
	return []Phase{{Half: s.Name}}
}

// Pace is the interval that both clients must keep: the official one, unless the scenario
// changes it or injects faults.
func (s *Scenario) Pace() wandbtest.Pace {
	hurried := slices.ContainsFunc(s.Env, func(v string) bool { return strings.Contains(v, "TRANSMIT_INTERVAL") })
	if hurried || s.Server != nil || s.Prepare != nil {
		return wandbtest.Pace{}
	}
	return wandbtest.Pace{Interval: 15 * time.Second, Heartbeat: 30 * time.Second, Full: 3 << 19}
}

// WithoutServer reports whether the scenario also works offline: it reads nothing from the
// server, and needs neither its own process nor its own environment.
func (s *Scenario) WithoutServer() bool {
	return !s.Alone && !strings.HasPrefix(s.Name, "resume_") && s.Name != "fork" && s.Name != "rewind"
}

// Phase is one process of a scenario.
type Phase struct {
	// Half is the name of the function.
	Half string
	// ByOther has the other client play it: each uploads what the other kept.
	ByOther bool
	// Exit is the exit code of both processes; 128 and the signal's number for one
	// that a signal ended.
	Exit int
	// During is called while the process waits to be ended: when it has printed
	// "@@@ ready".
	During func(ctx context.Context, s *wandbtest.Server, p Process) error
}

// The exit codes of processes that a signal ended.
const (
	Killed      = 128 + 9
	Interrupted = 128 + 2
)

// Process is a running side of a scenario.
type Process interface {
	// Kill ends it as kill -9 does.
	Kill() error
	// Interrupt sends it what Ctrl-C sends.
	Interrupt() error
}

// Server starts the server of a scenario: alice is a member of acme.
func Server() wandbtest.World {
	world := wandbtest.Solo()
	world.Users[0].Keys = []string{Key}
	return world
}

// Key is alice's key.
const Key = "notakeyalice0000000000000000000000000000"

// Project is the project of the runs.
const Project = "scenarios"

// rows waits until the server has n rows of the run.
func rows(id string, n int) func(context.Context, *wandbtest.Server) error {
	return func(ctx context.Context, s *wandbtest.Server) error {
		if id == only {
			for len(s.Runs()) == 0 { // the process says that it is ready after Init
				return context.Canceled
			}
			id = s.Runs()[0].ID
		}
		_, err := s.WaitRun(ctx, "acme", Project, id, func(v wandbtest.RunView) bool { return len(v.HistoryLines) >= n })
		return err
	}
}

// only means the only run on the server.
const only = "(only)"

// killAfter kills the process when the server has n rows of the run.
func killAfter(id string, n int) func(context.Context, *wandbtest.Server, Process) error {
	return func(ctx context.Context, s *wandbtest.Server, p Process) error {
		if err := rows(id, n)(ctx, s); err != nil {
			return err
		}
		return p.Kill()
	}
}

// everyOther makes every other request of a kind fail.
func everyOther(operation string, fault wandbtest.Fault) func(*wandbtest.Server) {
	return func(s *wandbtest.Server) {
		turn := make(chan bool, 1)
		turn <- true
		fault.Operation = operation
		fault.Match = func(*http.Request, []byte) bool {
			now := <-turn
			turn <- !now
			return now
		}
		s.Inject(fault)
	}
}

// impatient makes both clients retry quickly.
var impatient = []string{
	"WANDB_X_FILE_STREAM_RETRY_WAIT_MIN_SECONDS=0.1",
	"WANDB_X_FILE_STREAM_RETRY_WAIT_MAX_SECONDS=0.5",
	"WANDB_X_GRAPHQL_RETRY_WAIT_MIN_SECONDS=0.1",
	"WANDB_X_GRAPHQL_RETRY_WAIT_MAX_SECONDS=0.5",
	"WANDB_X_FILE_TRANSFER_RETRY_WAIT_MIN_SECONDS=0.1",
	"WANDB_X_FILE_TRANSFER_RETRY_WAIT_MAX_SECONDS=0.5",
	"WANDB_X_FILE_STREAM_TRANSMIT_INTERVAL=0.2",
}

// window is the span of the rate limit in the scenario rate_limited.
const window = 2 * time.Second
