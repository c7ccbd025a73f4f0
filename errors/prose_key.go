package errors

import "strings"

// The causes that lie in the key, or before the server.

var badAPIKeyProse = prose{
	clause: func(e *PermissionError, probably string) string {
		if e.malformedKey() {
			return e.keyFlaw()
		}
		return "the API key is " + probably + "not valid on " + e.place().server()
	},
	phrase: words("an invalid API key"),
	about: func(e *PermissionError) string {
		if e.malformedKey() {
			return sentence(e.keyFlaw()) + " No server accepts such a key, so nothing was sent."
		}
		return "A key that is unknown, revoked, expired, or made for another server looks the same " +
			"from outside; the server does not say which it is."
	},
	check: func(e *PermissionError) string {
		return "Create a new key" + e.place().at("authorize") + ", and try again with it."
	},
	advise: func(e *PermissionError, a *advice) {
		if e.malformedKey() {
			lead := "Set the key again"
			if source := inline(e.KeySource, messageLimit); source != "" {
				lead = "The key came from " + source + ". Set it there again"
			}
			a.step(lead, ", complete, pasted only once, and without quotes or blanks around it.")
			e.advisePage(a, "If you do not have it any more, create a new key on this page:", "authorize")
			return
		}
		a.step("Check that ", e.place().server(), " is the server you mean. WANDB_BASE_URL sets another one.")
		if source := inline(e.KeySource, messageLimit); source != "" {
			a.step("Check the key itself, which came from ", source,
				": is it complete, pasted only once, and without quotes or blanks around it?")
		}
		e.advisePage(a, "Otherwise create a new key on this page, and put it in the old one's place:", "authorize")
	},
}

// malformedKey reports whether the form of the key alone was reason enough, so
// that it was not sent and no server had a part in it.
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
		return probably + "no API key was found for " + e.place().server()
	},
	phrase: words("a missing API key"),
	about: words("A key is looked for in the options of the client, in WANDB_API_KEY, in netrc and in the " +
		"settings files. As none of them had one, nothing was sent to the server."),
	check: words("See whether WANDB_API_KEY is set where the program runs."),
	advise: func(e *PermissionError, a *advice) {
		a.step("If you have a key, put it into the environment variable WANDB_API_KEY, or write it to netrc with ",
			"the command wandb login.")
		a.step("In a container or a batch job, check that the variable gets there, and that HOME is the ",
			"directory in which you logged in.")
		e.advisePage(a, "If you have no key, create one on this page:", "authorize")
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
	about:  words("An anonymous account may not do this; an account with a name may."),
	check:  words("See which account is logged in when you open the web pages of the server."),
	advise: func(e *PermissionError, a *advice) {
		a.step("Log in to a named account in the browser, or sign up for one.")
		lead := "Create a key for it on this page, and set it as WANDB_API_KEY:"
		if source := inline(e.KeySource, messageLimit); source != "" {
			lead = "Create a key for it on this page, and use it in place of the one from " + source + ":"
		}
		e.advisePage(a, lead, "authorize")
	},
}

var intermediaryProse = prose{
	clause: func(_ *PermissionError, probably string) string {
		return "the refusal " + probably + "did not come from W&B, but from something in between"
	},
	phrase: words("a proxy or firewall in between"),
	about: words("The answer does not have the form of an answer of W&B's API. A proxy, a firewall, a filter for " +
		"outgoing traffic or an object store gave it, so it says nothing about what your account may do."),
	check: func(e *PermissionError) string {
		return "Look at who answers a request from the same machine: " + strings.ReplaceAll(e.curl(), " ", hardSpace)
	},
	advise: func(e *PermissionError, a *advice) {
		a.step("Check the proxy settings: HTTPS_PROXY, HTTP_PROXY and NO_PROXY.")
		a.step("Ask whoever runs the network to let requests to ", e.place().server(), " through.")
		a.step("To see who answers, look at the headers of an answer, from the same machine:")
		a.end = e.curl()
	},
}

// curl is a command that shows who answers at the API's address.
func (e *PermissionError) curl() string {
	if e.BaseURL == "" {
		return "wandgo doctor"
	}
	return "curl -sSi " + shellWord(inline(e.BaseURL, messageLimit)+"/graphql")
}
