package errors

import (
	"net/http"
	"strings"
)

// Explain returns the full text for a person, as [PermissionError.Explain] does.
func (e *RequestError) Explain() string {
	if e == nil {
		return "The request failed."
	}
	var b strings.Builder
	writeWrapped(&b, "", "  ", e.place().headline(e.clause()))
	b.WriteByte('\n')
	var facts []fact
	if e.Entity != "" {
		facts = append(facts, fact{"Entity", bare(e.Entity)})
	}
	facts = append(facts, targetFacts(e.place())...)
	err := e.Err
	if e.saysErr() {
		err = nil
	}
	facts = append(facts, answerFacts(e.StatusCode, e.Message, "", e.RequestID, err)...)
	if len(facts) > 0 {
		writeFacts(&b, facts)
		b.WriteByte('\n')
	}
	about, a := e.advise()
	if hint := inline(e.Hint, resultLimit); hint != "" {
		about = strings.TrimSpace(about + " " + sentence(hint))
	}
	if about != "" {
		writeWrapped(&b, "Why: ", "     ", about)
		b.WriteByte('\n')
	}
	a.write(&b)
	return strings.TrimRight(b.String(), "\n")
}

// advise gives the background of the cause, and what to do.
func (e *RequestError) advise() (about string, a advice) {
	if about, ok := e.adviseSync(&a); ok {
		return about, a
	}
	switch s := e.sentinel(); s {
	case nil:
	case ErrRunDeleted:
		about = "The server keeps the ids of deleted runs, so no later run can be taken for an earlier one."
		a.step("Leave the run id out, and a fresh one is made. If the id comes from the environment:")
		a.end = "unset WANDB_RUN_ID"
	case ErrRunExists:
		about = "Resume mode never is for runs that must be new."
		a.step("Leave the run id out, and a fresh one is made.")
		a.step("To go on with the run that is there, or to create it where it is not, use resume mode allow:")
		a.end = "export WANDB_RESUME=allow"
	case ErrRunMissing:
		about = "Only runs that are there can be resumed or rewound. An id belongs to one project and is not the name that the web pages show."
		a.step("Check the entity, the project and the id; the id is the last part of the run's address.")
		a.step("To create the run where it is not there, use resume mode allow:")
		a.end = "export WANDB_RESUME=allow"
	case ErrRateLimited:
		about = "The server asked to slow down. Its limits count per project and per user, so other programs add to them."
		a.step("Wait a few minutes and try again.")
		a.step("If many runs start at once, start them one after the other, and log less often.")
		a.step("What the limits of W&B's own cloud are, and how to stay below them:")
		a.end = "https://docs.wandb.ai/models/track/limits"
	case ErrServerUnavailable:
		if e.Untrusted {
			return e.adviseCertificate()
		}
		about = "The same call may succeed later."
		if e.StatusCode == 0 {
			a.step("Check the network, the name of the host, and the proxy settings HTTPS_PROXY and NO_PROXY.")
		}
		if e.place().hosted() {
			a.step("See whether the outage is known:")
			a.end = "https://status.wandb.com"
			break
		}
		a.step("Ask whoever runs the server. To see whether it answers from this machine:")
		a.end = "curl -sSi " + e.apiAddress()
	case ErrWrongBaseURL:
		return e.adviseBaseURL()
	case ErrSchemaMismatch:
		about = "The server is too old or too new for this version of the client."
		a.step("If you run the server yourself, see whether it can be updated.")
		a.step("Otherwise update the client:")
		a.end = "go get github.com/wandgo/wandgo@latest"
	case ErrInvalidInput:
		if e.StatusCode == http.StatusRequestEntityTooLarge {
			about = "Trying again unchanged will not help."
			a.step("Send less at once. Of what creates a run, the config is nearly all: keep data out of it.")
			a.step("If the limit is that of a proxy, ask whoever runs it to raise it for ", e.place().server(), ".")
			break
		}
		about = "The server's message says which value breaks which rule; trying again unchanged will not help."
		a.step("Correct the value and try again.")
	case ErrUnexpectedAnswer:
		about = "This is probably a flaw of the client, or something new in the server."
		a.step("Write a report without secrets, and file it:")
		a.end = "wandgo doctor --report"
	default:
		a.step(s.Fix())
	}
	return about, a
}

// adviseCertificate is advise where the server's certificate is not trusted.
func (e *RequestError) adviseCertificate() (about string, a advice) {
	about = "What answers there showed a certificate that this machine has no reason to trust, so nothing was sent. " +
		"It is the server's own, or that of a proxy which looks into encrypted traffic. Trying again will not help."
	a.step("Ask whoever runs the server or the network for the certificate of the authority that signed it. Name its file in ",
		"SSL_CERT_FILE or its directory in SSL_CERT_DIR, or add it to the certificates of the system.")
	a.step("To see whose certificate it is, from the same machine:")
	a.end = "curl -sSvk -o /dev/null " + e.apiAddress()
	return about, a
}

// adviseBaseURL is advise where something else than W&B's API answers.
func (e *RequestError) adviseBaseURL() (about string, a advice) {
	look := func() {
		a.step("To see what answers there, from the same machine:")
		a.end = "curl -sSi " + e.apiAddress()
	}
	better := inline(e.Suggestion, messageLimit)
	about = "Something answers there, but not W&B's API."
	switch place := e.place(); {
	case place.hosted():
		about = "The address is W&B's own, so something between this machine and W&B answers in its place: a proxy, a filter, " +
			"or the login page of a network."
		a.step("If the network asks for a login, open any page in a browser and log in there first.")
		a.step("Check the proxy settings: HTTPS_PROXY, HTTP_PROXY and NO_PROXY.")
		look()
	case better != "":
		a.step("If that is the server you mean, set the address to which it points, in the code or with:")
		a.end = "export WANDB_BASE_URL=" + shellWord(better)
	case place.baseURL == "" || place.nearlyHosted():
		about += " The API's address often differs from that of the web pages."
		a.step("Set the address of the API. For W&B's own cloud it is:")
		a.end = "export WANDB_BASE_URL=https://api.wandb.ai"
	default:
		about += " The API's address often differs from that of the web pages."
		a.step("Ask whoever runs the server for the address of its API, and set it in the code or as WANDB_BASE_URL. ",
			"It is the part before /graphql.")
		look()
	}
	return about, a
}

// apiAddress is the API's address as one word of a shell.
func (e *RequestError) apiAddress() string {
	if e.BaseURL == "" {
		return "https://api.wandb.ai/graphql"
	}
	return shellWord(inline(e.BaseURL, messageLimit) + "/graphql")
}
