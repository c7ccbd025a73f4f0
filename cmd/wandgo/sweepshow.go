package main

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/wandgo/wandgo/api"
	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/sweep"
)

var sweepShowCommand = command{
	name: "sweep show", args: "SWEEP [--json]",
	summary: "show a sweep with its trials, the best first",
	long: `
Shows the state of a sweep, how many trials have each state, and the trials: the
run's id, its state, the value of the sweep's metric and the parameters. The
best trial comes first.

A trial is pending until its run starts, and may stay so if its agent is killed.
To have trials of a grid run again, delete their runs in the web UI, resume the
sweep (wandgo sweep resume), and start an agent.

In a pipe, standard output has only the trials (see wandgo help); the state of
the sweep is printed to stderr.

Flags:
  --json  print one JSON document: the sweep as in wandgo sweep ls, states (how
          many trials have each), and trials (runId, name, state, value, params)

The exit statuses are those of wandgo doctor; 46 if there is no such sweep.

Examples:
  wandgo sweep show acme/vision/abcd1234
`,
	run: runSweepShow,
}

// listedTrial is a trial in JSON.
type listedTrial struct {
	RunID  string         `json:"runId"`
	Name   string         `json:"name"`
	State  string         `json:"state"`
	Value  any            `json:"value"`
	Params map[string]any `json:"params"`
}

func runSweepShow(ctx context.Context, a *app, c command, args []string) error {
	set := c.flags()
	asJSON := set.Bool("json", false, "")
	path, err := a.parseOne(c, set, args, "sweep")
	if err != nil {
		return err
	}
	return a.withClient(ctx, func(cl *client.Client) error {
		s, err := sweep.Get(ctx, cl, path)
		if err != nil {
			return err
		}
		cfg, err := sweep.Parse([]byte(s.Config))
		if cfg == nil {
			return err
		}
		trials, err := trialsOf(ctx, s, cfg)
		if err != nil {
			return err
		}
		if *asJSON {
			return encodeJSON(a.stdout, struct {
				listedSweep
				States map[string]int `json:"states"`
				Trials []listedTrial  `json:"trials"`
			}{listSweep(s), countStates(trials), trials})
		}
		return a.showTrials(s, cfg, trials)
	})
}

func trialsOf(ctx context.Context, s *sweep.Sweep, cfg *sweep.Config) ([]listedTrial, error) {
	q := api.Query{}
	if name := cfg.Metric.Name; name != "" {
		q.Order = "summary." + name
		if cfg.Metric.Goal == sweep.Maximize {
			q.Order = "-" + q.Order
		}
	}
	trials := []listedTrial{}
	for run, err := range s.Trials(ctx, q) {
		if err != nil {
			return nil, err
		}
		t := listedTrial{RunID: run.ID, Name: run.Name, State: run.State, Value: run.Summary[cfg.Metric.Name], Params: map[string]any{}}
		for name := range cfg.Parameters {
			t.Params[name] = run.Config[name]
		}
		trials = append(trials, t)
	}
	return trials, nil
}

// countStates returns how many trials have each state.
func countStates(trials []listedTrial) map[string]int {
	states := map[string]int{}
	for _, t := range trials {
		states[t.State]++
	}
	return states
}

// trialStates are the states of runs in the order in which they are counted for people.
var trialStates = []string{"finished", "failed", "crashed", "killed", "running", "pending"}

// statesText lists the states and how many trials have each. Those that this program does not know follow the others.
func statesText(states map[string]int) string {
	names := trialStates
	for _, name := range sortedKeys(states) {
		if !slices.Contains(names, name) {
			names = append(slices.Clip(names), name)
		}
	}
	var counts []string
	for _, name := range names {
		if n := states[name]; n > 0 {
			counts = append(counts, strconv.Itoa(n)+" "+name)
		}
	}
	return strings.Join(counts, ", ")
}

func (a *app) showTrials(s *sweep.Sweep, cfg *sweep.Config, trials []listedTrial) error {
	p := a.printer(true)
	state := cmp.Or(s.Name, s.ID) + ": " + strings.ToLower(string(s.State)) + ", " + string(s.Method) + ", " + ofExpected(s) + " runs"
	if a.interactive() {
		p.hanging("", "  ", state)
		if len(trials) > 0 {
			p.hanging("", "  ", statesText(countStates(trials)))
		}
		p.hanging("", "  ", s.URL())
		p.printf("\n")
		if p.err != nil {
			return p.err
		}
	} else if err := a.tell(a.stderr, printable(state)); err != nil {
		return err
	}
	columns := []column{{title: "RUN", whole: true}, {title: "STATE"}, {title: cmp.Or(strings.ToUpper(cfg.Metric.Name), "VALUE"), right: true}}
	names := sortedKeys(cfg.Parameters)
	for i, name := range names {
		columns = append(columns, column{title: name, right: true, optional: len(names) - i})
	}
	rows := make([][]string, len(trials))
	for i, t := range trials {
		rows[i] = []string{t.RunID, t.State, cellText(t.Value)}
		for _, name := range names {
			rows[i] = append(rows[i], cellText(t.Params[name]))
		}
	}
	return a.list(columns, rows, "No trials yet.")
}
