package main

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/dashboard"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/doctor"
	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/runstore"
	"github.com/wandgo/wandgo/internal/version"
	"github.com/wandgo/wandgo/wandbtest"
)

// exampleWorld is what --print-world prints.
//
//go:embed world.json
var exampleWorld string

var serveCommand = command{
	name: "serve", args: "[--world FILE] [--addr HOST:PORT] [--quiet] [flags]",
	summary: "run a W&B server in memory, for tests",
	long:    serveHelp,
	run:     runServe,
}

const serveHelp = `
Runs a W&B server in memory, to try a program, its handling of refusals, or
wandgo itself. This library and the official client can use it. A world file
defines the accounts and their permissions. Prints the address and the variables
that select this server, then one line per request. The address and the links
that programs print show the runs in a browser. Ctrl-C stops the server and
prints which runs were stored.

Flags:
  --world FILE      the users, teams and projects (default: users "alice" and
                    "bob", teams "acme" and "globex")
  --print-world     print an example world file and stop
  --addr HOST:PORT  address to listen on (default 127.0.0.1:0, a free port);
                    must be a loopback address
  --generation G    server version to imitate: 2024-01, 2024-10 or 2026
                    (default 2026)
  --rate-limit R    respond with 429 to more requests than R, such as 60/1m.
                    Counts GraphQL by account and rows by project; headers
                    report the rest (default: no limit, no headers)
  --quiet           do not print requests

A world file is JSON. Errors name the position of unknown fields.
  users          username, name, email, keys; subjects (of identity tokens,
                 whose signatures are not checked); type: USER, SERVICE,
                 ORG_SERVICE, ANONYMOUS or VIEWER; homeTeam (of service
                 accounts);
                 personalEntity: absent, disabled or enabled; defaultEntity;
                 admin, deactivated: true or false
  organizations  name; entity (owns the registries); members: username, role
                 (admin or member), seat (full, viewer or none);
                 enforceOrgKeys: true or false
  teams          name, organization, hidden, frozen; members: username, role
                 (admin, member, viewer or custom), customName, customBase,
                 canWrite, pending
  projects       entity, name, owner; scope: restricted, private, team, public
                 or open; members: username, role; protectedAliases (of
                 artifacts)

Examples:
  wandgo serve
  wandgo serve --print-world > world.json && wandgo serve --world world.json
  wandgo serve --addr 127.0.0.1:8080 --generation 2024-01
  wandgo serve --rate-limit 60/1m
`

func runServe(ctx context.Context, a *app, c command, args []string) error {
	set := c.flags()
	file := set.String("world", "", "")
	printWorld := set.Bool("print-world", false, "")
	addr := set.String("addr", "127.0.0.1:0", "")
	generation := set.String("generation", wandbtest.Gen2026.String(), "")
	requests, window := 0, time.Duration(0)
	set.Func("rate-limit", "", func(text string) (err error) {
		requests, window, err = parseRate(text)
		return err
	})
	quiet := set.Bool("quiet", false, "")
	if err := a.parse(c, set, args); err != nil {
		return err
	}
	if *printWorld {
		_, err := fmt.Fprint(a.stdout, exampleWorld)
		return failed("print the world", err)
	}
	g, err := generationOf(*generation)
	if err != nil {
		return usageError(c, "%v", err)
	}
	if err := checkLoopback(*addr); err != nil {
		return usageError(c, "--addr %s: %v", *addr, err)
	}
	world, err := a.readWorld(*file)
	if err != nil {
		return commandFailed(c, err)
	}
	opts := []wandbtest.Option{wandbtest.WithAddr(*addr), wandbtest.WithGeneration(g), wandbtest.WithRateLimit(requests, window)}
	if !*quiet {
		opts = append(opts, wandbtest.WithLogger(slog.New(requestLines(&printer{w: a.stderr}))))
	}
	var pages http.Handler // of the server that has them
	started := make(chan struct{})
	s, err := wandbtest.Start(world, append(opts, wandbtest.WithPages(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		<-started
		pages.ServeHTTP(w, r)
	})))...)
	if err != nil {
		return commandFailed(c, err)
	}
	defer s.Close()
	store := runstore.Open(nil, runstore.Options{Feeds: func() map[string]runstore.Feed { return serverFeeds(s) }})
	pages = dashboard.New(store, dashboard.Options{Version: version.Module(), Mode: "serve", Hint: "wandgo verify", Catalog: serverCatalog{s}})
	close(started)
	watching, stop := context.WithCancel(ctx)
	var watch sync.WaitGroup
	watch.Go(func() { store.Watch(watching) })
	defer watch.Wait()
	defer stop()
	p := &printer{w: a.stdout}
	writeGreeting(p, s.URL(), world, g)
	if p.err != nil {
		return failed("print the address", p.err)
	}
	<-ctx.Done()
	s.Close()
	p.printf("%s\n", summaryOf(s))
	return failed("print the summary", p.err)
}

// parseRate reads a number of requests per time, such as 60/1m.
func parseRate(text string) (requests int, window time.Duration, err error) {
	number, per, _ := strings.Cut(text, "/")
	requests, err = strconv.Atoi(number)
	window, windowErr := time.ParseDuration(per)
	if err != nil || windowErr != nil || requests <= 0 || window <= 0 {
		return 0, 0, errors.New("must be a number of requests and a time, such as 60/1m")
	}
	return requests, window, nil
}

var generations = []wandbtest.Generation{wandbtest.Gen2024Jan, wandbtest.Gen2024Oct, wandbtest.Gen2026}

func generationOf(name string) (wandbtest.Generation, error) {
	var names []string
	for _, g := range generations {
		if g.String() == name {
			return g, nil
		}
		names = append(names, g.String())
	}
	return 0, fmt.Errorf("unknown generation %q; choose one of %s", name, strings.Join(names, ", "))
}

// checkLoopback refuses addresses that other machines can reach. It is called before
// the server listens.
func checkLoopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return errors.New("must be HOST:PORT, such as 127.0.0.1:8080")
	}
	if !doctor.IsLoopback(host) {
		return errors.New("must be a loopback address, such as 127.0.0.1:8080")
	}
	return nil
}

func (a *app) readWorld(file string) (wandbtest.World, error) {
	if file == "" {
		return wandbtest.Solo(), nil
	}
	file = a.env.path(file)
	data, err := os.ReadFile(file)
	if err != nil {
		return wandbtest.World{}, fmt.Errorf("read world: %w", err)
	}
	w, err := wandbtest.ParseWorld(data)
	if err != nil {
		return wandbtest.World{}, fmt.Errorf("%s: %w", file, err)
	}
	return w, nil
}

// writeGreeting prints the address of the server and the lines to copy. The keys are
// made up and open nothing but this server.
func writeGreeting(p *printer, url string, w wandbtest.World, g wandbtest.Generation) {
	p.printf("W&B server (generation %s, in memory) listening on %s\nThe same address shows its runs in a browser.\nPress Ctrl-C to stop it. To use it, set:\n\n", g, url)
	p.printf("export WANDB_BASE_URL=%s\n", url)
	first := true
	for _, u := range w.Users {
		for _, key := range u.Keys {
			lead := "# "
			if first {
				lead, first = "", false
			}
			p.hanging("# ", "# ", describeUser(w, u))
			p.printf("%sexport WANDB_API_KEY=%s\n", lead, plaintext.ShellWord(key))
		}
	}
	p.printf("\n")
}

// describeUser describes a user in the comment beside the key.
func describeUser(w wandbtest.World, u wandbtest.User) string {
	text := printable(u.Username)
	if kind := diagnose.AccountKind(string(u.Type)); kind != "" {
		text += ", " + kind
	}
	var teams []string
	for _, t := range w.Teams {
		if u.HomeTeam == t.Name {
			teams = append(teams, t.Name)
		}
		for _, m := range t.Members {
			if m.Username == u.Username && !m.Pending {
				teams = append(teams, fmt.Sprintf("%s of %s", cmp.Or(m.Role, wandbtest.RoleMember), t.Name))
			}
		}
	}
	if len(teams) > 0 {
		text += ": " + printable(strings.Join(teams, ", "))
	}
	return text
}

// summaryOf describes in one line what was stored.
func summaryOf(s *wandbtest.Server) string {
	runs := s.Runs()
	states := map[string]int{}
	rows := 0
	for _, key := range runs {
		if v, ok := s.Run(key.Entity, key.Project, key.ID); ok {
			state := v.State
			if v.Deleted {
				state = "deleted"
			}
			states[state]++
			rows += len(v.HistoryLines)
		}
	}
	requests := counted(len(s.Requests()), "request")
	if len(runs) == 0 {
		return "Stopped after " + requests + "; no runs were stored."
	}
	var parts []string
	for state, n := range states {
		parts = append(parts, fmt.Sprintf("%d %s", n, state))
	}
	slices.Sort(parts)
	return fmt.Sprintf("Stopped after %s; stored %s (%s) with %s of history.",
		requests, counted(len(runs), "run"), strings.Join(parts, ", "), counted(rows, "row"))
}

// requestLines returns a handler that prints one line per request.
func requestLines(p *printer) slog.Handler {
	return lineHandler{slog.LevelInfo, func(r slog.Record) error {
		text := map[string]string{}
		r.Attrs(func(a slog.Attr) bool {
			text[a.Key] = printable(a.Value.String())
			return true
		})
		if r.Message != "request" {
			text["operation"] = r.Message + " " + text["err"]
		}
		what, status := cmp.Or(text["operation"], text["path"]), text["status"]
		if status == "0" {
			status = "cut"
		}
		p.printf("%s  %-4s %-20s  %s  %s\n", r.Time.Format("15:04:05"), text["method"], what, status, cmp.Or(text["user"], "no user"))
		return p.err
	}, new(sync.Mutex)}
}
