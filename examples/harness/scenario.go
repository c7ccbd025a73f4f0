package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/wandbtest"
)

// scenario is a situation that the harness can meet, simulated by a W&B server in this
// process.
type scenario struct {
	name, story string
	args        []string // flags before the user's
	noKey       bool
	// arrange changes the server before the harness starts, later after the run is
	// created.
	arrange, later func(*wandbtest.Server) error
}

func scenarios() []*scenario {
	return []*scenario{
		{name: "ok", story: "the server accepts the run", args: []string{"-entity", "acme"}},
		{
			name: "viewer", story: "the account has the View-Only role in the team", args: []string{"-entity", "acme"},
			arrange: func(s *wandbtest.Server) error { return s.SetRole("acme", "alice", wandbtest.RoleViewer) },
		},
		{
			name: "repaired", story: "the same, but the role is raised in mid-run",
			args:    []string{"-entity", "acme", "-sync"},
			arrange: func(s *wandbtest.Server) error { return s.SetRole("acme", "alice", wandbtest.RoleViewer) },
			later:   func(s *wandbtest.Server) error { return s.SetRole("acme", "alice", wandbtest.RoleMember) },
		},
		{
			name: "other-team", story: "the account is not in the preferred team, but has another",
			args: []string{"-entity", "globex", "-own-team"},
		},
		{name: "no-key", story: "the machine has no API key", args: []string{"-entity", "acme"}, noKey: true},
		{
			name: "outage", story: "the server is down", args: []string{"-entity", "acme"},
			arrange: func(s *wandbtest.Server) error {
				s.Inject(wandbtest.Fault{Status: 503, Body: "<html>be right back</html>"})
				return nil
			},
		},
		{
			name: "lost", story: "the account is removed from the team in mid-run", args: []string{"-entity", "acme"},
			later: func(s *wandbtest.Server) error { return s.RemoveMember("acme", "alice") },
		},
	}
}

func findScenario(name string) (*scenario, error) {
	var names []string
	for _, s := range scenarios() {
		if s.name == name {
			return s, nil
		}
		names = append(names, s.name)
	}
	return nil, fmt.Errorf("must be one of %s", strings.Join(names, ", "))
}

// stage is a running scenario.
type stage struct {
	scenario *scenario
	server   *wandbtest.Server
}

// start starts the server and configures the client for it. The real environment has no
// effect, and an outage gets one retry instead of twenty.
func (sc *scenario) start(options *client.Options) (*stage, error) {
	getenv := options.Getenv
	if getenv == nil {
		getenv = os.Getenv
	}
	server, err := wandbtest.Start(wandbtest.Solo())
	if err != nil {
		return nil, err
	}
	st := &stage{scenario: sc, server: server}
	if sc.arrange != nil {
		if err := sc.arrange(server); err != nil {
			server.Close()
			return nil, err
		}
	}
	env := map[string]string{
		"WANDB_BASE_URL":            server.URL(),
		"WANDB_API_KEY":             wandbtest.AliceKey,
		"WANDB_X_GRAPHQL_RETRY_MAX": "1", "WANDB_X_GRAPHQL_RETRY_WAIT_MIN_SECONDS": "0.01",
	}
	for _, name := range []string{"NO_COLOR", "TERM", "WANDB_SILENT", "WANDB_QUIET"} { // the terminal is real
		env[name] = getenv(name)
	}
	if sc.noKey {
		delete(env, "WANDB_API_KEY")
	}
	options.Getenv = func(name string) string { return env[name] }
	if options.Dir == "" { // stays after the program, for inspection
		if options.Dir, err = os.MkdirTemp("", "wandgo-harness-"); err != nil {
			server.Close()
			return nil, err
		}
	}
	env["HOME"] = filepath.Join(options.Dir, "home") // empty, so that there is no netrc in it
	return st, nil
}

// continueScenario makes the scenario's later change.
func (st *stage) continueScenario() {
	if st.scenario.later != nil {
		st.scenario.later(st.server) //nolint:errcheck // the world has what it names
	}
}

func (st *stage) close() { st.server.Close() }
