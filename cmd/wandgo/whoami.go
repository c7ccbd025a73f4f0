package main

import (
	"context"
	"time"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/doctor"
)

func whoamiCommand() command {
	return command{
		name: "whoami", args: "[--json] [--timeout D]",
		summary: "show the account that the key belongs to",
		long: `
Asks the server which account the API key (or the identity token) belongs to.
Prints one line, which is wrapped on a terminal: the user, the default entity of
runs, the teams, the server, and where the key comes from. It creates nothing.

Flags:
  --json       print a JSON document instead: username, accountType,
               defaultEntity, teams, teamsComplete, baseUrl, keySource
  --timeout D  time to wait for the server (default 10s)

The exit statuses are those of wandgo doctor.

Examples:
  wandgo whoami
  wandgo whoami --json | jq -r .username
`,
		run: runWhoami,
	}
}

// account is the JSON of whoami.
type account struct {
	viewerDocument
	BaseURL   string `json:"baseUrl"`
	KeySource string `json:"keySource"`

	viewer *errors.Viewer
	login  string // what the client logged in with, in words
}

// Total times to wait for the server, unless --timeout sets another.
const (
	defaultTimeout = 20 * time.Second
	whoamiTimeout  = 10 * time.Second
)

func runWhoami(ctx context.Context, a *app, args []string) error {
	c := whoamiCommand()
	set := c.flags()
	asJSON := set.Bool("json", false, "")
	timeout := set.Duration("timeout", whoamiTimeout, "")
	if err := a.parse(c, set, args); err != nil {
		return err
	}
	if *timeout <= 0 {
		return usageError(c, "--timeout must be positive")
	}
	timed, cancel := context.WithTimeout(ctx, *timeout)
	defer cancel()
	who, err := a.whoami(timed)
	switch {
	case err != nil && ctx.Err() != nil:
		return exitCode(exitInterrupted)
	case err != nil:
		return err
	case *asJSON:
		err = encodeJSON(a.stdout, who)
	default:
		err = a.tell(a.stdout, who.String())
	}
	return failed("print the account", err)
}

func (a *app) whoami(ctx context.Context) (*account, error) {
	s, err := a.settings()
	if err != nil {
		return nil, err
	}
	own, err := client.New(a.env.options())
	if err != nil {
		return nil, err
	}
	defer own.Close()
	v, err := own.Viewer(ctx)
	if err != nil {
		return nil, err
	}
	return &account{
		viewerDocument: newViewerDocument(v), BaseURL: own.BaseURL(), KeySource: s.KeySource, viewer: v, login: s.Login(),
	}, nil
}

// String describes the account in one line.
func (who *account) String() string {
	name := printable(who.Username)
	if kind := doctor.AccountKind(who.AccountType); kind != "" {
		name += " (" + kind + ")"
	}
	return name + ": " + doctor.Memberships(who.viewer) + "; on " + who.BaseURL + " with the " + who.login
}
