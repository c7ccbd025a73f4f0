package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/connection"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/settings"
)

// askServer asks which account the key belongs to and what it may do.
func (x *Checkup) askServer(ctx context.Context) {
	x.asked = true
	access, err := x.checkAccess(ctx)
	if err != nil {
		x.Err = x.withSource(err)
		return
	}
	access.Notes = WithoutOptions(access.Notes)
	x.Access, x.Viewer, x.Err = access, access.Viewer, refusal(access)
}

// findNext finds what is wrong with the credentials while the server cannot be asked. It sends
// nothing, because the client sends no request without a usable key.
func (x *Checkup) findNext(ctx context.Context) {
	if x.usable() || ctx.Err() != nil {
		return
	}
	if access, err := x.checkAccess(ctx); err == nil {
		x.Next = refusal(access)
	}
}

// checkAccess asks what the client of a program would be told.
func (x *Checkup) checkAccess(ctx context.Context) (*client.Access, error) {
	c, err := client.New(x.Client)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	x.scrub = connection.Of(c).Transport.Scrub
	return c.Check(x.recorded(ctx, x.Settings.Login()), x.Settings.Entity.Text, x.Settings.Project.Text)
}

// refusal is why the server refuses, without notes about options.
func refusal(access *client.Access) error {
	refused, ok := errors.AsType[*errors.PermissionError](access.Err())
	if !ok {
		return access.Err()
	}
	named := *refused
	named.Notes = WithoutOptions(refused.Notes)
	return &named
}

// withSource adds to an error about a name where the name came from.
func (x *Checkup) withSource(err error) error {
	if in, ok := errors.AsType[*errors.InputError](err); ok {
		switch in.Field {
		case "entity":
			return settings.From(x.Settings.Entity.Source, err)
		case "project":
			return settings.From(x.Settings.Project.Source, err)
		}
	}
	return err
}

func (x *Checkup) checkAccount() {
	token := x.Settings.IdentityTokenFile != ""
	switch v := x.Viewer; {
	case !x.asked:
		x.add(CheckAccount, StatusSkipped, "not checked")
	case !x.usable() && token:
		x.add(CheckAccount, StatusSkipped, "not checked: there is no identity token")
	case !x.usable():
		x.add(CheckAccount, StatusSkipped, "not checked: there is no usable key")
	case v != nil:
		text := "user " + Quote(v.Username)
		if kind := diagnose.AccountKind(v.AccountType); kind != "" {
			text += ", " + kind
		}
		state := StatusOK
		if x.causeIs(errors.ErrAnonymousKey, errors.ErrNoTeam) {
			state = StatusFail
		}
		x.add(CheckAccount, state, text+"; "+Memberships(v))
	case errors.Is(x.Err, errors.ErrBadAPIKey) && token:
		x.add(CheckAccount, StatusFail, "the server does not accept the identity token")
	case errors.Is(x.Err, errors.ErrBadAPIKey):
		x.add(CheckAccount, StatusFail, "the server does not recognize this key")
	case errors.Is(x.Err, errors.ErrInvalidInput):
		x.add(CheckAccount, StatusSkipped, "not checked: "+printable(x.Err.Error()))
	case x.Access != nil:
		x.add(CheckAccount, StatusUnsure, "the server did not say whose key this is: "+x.evidence("viewer").Result)
	case x.Err != nil:
		x.add(CheckAccount, StatusUnsure, printable(x.Err.Error()))
	}
}

// Memberships describes the default entity and the teams of an account.
func Memberships(v *errors.Viewer) string {
	own := func(entity string) bool { return entity != "" && entity == v.Username } // the personal one
	text := "default entity " + orNone(printable(v.DefaultEntity))
	if slices.ContainsFunc(v.Teams, own) {
		text += "; personal entity " + printable(v.Username)
	}
	return text + "; teams " + orNone(names(slices.DeleteFunc(slices.Clone(v.Teams), own), v.TeamsComplete))
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

// maxNames is how many names a line lists.
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
		text += " (possibly more)"
	}
	return text
}
