package main

import (
	"cmp"
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/internal/term"
	"github.com/wandgo/wandgo/sweep"
)

var sweepCommand = group("sweep", "create, list and steer sweeps", `
Works with sweeps: searches for good hyperparameters. The server chooses the
parameters of each trial; agents run them, see wandgo help agent.

Commands:
%s
A sweep's path is [entity/][project/]id, or the address of its page. The entity
and the project are those of the settings if the path has none.

Examples:
  wandgo sweep create sweep.yaml --project vision
  wandgo sweep show acme/vision/abcd1234
  wandgo help sweep create
`,
	sweepCreateCommand, sweepLsCommand, sweepShowCommand,
	sweepStateCommand("pause", "make agents wait instead of starting trials", "paused: agents start no trials", (*sweep.Sweep).Pause),
	sweepStateCommand("resume", "end a pause, or make a finished sweep run again", "running", (*sweep.Sweep).Resume),
	sweepStateCommand("stop", "end a sweep after its running trials", "finished: running trials end by themselves", (*sweep.Sweep).Stop),
	sweepStateCommand("cancel", "end a sweep and stop its running trials", "canceled: running trials are stopped", (*sweep.Sweep).Cancel),
)

var sweepCreateCommand = command{
	name: "sweep create", args: "FILE [--entity E] [--project P] [--name N] [--json]",
	summary: "create a sweep from a YAML file",
	long: `
Creates a sweep and prints its path. The file is that of the official client:

  method: bayes              grid, random or bayes
  metric: {name: val/loss, goal: minimize}
  parameters:
    lr: {distribution: log_uniform_values, min: 1.0e-5, max: 0.1}
    layers: {min: 1, max: 5}
    opt: {values: [adam, sgd]}
  command: [./train, "${args}"]

All mistakes in the file are reported with their keys and lines, and nothing is
sent. Keys of a parameter that are not known are sent, with a warning. The
server's own warnings are printed, too.

Flags:
  --entity E   the team or user (default: that of the file or the settings)
  --project P  the project (default: that of the file or the settings)
  --name N     the name shown in the web UI (default: that of the file)
  --json       print one JSON document (id, entity, project, path, url)

The exit statuses are those of wandgo doctor.

Examples:
  wandgo sweep create sweep.yaml
  wandgo agent "$(wandgo sweep create sweep.yaml)"
`,
	run: runSweepCreate,
}

func runSweepCreate(ctx context.Context, a *app, c command, args []string) error {
	set := c.flags()
	entity, project, name := set.String("entity", "", ""), set.String("project", "", ""), set.String("name", "", "")
	asJSON := set.Bool("json", false, "")
	file, err := a.parseOne(c, set, args, "file")
	if err != nil {
		return err
	}
	opts := a.env.options()
	opts.Logger = sweepWarnings(a.stderr)
	return withOptions(ctx, opts, func(cl *client.Client) error {
		cfg, err := sweep.Load(a.env.path(file))
		if err != nil {
			return err
		}
		cfg.Entity, cfg.Project, cfg.Name = cmp.Or(*entity, cfg.Entity), cmp.Or(*project, cfg.Project), cmp.Or(*name, cfg.Name)
		s, err := sweep.New(ctx, cl, cfg)
		if err != nil {
			return err
		}
		if *asJSON {
			return encodeJSON(a.stdout, map[string]string{"id": s.ID, "entity": s.Entity, "project": s.Project, "path": s.Path(), "url": s.URL()})
		}
		if term.IsTerminal(a.stderr) {
			p := &printer{w: a.stderr}
			p.printf("Created sweep %s at %s\nTo run its trials: wandgo agent %s\n", printable(s.ID), printable(s.URL()), printable(s.Path()))
		}
		p := a.printer(false)
		p.printf("%s\n", printable(s.Path()))
		return p.err
	})
}

var sweepLsCommand = command{
	name: "sweep ls", args: "[[entity/]project] [--json]",
	summary: "list the sweeps of a project",
	long: `
Lists the sweeps of a project, by default of that of the settings.

The columns in a pipe (see wandgo help): id, state, method, number of runs, best
value of the metric, time of creation, name.

Flags:
  --json  print one JSON document: a list of sweeps (id, name, state, method,
          runs, expected, best, createdAt)

The exit statuses are those of wandgo doctor.

Examples:
  wandgo sweep ls acme/vision
  wandgo sweep ls --json | jq -r '.[] | select(.state == "RUNNING") | .id'
`,
	run: runSweepLs,
}

// listedSweep is a sweep in JSON.
type listedSweep struct {
	ID        string       `json:"id"`
	Name      string       `json:"name"`
	State     sweep.State  `json:"state"`
	Method    sweep.Method `json:"method"`
	Runs      int          `json:"runs"`
	Expected  int          `json:"expected"`
	Best      *float64     `json:"best"`
	CreatedAt time.Time    `json:"createdAt"`
}

func listSweep(s *sweep.Sweep) listedSweep {
	return listedSweep{s.ID, s.Name, s.State, s.Method, s.Runs, s.Expected, s.Best, s.CreatedAt}
}

func runSweepLs(ctx context.Context, a *app, c command, args []string) error {
	set := c.flags()
	asJSON := set.Bool("json", false, "")
	paths, err := a.parsePaths(c, set, args)
	if err != nil {
		return err
	}
	if len(paths) > 1 {
		return usageError(c, "expected at most one project")
	}
	return a.withClient(ctx, func(cl *client.Client) error {
		project, err := a.projectPath(paths)
		if err != nil {
			return err
		}
		all, err := collect(sweep.List(ctx, cl, project))
		if err != nil {
			return err
		}
		if len(paths) == 0 {
			if err := a.noteDefaultProject(); err != nil {
				return err
			}
		}
		if *asJSON {
			listed := make([]listedSweep, len(all))
			for i, s := range all {
				listed[i] = listSweep(s)
			}
			return encodeJSON(a.stdout, listed)
		}
		rows := make([][]string, len(all))
		for i, s := range all {
			rows[i] = []string{s.ID, strings.ToLower(string(s.State)), string(s.Method), ofExpected(s), best(s.Best), a.time(s.CreatedAt), s.Name}
		}
		return a.list([]column{
			{title: "ID", whole: true}, {title: "STATE"}, {title: "METHOD", optional: 2}, {title: "RUNS", right: true}, {title: "BEST", right: true}, {title: "CREATED", optional: 3}, {title: "NAME", optional: 1},
		}, rows, "No sweeps in "+project+".")
	})
}

// projectPath is the project that the arguments name, or that of the settings.
func (a *app) projectPath(paths []string) (string, error) {
	if len(paths) > 0 {
		return paths[0], nil
	}
	s, err := a.settings()
	if err != nil {
		return "", err
	}
	return strings.TrimPrefix(s.Entity.Text+"/"+s.Project.Text, "/"), nil
}

func ofExpected(s *sweep.Sweep) string {
	if s.Expected > 0 {
		return strconv.Itoa(s.Runs) + "/" + strconv.Itoa(s.Expected)
	}
	return strconv.Itoa(s.Runs)
}

func best(value *float64) string {
	if value == nil {
		return ""
	}
	return strconv.FormatFloat(*value, 'g', 6, 64)
}

// sweepStateCommand is a command that changes the state of a sweep. outcome says what holds after it.
func sweepStateCommand(verb, summary, outcome string, change func(*sweep.Sweep, context.Context) error) command {
	run := func(ctx context.Context, a *app, c command, args []string) error {
		path, err := a.parseOne(c, c.flags(), args, "sweep")
		if err != nil {
			return err
		}
		return a.withClient(ctx, func(cl *client.Client) error {
			s, err := sweep.Get(ctx, cl, path)
			if err != nil {
				return err
			}
			if err := change(s, ctx); err != nil {
				return err
			}
			p := a.printer(false)
			p.printf("%s is %s\n", printable(s.Path()), outcome)
			return p.err
		})
	}
	return command{
		name: "sweep " + verb, args: "SWEEP", summary: summary,
		long: "\n" + strings.ToUpper(summary[:1]) + summary[1:] + `. The sweep is its path
[entity/][project/]id, or the address of its page.

The exit statuses are those of wandgo doctor; 46 if there is no such sweep.

Examples:
  wandgo sweep ` + verb + ` acme/vision/abcd1234
`,
		run: run,
	}
}
