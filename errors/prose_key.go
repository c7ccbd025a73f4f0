package errors

import (
	"cmp"
	"strings"
)

// keyProse is about the causes that concern the key, or something between the client and the
// server.
var keyProse = map[error]prose{
	ErrBadAPIKey: {
		clause: "the API key is ${probably}not valid on $server",
		phrase: "an invalid API key",
		about:  "The key is unknown to this server, revoked or expired. The server does not say which.",
		check:  "Create a new key$atAuthorize, and try again.",
		adapt: func(e *PermissionError, p *prose) {
			if e.stage() == keyUnusable {
				p.clause, p.sure = "$keyFlaw", foundHere
				p.about = "No server accepts such a key, so nothing was sent."
			}
		},
		advise: func(e *PermissionError, a *advice) {
			if e.stage() == keyUnusable {
				lead := "Set the key again"
				if e.login() != "" {
					lead += " in $keySource"
				}
				a.step(e.fill(lead + ": complete, pasted once, without quotes or spaces around it."))
				e.advisePage(a, "If you no longer have it, create a new one:", "authorize")
				return
			}
			e.adviseNewKey(a, "Create a new key")
			a.step("If the key is new, check that it is complete, pasted once, without quotes or spaces around it.")
			a.step(e.fill("Check that $server is the right server. WANDB_BASE_URL sets it."))
		},
	},
	ErrNoAPIKey: {
		clause: "${probably}no API key was found for $server",
		phrase: "a missing API key",
		about: "There is no key in WANDB_API_KEY, netrc or the settings files, and the program itself sets none. " +
			"Nothing was sent to the server.",
		check: "See whether WANDB_API_KEY is set where the program runs.",
		sure:  foundHere,
		advise: func(e *PermissionError, a *advice) {
			a.step("Set the environment variable WANDB_API_KEY, or run wandgo login, which writes the key to netrc.")
			e.advisePage(a, "If you have no key, create one:", "authorize")
			a.step("In a container or a batch job, check that the variable is passed on, and that HOME is the directory " +
				"where you logged in.")
		},
	},
	ErrAnonymousKey: {
		clause: "the API key ${probably}belongs to an anonymous account",
		phrase: "an anonymous account",
		about:  "Anonymous accounts are not allowed to do this; named accounts are.",
		check:  "See which account is logged in on the server's web pages.",
		adapt: func(e *PermissionError, p *prose) {
			if e.Viewer != nil && e.Viewer.Username != "" {
				p.clause = "the API key ${probably}belongs to the anonymous account $username"
			}
		},
		advise: func(e *PermissionError, a *advice) {
			a.step("Log in to a named account in the browser, or sign up for one.")
			e.adviseNewKey(a, "Create a key for it")
		},
	},
	ErrKeyScope: {
		clause: "this API key may ${probably}not access $projectOfEntity",
		phrase: "an API key of another organization or of narrower scope",
		about: "A key can have less access than its account: it can be limited to one organization, or to some of the " +
			"account's permissions.",
		check: "Ask an admin of the organization which keys it accepts for $team.",
		sure:  namedByServer,
		advise: func(e *PermissionError, a *advice) {
			e.adviseNewKey(a, "Create a key for the organization of $team")
			e.adviseOwnEntity(a)
			e.adviseOtherKey(a)
		},
	},
	ErrIntermediary: {
		clause: "the refusal ${probably}came from a proxy or firewall, not from W&B",
		phrase: "a proxy or firewall in between",
		about: "The response is not in the format of W&B's API. A proxy, a firewall or a filter sent it, " +
			"so it says nothing about what your account may do.",
		check: "See what responds, on the same machine: $curl",
		sure:  foundHere,
		adapt: func(e *PermissionError, p *prose) {
			if e.Proxy != nil {
				p.clause = "$proxy refused to connect to $proxyTarget"
				p.about = "The proxy opened no connection, so nothing reached W&B. It says nothing about what your account may do."
				switch {
				case e.StatusCode != 407:
				case e.Proxy.noPassword():
					p.clause = "$proxy requires a login"
				case e.Proxy.Login:
					p.clause = "$proxy rejects the user name and password"
				default:
					p.clause = "$proxy requires a user name and password"
				}
			} else if e.googlePage() {
				p.clause = "the response is an error page of Google's front end, not of W&B's API"
				p.about = "The page gives no reason, and says nothing about what your account may do."
			}
		},
		advise: func(e *PermissionError, a *advice) {
			switch {
			case e.Proxy != nil:
				e.adviseProxy(a)
			case e.googlePage():
				a.show("Try again, and from another network. To see the whole page, on the same machine:",
					strings.Replace(e.curl(), "-sSi", "-sSi -X POST", 1))
				a.step("If the error persists, send the page and the time to the server's administrator or, for W&B's cloud, " +
					"to W&B's support.")
			default:
				a.step("Check the proxy settings HTTPS_PROXY, HTTP_PROXY and NO_PROXY.")
				a.step(e.fill("Ask your network's administrator to allow requests to $server."))
				a.show("To see what responds, look at the response's headers, on the same machine:", e.curl())
			}
		},
	},
}

// keyFlaw says what is wrong with the form of the key, without showing it.
func (e *PermissionError) keyFlaw() string {
	return cmp.Or(errorText(e.Err, resultLimit), "the API key is malformed")
}

// googlePage reports whether the response is an error page of Google's front end, known by
// its title.
func (e *PermissionError) googlePage() bool {
	return strings.HasPrefix(e.Message, "Error 4") && strings.HasSuffix(strings.TrimSpace(e.Message), "!!1")
}

// curl is a command that shows what responds at the API's address.
func (e *PermissionError) curl() string {
	if e.BaseURL == "" {
		return "wandgo doctor"
	}
	return "curl -sSi " + shellWord(inline(e.BaseURL, messageLimit)+"/graphql")
}

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

// identityProse is about the causes that concern an identity token in place of a key.
var identityProse = map[error]prose{
	ErrBadAPIKey: {
		clause: "the identity token is ${probably}not valid on $server",
		phrase: "an invalid identity token",
		about: "A server accepts an identity token if it trusts the issuer, knows the token's account, and the token " +
			"has not expired. The server does not say which of these is not met.",
		check: "Have a new token written to the file. Ask an admin of the organization whether the server trusts its " +
			"issuer and knows its subject.",
		advise: func(e *PermissionError, a *advice) {
			a.step("Check that the file's token is replaced before it expires.")
			a.show("Ask an admin of the organization whether the server trusts the token's issuer and has an account for its "+
				"subject. To see both, and when the token expires:", "wandgo doctor --report")
			a.step(e.fill("Check that the token was issued for $server. WANDB_BASE_URL sets the server."))
		},
	},
	ErrNoAPIKey: {
		clause: "${probably}no identity token was found for $server",
		phrase: "a missing identity token",
		about: "WANDB_IDENTITY_TOKEN_FILE names a file without a token. No API key was used instead, because it could " +
			"be another account's. Nothing was sent to the server.",
		check: "See whether the file that WANDB_IDENTITY_TOKEN_FILE names holds a token.",
		sure:  foundHere,
		advise: func(e *PermissionError, a *advice) {
			a.step("Check that the job's platform writes the file before the program starts, and that the program can read it: " +
				strings.TrimPrefix(inline(e.KeySource, messageLimit), identitySource) + ".")
			a.step("To log in with an API key instead, unset WANDB_IDENTITY_TOKEN_FILE and set WANDB_API_KEY.")
			a.show("To see what was found:", "wandgo doctor --report")
		},
	},
}
