// Package doctor checks everything that creating a run depends on: settings, the
// API key or identity token, the server, the account, the entity, the role and the
// project. It prints nothing.
package doctor

import (
	"context"
	"fmt"
	"sync"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/settings"
)

// Options say what to check.
type Options struct {
	// Env is the environment that the settings are resolved from.
	Env settings.Env
	// Client are the options of a client in the same environment.
	Client client.Options
	// Entity and Project override the settings.
	Entity, Project string
	// Report, if set, receives each check as soon as it is done.
	Report func(Check)
}

// Checkup is one series of checks and their findings. Run fills in everything but
// the options.
type Checkup struct {
	Options

	// Settings are nil if they could not be resolved.
	Settings *settings.Settings
	// Keys are the API keys that a program in this environment could pick up, the
	// one in use first.
	Keys  []FoundKey
	Flaws []settings.KeyFlaw
	// KeyForm describes what the key or the identity token looks like.
	KeyForm string
	// Viewer is the account, nil if the server did not identify it.
	Viewer *errors.Viewer
	// Access is nil if the server was not asked.
	Access *client.Access
	Checks []Check
	// Err is why a run cannot be created, nil if it can.
	Err error
	// Next is what else is in the way if Err is that the server cannot be reached: there is
	// no usable key. Otherwise it is nil.
	Next error
	// Reached reports whether the server responded. It is nil if it was not asked.
	Reached *bool

	identity secret.Key          // the identity token, if there is one
	scrub    func(string) string // removes what the client has sent; nil before
	asked    bool                // the server was asked with the key

	mu        sync.Mutex
	exchanges []Exchange
}

// Run runs the checks in order. It blocks until the server has responded or ctx is
// done.
func (x *Checkup) Run(ctx context.Context) {
	if !x.checkSettings() {
		x.conclude()
		return
	}
	x.checkCredentials()
	x.checkServer()
	switch reached := x.reach(ctx); {
	case !reached:
		x.findNext(ctx)
	case ctx.Err() == nil:
		x.askServer(ctx)
	}
	x.checkAccount()
	x.checkEntity()
	x.checkRole()
	x.checkProject()
	x.conclude()
}

func (x *Checkup) add(name string, s Status, text string, details ...string) {
	if details == nil {
		details = []string{}
	}
	c := Check{name, s, text, details}
	x.Checks = append(x.Checks, c)
	if x.Report != nil {
		x.Report(c)
	}
}

// checkSettings resolves the settings, and reports whether they are valid.
func (x *Checkup) checkSettings() bool {
	s, err := settings.Resolve(x.Env, settings.Explicit{})
	if err != nil {
		x.Err = err
		x.add(CheckSettings, StatusFail, err.Error())
		return false
	}
	if x.Entity != "" {
		s.Entity = settings.Value{Text: x.Entity, Source: "--entity"}
	}
	if x.Project != "" {
		s.Project = settings.Value{Text: x.Project, Source: "--project"}
	}
	s.KeyLookups = WithoutOptions(s.KeyLookups)
	x.Settings = s
	notes := append([]string(nil), s.Warnings...)
	if s.Mode.Text != settings.ModeOnline {
		notes = append(notes, fmt.Sprintf("the mode is %s (from %s): runs are not sent to the server", s.Mode.Text, s.Mode.Source))
	}
	if len(notes) > 0 {
		x.add(CheckSettings, StatusNote, notes[0], notes[1:]...)
	}
	return true
}
