package main

import (
	"context"
	_ "embed"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// exampleWorld is a world file to start from.
//
//go:embed world.json
var exampleWorld string

func serveCommand() command {
	return command{
		name: "serve", args: "[--world FILE] [--addr HOST:PORT] [--generation G] [--rate-limit R] [--quiet]",
		summary: "a W&B server for trying things out, in memory",
		long:    serveHelp,
		run:     runServe,
	}
}

const serveHelp = `
Runs a W&B server that keeps everything in memory, for trying out a program, its
handling of refusals, or wandgo itself. It speaks to this library and to the
official client. Who may do what comes from a world file. Prints the address and
the lines that point a client at it, then one line for each request. Ctrl-C stops
it; it then says which runs were stored.

Flags:
  --world FILE      the users, teams and projects there are (default: users
                    "alice" and "bob", teams "acme" and "globex")
  --print-world     print an example world file and stop
  --addr HOST:PORT  where to listen (default 127.0.0.1:0, a free port); only
                    addresses of this machine itself are accepted
  --generation G    the age of the server to imitate: 2024-01, 2024-10 or 2026
                    (default 2026)
  --rate-limit R    answer 429 to more requests than R, such as 60/1m: to GraphQL
                    by account, for rows by project; headers of every answer say
                    how many are left (default: no limit, no headers)
  --quiet           no line for each request

A world file is JSON. Unknown fields are errors that name the place.
  users          username, name, email, keys; subjects (of identity tokens, whose
                 signatures are not checked); type: USER, SERVICE, ORG_SERVICE,
                 ANONYMOUS or VIEWER; homeTeam (of service accounts);
                 personalEntity: absent, disabled or enabled; defaultEntity;
                 admin, deactivated: true or false
  organizations  name; members: username, role (admin or member), seat (full,
                 viewer or none); enforceOrgKeys: true or false
  teams          name, organization, hidden, frozen; members: username, role
                 (admin, member, viewer or custom), customName, customBase,
                 canWrite, pending
  projects       entity, name, owner; scope: restricted, private, team, public
                 or open; members: username, role

Examples:
  wandgo serve
  wandgo serve --print-world > world.json && wandgo serve --world world.json
  wandgo serve --addr 127.0.0.1:8080 --generation 2024-01
  wandgo serve --rate-limit 60/1m
`

func runServe(ctx context.Context, a *app, args []string) int {
	c := serveCommand()
	set := c.flags()
	file := set.String("world", "", "")
	printWorld := set.Bool("print-world", false, "")
	addr := set.String("addr", "127.0.0.1:0", "")
	generation := set.String("generation", wandbtest.Gen2026.String(), "")
	var limit rate
	set.Var(&limit, "rate-limit", "")
	quiet := set.Bool("quiet", false, "")
	if status, ok := a.parse(c, set, args); !ok {
		return status
	}
	if *printWorld {
		if _, err := fmt.Fprint(a.stdout, exampleWorld); err != nil {
			return a.failed("print the world", err)
		}
		return exitAllowed
	}
	g, ok := generationOf(*generation)
	if !ok {
		return a.misused(c, "there is no generation %q; there are %s", *generation, strings.Join(generationNames(), ", "))
	}
	if err := checkLoopback(*addr); err != nil {
		return a.misused(c, "--addr %s: %v", *addr, err)
	}
	world, err := a.readWorld(*file)
	if err != nil {
		return a.failed("serve", err)
	}
	opts := []wandbtest.Option{wandbtest.WithAddr(*addr), wandbtest.WithGeneration(g), wandbtest.WithRateLimit(limit.requests, limit.window)}
	if !*quiet {
		opts = append(opts, wandbtest.WithLogger(slog.New(&requestLines{p: &printer{w: a.stderr}})))
	}
	s, err := wandbtest.Start(world, opts...)
	if err != nil {
		return a.failed("serve", err)
	}
	defer s.Close()
	p := &printer{w: a.stdout}
	writeGreeting(p, s.URL(), world, g)
	if p.err != nil {
		return a.failed("print the address", p.err)
	}
	<-ctx.Done()
	s.Close()
	p.printf("%s\n", summaryOf(s))
	if p.err != nil {
		return a.failed("print the summary", p.err)
	}
	return exitAllowed
}

func generations() []wandbtest.Generation {
	return []wandbtest.Generation{wandbtest.Gen2024Jan, wandbtest.Gen2024Oct, wandbtest.Gen2026}
}

func generationOf(name string) (wandbtest.Generation, bool) {
	for _, g := range generations() {
		if g.String() == name {
			return g, true
		}
	}
	return 0, false
}

func generationNames() []string {
	var all []string
	for _, g := range generations() {
		all = append(all, g.String())
	}
	return all
}

// checkLoopback refuses, before the server listens for even a moment, addresses
// that other machines can reach.
func checkLoopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return errors.New("want HOST:PORT, such as 127.0.0.1:8080")
	}
	if !isLoopback(host) {
		return errors.New("only addresses of this machine itself are accepted, such as 127.0.0.1:8080")
	}
	return nil
}

func (a *app) readWorld(file string) (wandbtest.World, error) {
	if file == "" {
		return wandbtest.Solo(), nil
	}
	if !filepath.IsAbs(file) {
		file = filepath.Join(a.env.workDir, file)
	}
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

// writeGreeting prints where the server is and the lines to copy. Its keys are
// made up, like everything in the world, and open nothing.
func writeGreeting(p *printer, url string, w wandbtest.World, g wandbtest.Generation) {
	p.printf("A W&B server of generation %s is at %s, in memory. Ctrl-C stops it.\nTo use it, copy two lines:\n\n", g, url)
	p.printf("export WANDB_BASE_URL=%s\n", url)
	first := true
	for _, u := range w.Users {
		for _, key := range u.Keys {
			lead := "# "
			if first {
				lead, first = "", false
			}
			p.printf("%sexport WANDB_API_KEY=%s   # %s\n", lead, shellWord(key), describeUser(w, u))
		}
	}
	p.printf("\n")
}

// describeUser says who a user is, in the comment beside the key.
func describeUser(w wandbtest.World, u wandbtest.User) string {
	text := printable(u.Username)
	if kind := accountKind(string(u.Type)); kind != "" {
		text += ", " + kind
	}
	var teams []string
	for _, t := range w.Teams {
		if u.HomeTeam == t.Name {
			teams = append(teams, t.Name)
		}
		for _, m := range t.Members {
			if m.Username == u.Username && !m.Pending {
				role := m.Role
				if role == "" {
					role = wandbtest.RoleMember
				}
				teams = append(teams, fmt.Sprintf("%s of %s", role, t.Name))
			}
		}
	}
	if len(teams) > 0 {
		text += ": " + printable(strings.Join(teams, ", "))
	}
	return text
}

// shellWord quotes what a shell would take apart.
func shellWord(text string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:@", r)
	}
	if text != "" && strings.IndexFunc(text, func(r rune) bool { return !plain(r) }) < 0 {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// summaryOf says in one line what was stored.
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
	requests := count(len(s.Requests()), "request")
	if len(runs) == 0 {
		return "Stopped after " + requests + "; no run was stored."
	}
	var parts []string
	for state, n := range states {
		parts = append(parts, fmt.Sprintf("%d %s", n, state))
	}
	slices.Sort(parts)
	return fmt.Sprintf("Stopped after %s; stored %s (%s) with %s of history.",
		requests, count(len(runs), "run"), strings.Join(parts, ", "), count(rows, "row"))
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// requestLines is a slog.Handler that prints one short line for each request.
type requestLines struct {
	mu sync.Mutex
	p  *printer
}

// Enabled implements slog.Handler.
func (*requestLines) Enabled(_ context.Context, level slog.Level) bool {
	return level >= slog.LevelInfo
}

// Handle implements slog.Handler.
func (h *requestLines) Handle(_ context.Context, r slog.Record) error {
	text := map[string]string{}
	r.Attrs(func(a slog.Attr) bool {
		text[a.Key] = printable(a.Value.String())
		return true
	})
	if r.Message != "request" {
		text["operation"] = r.Message + " " + text["err"]
	}
	what, user, status := text["operation"], text["user"], text["status"]
	if what == "" {
		what = text["path"]
	}
	if user == "" {
		user = "nobody"
	}
	if status == "0" {
		status = "cut"
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.p.printf("%s  %-4s %-20s  %s  %s\n", r.Time.Format("15:04:05"), text["method"], what, status, user)
	return h.p.err
}

// WithAttrs implements slog.Handler; the server adds none.
func (h *requestLines) WithAttrs([]slog.Attr) slog.Handler { return h }

// WithGroup implements slog.Handler; the server opens none.
func (h *requestLines) WithGroup(string) slog.Handler { return h }
