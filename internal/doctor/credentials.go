package doctor

import (
	"fmt"
	"slices"
	"time"

	"github.com/wandgo/wandgo/internal/identity"
	"github.com/wandgo/wandgo/internal/settings"
)

// checkCredentials checks what the client logs in with: a key or an identity token.
func (x *Checkup) checkCredentials() {
	switch s := x.Settings; {
	case s.IdentityTokenFile != "":
		x.checkIdentity()
	case s.Key.Empty():
		x.add(CheckKey, StatusFail, "no key found", s.KeyLookups...)
		return
	default:
		x.checkKey()
	}
	x.checkOtherKeys()
}

// checkKey reports where the key comes from and whether its form is valid.
func (x *Checkup) checkKey() {
	s := x.Settings
	x.KeyForm = settings.KeyHint(s.Key)
	x.Flaws = settings.CheckKey(s.Key)
	state, details := StatusOK, []string{}
	for _, f := range x.Flaws {
		details = append(details, "the key "+f.Text)
		if f.Fatal {
			state = StatusFail
		} else if state == StatusOK {
			state = StatusNote
		}
	}
	x.add(CheckKey, state, "from "+s.KeySource+": "+x.KeyForm, details...)
}

// usable reports whether there is a key or an identity token worth sending.
func (x *Checkup) usable() bool {
	if x.Settings.IdentityTokenFile != "" {
		return !x.identity.Empty()
	}
	fatal := slices.ContainsFunc(x.Flaws, func(f settings.KeyFlaw) bool { return f.Fatal })
	return !fatal && !x.Settings.Key.Empty()
}

// checkIdentity reports which identity token is used and what it claims.
func (x *Checkup) checkIdentity() {
	s := x.Settings
	token, claims, err := identity.Read(s.IdentityTokenFile)
	if err != nil {
		x.add(CheckIdentity, StatusFail, err.Error(), s.KeyLookups...)
		return
	}
	x.identity = token
	if claims == nil {
		x.KeyForm = "not a JSON web token"
		x.add(CheckIdentity, StatusUnsure, s.KeySource+": "+x.KeyForm)
		return
	}
	x.KeyForm = "JSON web token"
	if claims.Issuer != "" {
		x.KeyForm += " of " + printable(claims.Issuer)
	}
	if claims.Subject != "" {
		x.KeyForm += " for " + Quote(claims.Subject)
	}
	state, details := StatusOK, []string{}
	if !claims.Expires.IsZero() {
		at := claims.Expires.UTC().Format(time.DateTime)
		if time.Until(claims.Expires) > 0 {
			details = append(details, fmt.Sprintf("expires at %s UTC", at))
		} else {
			state = StatusUnsure
			details = append(details, fmt.Sprintf("expired at %s UTC, by this machine's clock", at))
		}
	}
	x.add(CheckIdentity, state, s.KeySource+": "+x.KeyForm, details...)
}

// checkOtherKeys names keys that are found and not used.
func (x *Checkup) checkOtherKeys() {
	s := x.Settings
	x.Keys = findKeys(x.Env, s)
	for _, other := range x.Keys {
		if other.Source != s.KeySource && other.Key != s.Key {
			x.add(CheckOtherKeys, StatusNote, fmt.Sprintf(
				"%s has a different key (%s), which is not used: the %s takes precedence",
				other.Source, settings.KeyHint(other.Key), s.Login()))
		}
	}
}
