package main

import (
	"context"
	"time"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/doctor"
)

var whoamiCommand = command{
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

func runWhoami(ctx context.Context, a *app, c command, args []string) error {
	set := c.flags()
	asJSON := set.Bool("json", false, "")
	timeout := set.Duration("timeout", whoamiTimeout, "")
	if err := a.parse(c, set, args); err != nil {
		return err
	}
	if *timeout <= 0 {
		return usageError(c, "--timeout must be positive")
	}
	s, err := a.settings()
	if err != nil {
		return err
	}
	return a.withClient(ctx, func(cl *client.Client) error {
		timed, cancel := context.WithTimeout(ctx, *timeout)
		defer cancel()
		v, err := cl.Viewer(timed)
		if err != nil {
			return err
		}
		who := &account{newViewerDocument(v), cl.BaseURL(), s.KeySource, v, s.Login()}
		if *asJSON {
			return failed("print the account", encodeJSON(a.stdout, who))
		}
		return failed("print the account", a.tell(a.stdout, who.String()))
	})
}

// String describes the account in one line.
func (who *account) String() string {
	name := printable(who.Username)
	if kind := diagnose.AccountKind(who.AccountType); kind != "" {
		name += " (" + kind + ")"
	}
	return name + ": " + doctor.Memberships(who.viewer) + "; on " + who.BaseURL + " with the " + who.login
}
