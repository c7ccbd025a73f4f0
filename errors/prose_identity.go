package errors

import "strings"

// identitySource is the prefix of the source of an identity token. The source of
// an API key does not have it.
const identitySource = "identity token from "

// federated reports whether the caller logged in with an identity token.
func (e *PermissionError) federated() bool { return strings.HasPrefix(e.KeySource, identitySource) }

// login names the credential: "key from WANDB_API_KEY" or "identity token from …".
func (e *PermissionError) login() string {
	source := inline(e.KeySource, messageLimit)
	if source == "" || e.federated() {
		return source
	}
	return "key from " + source
}

// proseOf is the text about a cause, in terms of the credential that was used.
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
		return "the identity token is " + probably + "not valid on " + e.target().server()
	},
	phrase: words("an invalid identity token"),
	about: words("A server accepts an identity token if it trusts the issuer, knows the token's account, and the token " +
		"has not expired. The server does not say which of these is not met."),
	check: words("Have a new token written to the file. Ask an admin of the organization whether the server trusts its " +
		"issuer and knows its subject."),
	advise: func(e *PermissionError, a *advice) {
		a.step("Check that the file's token is replaced before it expires.")
		a.step("Ask an admin of the organization whether the server trusts the token's issuer and has an account for its ",
			"subject. To see both, and when the token expires:")
		a.show("wandgo doctor --report")
		a.step("Check that the token was issued for ", e.target().server(), ". WANDB_BASE_URL sets the server.")
	},
}

var noIdentityProse = prose{
	clause: func(e *PermissionError, probably string) string {
		return probably + "no identity token was found for " + e.target().server()
	},
	phrase: words("a missing identity token"),
	about: words("WANDB_IDENTITY_TOKEN_FILE names a file without a token. No API key was used instead, because it could " +
		"be another account's. Nothing was sent to the server."),
	check: words("See whether the file that WANDB_IDENTITY_TOKEN_FILE names holds a token."),
	advise: func(e *PermissionError, a *advice) {
		a.step("Check that the job's platform writes the file before the program starts, and that the program can ",
			"read it: ", strings.TrimPrefix(inline(e.KeySource, messageLimit), identitySource), ".")
		a.step("To log in with an API key instead, unset WANDB_IDENTITY_TOKEN_FILE and set WANDB_API_KEY.")
		a.step("To see what was found:")
		a.show("wandgo doctor --report")
	},
}
