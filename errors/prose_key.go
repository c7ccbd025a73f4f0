package errors

import (
	"strings"

	"github.com/wandgo/wandgo/internal/plaintext"
)

// The causes that concern the key, or something between the client and the
// server.

var badAPIKeyProse = prose{
	clause: func(e *PermissionError, probably string) string {
		if e.malformedKey() {
			return e.keyFlaw()
		}
		return "the API key is " + probably + "not valid on " + e.target().server()
	},
	phrase: words("an invalid API key"),
	about: func(e *PermissionError) string {
		if e.malformedKey() {
			return "No server accepts such a key, so nothing was sent."
		}
		return "The key is unknown to this server, revoked or expired. The server does not say which."
	},
	check: func(e *PermissionError) string {
		return "Create a new key" + e.target().at("authorize") + ", and try again."
	},
	advise: func(e *PermissionError, a *advice) {
		source := inline(e.KeySource, messageLimit)
		if e.malformedKey() {
			lead := "Set the key again"
			if source != "" {
				lead += " in " + source
			}
			a.step(lead, ": complete, pasted once, without quotes or spaces around it.")
			e.advisePage(a, "If you no longer have it, create a new one:", "authorize")
			return
		}
		lead := "Create a new key and set it as WANDB_API_KEY:"
		if source != "" {
			lead = "Create a new key and replace the one from " + source + ":"
		}
		e.advisePage(a, lead, "authorize")
		a.step("If the key is new, check that it is complete, pasted once, without quotes or spaces around it.")
		a.step("Check that ", e.target().server(), " is the right server. WANDB_BASE_URL sets it.")
	},
}

// malformedKey reports whether the key was not sent, because its form rules out
// that it is one.
func (e *PermissionError) malformedKey() bool {
	return e.Cause == ErrBadAPIKey && e.StatusCode == 0 && e.Viewer == nil && len(e.Evidence) == 0
}

// keyFlaw says what is wrong with the form of the key, without showing it.
func (e *PermissionError) keyFlaw() string {
	if flaw := errorText(e.Err, resultLimit); flaw != "" {
		return flaw
	}
	return "the API key does not have the form of one"
}

var noAPIKeyProse = prose{
	clause: func(e *PermissionError, probably string) string {
		return probably + "no API key was found for " + e.target().server()
	},
	phrase: words("a missing API key"),
	about: words("There is no key in WANDB_API_KEY, netrc or the settings files, and the program itself sets none. " +
		"Nothing was sent to the server."),
	check: words("See whether WANDB_API_KEY is set where the program runs."),
	advise: func(e *PermissionError, a *advice) {
		a.step("Set the environment variable WANDB_API_KEY, or run wandgo login, which writes the key to netrc.")
		e.advisePage(a, "If you have no key, create one:", "authorize")
		a.step("In a container or a batch job, check that the variable is passed on, and that HOME is the ",
			"directory where you logged in.")
	},
}

var anonymousKeyProse = prose{
	clause: func(e *PermissionError, probably string) string {
		account := "an anonymous account"
		if e.Viewer != nil && e.Viewer.Username != "" {
			account = "the anonymous account " + quoted(e.Viewer.Username)
		}
		return "the API key " + probably + "belongs to " + account
	},
	phrase: words("an anonymous account"),
	about:  words("Anonymous accounts are not allowed to do this; named accounts are."),
	check:  words("See which account is logged in on the server's web pages."),
	advise: func(e *PermissionError, a *advice) {
		a.step("Log in to a named account in the browser, or sign up for one.")
		lead := "Create a key for it and set it as WANDB_API_KEY:"
		if source := inline(e.KeySource, messageLimit); source != "" {
			lead = "Create a key for it and replace the one from " + source + ":"
		}
		e.advisePage(a, lead, "authorize")
	},
}

var keyScopeProse = prose{
	clause: func(e *PermissionError, probably string) string {
		return "this API key may " + probably + "not access " + e.projectOfEntity()
	},
	phrase: words("an API key of another organization or of narrower scope"),
	about: words("A key can have less access than its account: it can be limited to one organization, or to some of the " +
		"account's permissions."),
	check: func(e *PermissionError) string {
		return "Ask an admin of the organization which keys it accepts for " + e.target().team() + "."
	},
	advise: func(e *PermissionError, a *advice) {
		lead := "Create a key for the organization of " + e.target().team() + " and set it as WANDB_API_KEY:"
		if source := inline(e.KeySource, messageLimit); source != "" {
			lead = "Create a key for the organization of " + e.target().team() + " and replace the one from " + source + ":"
		}
		e.advisePage(a, lead, "authorize")
		e.adviseOwnEntity(a)
		e.adviseOtherKey(a)
	},
}

var intermediaryProse = prose{
	clause: func(e *PermissionError, probably string) string {
		switch {
		case e.Proxy != nil:
			return e.proxyClause()
		case e.googlePage():
			return "the response is an error page of Google's front end, not of W&B's API"
		}
		return "the refusal " + probably + "came from a proxy or firewall, not from W&B"
	},
	phrase: words("a proxy or firewall in between"),
	about: func(e *PermissionError) string {
		switch {
		case e.Proxy != nil:
			return "The proxy opened no connection, so nothing reached W&B. It says nothing about what your account may do."
		case e.googlePage():
			return "The page gives no reason, and says nothing about what your account may do."
		}
		return "The response does not have the form of W&B's API. A proxy, a firewall or a filter sent it, " +
			"so it says nothing about what your account may do."
	},
	check: func(e *PermissionError) string {
		return "See what responds, on the same machine: " + strings.ReplaceAll(e.curl(), " ", plaintext.HardSpace)
	},
	advise: func(e *PermissionError, a *advice) {
		switch {
		case e.Proxy != nil:
			e.adviseProxy(a)
			return
		case e.googlePage():
			a.step("Try again, and from another network. To see the whole page, on the same machine:")
			a.show(strings.Replace(e.curl(), "-sSi", "-sSi -X POST", 1))
			a.step("If the error persists, send the page and the time to the server's administrator or, for W&B's cloud, to W&B's support.")
			return
		}
		a.step("Check the proxy settings HTTPS_PROXY, HTTP_PROXY and NO_PROXY.")
		a.step("Ask your network's administrator to allow requests to ", e.target().server(), ".")
		a.step("To see what responds, look at the response's headers, on the same machine:")
		a.show(e.curl())
	},
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
