package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/settings"
	"github.com/wandgo/wandgo/internal/transport"
)

// examination is one run of the doctor: what was looked at and what was found.
type examination struct {
	env             environment
	entity, project string // from the command line, "" if not given
	// report gets each check as soon as it is made.
	report func(check)

	settings *settings.Settings
	conn     *connection
	keys     []foundKey // the one in use first
	flaws    []settings.KeyFlaw
	identity secret.Key // the identity token, if there is one
	kept     secret.Key // the access token of the credentials file
	form     string     // what the key or token looks like
	viewer   *errors.Viewer
	access   *client.Access
	checks   []check
	// err is why a run cannot, or may not, be created; nil if it can.
	err error
	// asked is set once the server was asked with the key.
	asked bool
	// reached tells whether the server was reached; nil if it was not asked.
	reached *bool
}

func (x *examination) add(name string, s status, text string, details ...string) {
	if details == nil {
		details = []string{}
	}
	c := check{name, s, text, details}
	x.checks = append(x.checks, c)
	if x.report != nil {
		x.report(c)
	}
}

// run makes the checks in order. What it finds is in the examination; the
// caller closes x.conn, if there is one.
func (x *examination) run(ctx context.Context) {
	if !x.resolve() {
		x.conclude()
		return
	}
	x.lookAtLogin()
	x.lookAtServer()
	x.conn = newConnection(x.settings)
	if x.reach(ctx) && ctx.Err() == nil {
		x.askServer(ctx)
	}
	x.lookAtAccount()
	x.lookAtPlace()
	x.conclude()
}

// resolve reads the settings, and reports whether they make sense.
func (x *examination) resolve() bool {
	s, err := settings.Resolve(x.env.settings(), settings.Explicit{Entity: x.entity, Project: x.project})
	if err != nil {
		x.err = err
		x.add(checkSettings, statusFail, err.Error())
		return false
	}
	if x.entity != "" {
		s.Entity.Source = "--entity"
	}
	if x.project != "" {
		s.Project.Source = "--project"
	}
	x.settings = s
	notes := append([]string(nil), s.Warnings...)
	if s.Mode.Text != settings.ModeOnline {
		notes = append(notes, fmt.Sprintf("runs are %s here (from %s): nothing of them would be sent to the server", s.Mode.Text, s.Mode.Source))
	}
	if len(notes) > 0 {
		x.add(checkSettings, statusNote, notes[0], notes[1:]...)
	}
	return true
}

// lookAtKey says where the key comes from and whether it has the form of one.
func (x *examination) lookAtKey() {
	s := x.settings
	x.form = settings.KeyHint(s.Key)
	x.flaws = settings.CheckKey(s.Key)
	state, details := statusOK, []string{}
	for _, f := range x.flaws {
		details = append(details, "the key "+f.Text)
		if f.Fatal {
			state = statusFail
		} else if state == statusOK {
			state = statusNote
		}
	}
	x.add(checkKey, state, "from "+s.KeySource+": "+x.form, details...)
}

// usable reports whether there is a key, or an identity token, worth sending.
func (x *examination) usable() bool {
	if x.settings.IdentityTokenFile != "" {
		return !x.identity.Empty()
	}
	for _, f := range x.flaws {
		if f.Fatal {
			return false
		}
	}
	return !x.settings.Key.Empty()
}

func (x *examination) lookAtServer() {
	base := x.settings.BaseURL
	text := base.Text + " (from " + base.Source + ")"
	if base.Source == settings.SourceDefault {
		text = base.Text + " (the default)"
	}
	if u, err := url.Parse(base.Text); err == nil && u.Scheme == "http" && !isLoopback(u.Hostname()) {
		x.add(checkServer, statusNote, text, "http:// is not encrypted: whoever sits in between can read the key")
		return
	}
	x.add(checkServer, statusOK, text)
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// reachTimeout bounds the first request. A server that takes longer to say that
// it does not know somebody is as good as gone.
const reachTimeout = 10 * time.Second

// reach asks the server who we are without saying so: whether it is there, and
// whether it is W&B, must be known before any key is blamed. It reports whether
// it is worth asking more.
func (x *examination) reach(ctx context.Context) bool {
	x.reached = new(false)
	t, err := x.conn.transport("no key", secret.Key{}, nil)
	if err != nil {
		x.err = err
		x.add(checkReachable, statusFail, err.Error())
		return false
	}
	policy := transport.ProbePolicy()
	policy.AttemptTimeout = reachTimeout
	ctx, cancel := context.WithTimeout(ctx, reachTimeout)
	defer cancel()
	start := time.Now()
	_, err = graphql.Viewer(ctx, gqlclient.New(t).WithPolicy(policy))
	took := time.Since(start)
	if err == nil {
		*x.reached = true
		x.add(checkReachable, statusOK, fmt.Sprintf("a W&B API answers, in %s", milliseconds(took)))
		return true
	}
	r := diagnose.Classify(ctx, err)
	if r.NeedsProbes() || r.StatusCode != 0 && (r.Class == diagnose.Schema || r.Class == diagnose.Input || r.Class == diagnose.Unexpected) {
		// Whatever it thinks of strangers, it speaks as W&B does.
		*x.reached = true
		x.add(checkReachable, statusOK, fmt.Sprintf("a W&B API answers, with HTTP %d to a request without a key, in %s", r.StatusCode, milliseconds(took)))
		return true
	}
	q := diagnose.Question{Op: diagnose.OpCreateRun, Entity: x.settings.Entity.Text, Project: x.settings.Project.Text}
	x.err = diagnose.New(diagnose.Config{Settings: x.settings}).Preliminary(ctx, q, err)
	*x.reached = r.StatusCode != 0
	x.add(checkReachable, statusFail, reachText(r, took))
	return false
}

// reachText says what answered, if anything did.
func reachText(r *diagnose.Refusal, took time.Duration) string {
	what := ""
	switch r.Class {
	case diagnose.Intermediary:
		what = "W&B"
	case diagnose.WrongURL:
		what = "W&B's API"
	case diagnose.Untrusted:
		text := "no connection, as the server's certificate is not trusted"
		if cert, ok := errors.AsType[*tls.CertificateVerificationError](r.Err); ok {
			text += ": " + cert.Err.Error()
		}
		return printable(text)
	}
	if what != "" {
		text := "something answers"
		if r.StatusCode != 0 {
			text += fmt.Sprintf(" with HTTP %d", r.StatusCode)
		}
		text += ", and it is not " + what
		if r.Hint != "" {
			text += ": " + r.Hint
		}
		return printable(text)
	}
	if r.StatusCode != 0 {
		return fmt.Sprintf("the server answers with HTTP %d", r.StatusCode)
	}
	text := "no answer within " + milliseconds(took)
	if e, ok := errors.AsType[*net.OpError](r.Err); ok && e.Err != nil {
		text = "no answer: " + e.Error()
	} else if e, ok := errors.AsType[*net.DNSError](r.Err); ok {
		text = "no answer: " + e.Error()
	} else if r.Class != diagnose.Cancelled {
		text = "no answer: " + r.Err.Error()
	}
	return printable(text)
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%d ms", max(1, d.Round(time.Millisecond).Milliseconds()))
}

// askServer asks whose key it is and what it may do.
func (x *examination) askServer(ctx context.Context) {
	opts := x.env.options()
	opts.HTTPClient = x.conn.client(x.settings.Login())
	c, err := client.New(opts)
	if err != nil {
		x.err = err
		return
	}
	defer c.Close()
	x.asked = true
	access, err := c.Check(ctx, x.settings.Entity.Text, x.settings.Project.Text)
	if err != nil {
		x.err = x.from(err)
	} else {
		x.access, x.viewer, x.err = access, access.Viewer, access.Err()
	}
}

// from adds to an error about a name where the name came from.
func (x *examination) from(err error) error {
	if in, ok := errors.AsType[*errors.InputError](err); ok {
		switch in.Field {
		case "entity":
			return settings.From(x.settings.Entity.Source, err)
		case "project":
			return settings.From(x.settings.Project.Source, err)
		}
	}
	return err
}

// lookAtAccount says whose key it is.
func (x *examination) lookAtAccount() {
	switch v := x.viewer; {
	case !x.asked:
		x.add(checkAccount, statusSkipped, "not asked")
	case !x.usable() && x.settings.IdentityTokenFile != "":
		x.add(checkAccount, statusSkipped, "not asked: there is no identity token")
	case !x.usable():
		x.add(checkAccount, statusSkipped, "not asked: there is no usable key")
	case v != nil:
		state, text := statusOK, "user "+quote(v.Username)
		if kind := accountKind(v.AccountType); kind != "" {
			text += ", " + kind
		}
		text += "; default entity " + orNone(printable(v.DefaultEntity)) + "; teams " + orNone(names(v.Teams, v.TeamsComplete))
		if x.blamed(errors.ErrAnonymousKey, errors.ErrNoTeam) {
			state = statusFail
		}
		x.add(checkAccount, state, text)
	case errors.Is(x.err, errors.ErrBadAPIKey) && x.settings.IdentityTokenFile != "":
		x.add(checkAccount, statusFail, "the server does not accept the identity token")
	case errors.Is(x.err, errors.ErrBadAPIKey):
		x.add(checkAccount, statusFail, "the server recognises no account behind this key")
	case errors.Is(x.err, errors.ErrInvalidInput):
		x.add(checkAccount, statusSkipped, "not asked: "+printable(x.err.Error()))
	case x.access != nil:
		x.add(checkAccount, statusUnsure, "the server did not say whose key this is: "+x.evidence("viewer").Result)
	case x.err != nil:
		x.add(checkAccount, statusUnsure, printable(x.err.Error()))
	}
}

// evidence returns a probe by its name; the zero Probe if it was not made.
func (x *examination) evidence(name string) errors.Probe {
	if x.access != nil {
		for _, p := range x.access.Evidence {
			if p.Name == name {
				return p
			}
		}
	}
	return errors.Probe{}
}

func quote(name string) string { return `"` + strings.ReplaceAll(printable(name), `"`, `\"`) + `"` }
