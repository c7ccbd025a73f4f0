package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/internal/settings"
)

func whoamiCommand() command {
	return command{
		name: "whoami", args: "[--json] [--timeout D]",
		summary: "the account behind the key, in one line",
		long: `
Asks the server whose API key this is, and prints in one line: the user, the
entity that runs go to by default, the teams, the server, and where the key, or
the identity token in place of one, came from. It creates nothing.

Flags:
  --json       print a JSON document instead: username, accountType,
               defaultEntity, teams, teamsComplete, baseUrl, keySource
  --timeout D  how long to wait for the server (default 10s)

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
	Username      string   `json:"username"`
	AccountType   string   `json:"accountType"`
	DefaultEntity string   `json:"defaultEntity"`
	Teams         []string `json:"teams"`
	TeamsComplete bool     `json:"teamsComplete"`
	BaseURL       string   `json:"baseUrl"`
	KeySource     string   `json:"keySource"`

	login string // what the server was shown, in words
}

// How long the server may take in all, unless the command line says otherwise.
const (
	defaultTimeout = 20 * time.Second
	whoamiTimeout  = 10 * time.Second
)

func runWhoami(ctx context.Context, a *app, args []string) int {
	c := whoamiCommand()
	set := c.flags()
	asJSON := set.Bool("json", false, "")
	timeout := set.Duration("timeout", whoamiTimeout, "")
	if status, ok := a.parse(c, set, args); !ok {
		return status
	}
	if *timeout <= 0 {
		return a.misused(c, "--timeout must be positive")
	}
	timed, cancel := context.WithTimeout(ctx, *timeout)
	defer cancel()
	who, err := a.whoami(timed)
	switch {
	case err != nil && ctx.Err() != nil:
		return exitInterrupted
	case err != nil:
		a.explainTo(a.stderr, err)
		return exitStatus(err)
	case *asJSON:
		enc := json.NewEncoder(a.stdout)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		err = enc.Encode(who)
	default:
		_, err = fmt.Fprintln(a.stdout, who)
	}
	if err != nil {
		return a.failed("print the account", err)
	}
	return exitAllowed
}

func (a *app) whoami(ctx context.Context) (*account, error) {
	s, err := settings.Resolve(a.env.settings(), settings.Explicit{})
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
	teams := v.Teams
	if teams == nil {
		teams = []string{}
	}
	return &account{
		Username: v.Username, AccountType: v.AccountType, DefaultEntity: v.DefaultEntity,
		Teams: teams, TeamsComplete: v.TeamsComplete, BaseURL: own.BaseURL(), KeySource: s.KeySource, login: s.Login(),
	}, nil
}

// String is one line.
func (who *account) String() string {
	var b strings.Builder
	b.WriteString(printable(who.Username))
	if kind := accountKind(who.AccountType); kind != "" {
		b.WriteString(" (" + kind + ")")
	}
	b.WriteString(": default entity " + orNone(printable(who.DefaultEntity)))
	b.WriteString("; teams " + orNone(names(who.Teams, who.TeamsComplete)))
	b.WriteString("; on " + who.BaseURL + " with the " + who.login)
	return b.String()
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

// maxNames is how many names a line spells out.
const maxNames = 12

// names lists entities in one line.
func names(all []string, complete bool) string {
	var shown []string
	for i, name := range all {
		if i == maxNames {
			shown = append(shown, fmt.Sprintf("and %d more", len(all)-maxNames))
			break
		}
		shown = append(shown, printable(name))
	}
	text := strings.Join(shown, ", ")
	if !complete && text != "" {
		text += " (perhaps not all)"
	}
	return text
}

// accountKind is the type of an account in words, "" for a person's.
func accountKind(accountType string) string {
	switch accountType {
	case "", "USER":
		return ""
	case "SERVICE":
		return "service account"
	case "ORG_SERVICE":
		return "service account of an organization"
	case "ANONYMOUS":
		return "anonymous account"
	case "VIEWER":
		return "view-only account"
	}
	return "account type " + printable(accountType)
}

// printable makes a text from the server safe for a terminal, in one line.
func printable(text string) string {
	return strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, "\uFFFD"), func(r rune) bool {
		return r <= ' ' || r >= 0x7f && r < 0xa0
	}), " ")
}
