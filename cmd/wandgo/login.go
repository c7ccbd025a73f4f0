package main

import (
	"fmt"
	"time"

	"github.com/wandgo/wandgo/internal/identity"
	"github.com/wandgo/wandgo/internal/settings"
)

// lookAtLogin says what the server is shown: a key, or an identity token.
func (x *examination) lookAtLogin() {
	switch s := x.settings; {
	case s.IdentityTokenFile != "":
		x.lookAtIdentity()
	case s.Key.Empty():
		x.add(checkKey, statusFail, "none was found", s.KeyLookups...)
		return
	default:
		x.lookAtKey()
	}
	x.lookAtOtherKeys()
}

// lookAtIdentity says which identity token it is and what it says of itself.
func (x *examination) lookAtIdentity() {
	s := x.settings
	token, claims, err := identity.Read(s.IdentityTokenFile)
	if err != nil {
		x.add(checkIdentity, statusFail, err.Error(), s.KeyLookups...)
		return
	}
	x.identity, x.kept = token, identity.Kept(s)
	state, text, details := statusOK, s.KeySource, []string{}
	if claims == nil {
		x.form = "text that is no JSON web token"
		x.add(checkIdentity, statusUnsure, text+": "+x.form)
		return
	}
	x.form = "JSON web token"
	if claims.Issuer != "" {
		x.form += " of " + printable(claims.Issuer)
	}
	if claims.Subject != "" {
		x.form += " for " + quote(claims.Subject)
	}
	if left := time.Until(claims.Expires); !claims.Expires.IsZero() {
		at := claims.Expires.UTC().Format(time.DateTime)
		if left > 0 {
			details = append(details, fmt.Sprintf("it expires at %s UTC", at))
		} else {
			state = statusUnsure
			details = append(details, fmt.Sprintf("it expired at %s UTC, by this machine's clock", at))
		}
	}
	x.add(checkIdentity, state, text+": "+x.form, details...)
}

// lookAtOtherKeys names keys that are not used.
func (x *examination) lookAtOtherKeys() {
	s := x.settings
	x.keys = keysAround(x.env.settings(), s)
	for _, other := range x.keys {
		if other.source != s.KeySource && other.key != s.Key {
			x.add(checkOtherKeys, statusNote, fmt.Sprintf(
				"%s has a different key (%s); it is not used, because %s goes first",
				other.source, settings.KeyHint(other.key), s.Login()))
		}
	}
}
