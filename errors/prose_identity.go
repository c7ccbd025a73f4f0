package errors

import "strings"

// identitySource is how the source of an identity token begins, as opposed to that
// of an API key.
const identitySource = "identity token from "

// federated reports whether it was an identity token that was refused.
func (e *PermissionError) federated() bool { return strings.HasPrefix(e.KeySource, identitySource) }

// login names what the caller logged in with: "key from WANDB_API_KEY", or "identity
// token from …".
func (e *PermissionError) login() string {
	source := inline(e.KeySource, messageLimit)
	if source == "" || e.federated() {
		return source
	}
	return "key from " + source
}

// proseOf is the text of a cause, in the words for what the caller logged in with.
func (e *PermissionError) proseOf(cause error) (prose, bool) {
	if s, ok := AsType[*Sentinel](cause); ok && e.federated() {
		switch s {
		case ErrBadAPIKey:
			return badIdentityProse, true
		case ErrNoAPIKey:
			return noIdentityProse, true
		}
	}
	return proseOf(cause)
}

var badIdentityProse = prose{
	clause: func(e *PermissionError, probably string) string {
		return "the identity token is " + probably + "not valid on " + e.place().server()
	},
	phrase: words("an invalid identity token"),
	about: words("A server takes an identity token only if it trusts whoever issued it, knows the account that the " +
		"token is for, and the token has not expired; it does not say which of these is missing."),
	check: words("Have a new token written into the file, and ask an admin of the organization whether the server " +
		"trusts its issuer and knows its subject."),
	advise: func(e *PermissionError, a *advice) {
		a.step("Check that ", e.place().server(), " is the server you mean, and the one that the token was issued for. ",
			"WANDB_BASE_URL sets another one.")
		a.step("Check that whatever writes the file goes on replacing the token before it expires.")
		a.step("Ask an admin of the organization whether the server trusts the token's issuer, and whether there is an ",
			"account for its subject. To see both, and when the token expires:")
		a.end = "wandgo doctor --report"
	},
}

var noIdentityProse = prose{
	clause: func(e *PermissionError, probably string) string {
		return probably + "no identity token was found for " + e.place().server()
	},
	phrase: words("a missing identity token"),
	about: words("A file was named to read the identity token from, and there is none in it, so nothing was sent to " +
		"the server. No key was looked for, as that might be another account's."),
	check: words("See whether the file that WANDB_IDENTITY_TOKEN_FILE names holds a token."),
	advise: func(e *PermissionError, a *advice) {
		a.step("Check that the job's platform writes the file before the program starts, and that the program may ",
			"read it: ", strings.TrimPrefix(inline(e.KeySource, messageLimit), identitySource), ".")
		a.step("To log in with an API key instead, unset WANDB_IDENTITY_TOKEN_FILE and set WANDB_API_KEY. To see what ",
			"is found:")
		a.end = "wandgo doctor --report"
	},
}
