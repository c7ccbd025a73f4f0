package errors

import (
	"context"
	"net"
	"net/http"
	"strconv"
	"strings"
)

// Explain returns the full text for a person, as [PermissionError.Explain] does.
func (e *RequestError) Explain() string {
	if e == nil {
		return "The request failed."
	}
	var b strings.Builder
	writeWrapped(&b, "", "  ", e.target().headline(e.headlineClause()))
	b.WriteByte('\n')
	writeData(&b, e.Dir, e.RestDir)
	about, a := e.advice()
	if hint := inline(e.Hint, resultLimit); hint != "" && about != "" && e.sentinel() == ErrServerUnavailable {
		about = sentence(hint) + " " + about // the reason before what follows from it
	} else if hint != "" {
		about = strings.TrimSpace(about + " " + sentence(hint))
	}
	if about != "" {
		writeWrapped(&b, "Why: ", "     ", about)
		b.WriteByte('\n')
	}
	a.write(&b)
	writeFacts(&b, e.requestFacts())
	return strings.TrimRight(b.String(), "\n")
}

// advice gives the background and says what to do.
func (e *RequestError) advice() (about string, a advice) {
	about, a = e.advise()
	switch e.sentinel() {
	case ErrRunDeleted, ErrRunExists: // only under another id
	case ErrTypeClash: // it would fail again
	default:
		a.adviseUpload(e.target(), "To upload the data later:", e.Dir, e.RestDir)
	}
	return about, a
}

// headlineClause is clause with the operating system's reason.
func (e *RequestError) headlineClause() string {
	if e.sentinel() != ErrServerUnavailable || e.StatusCode != 0 || e.Untrusted {
		return e.clause()
	}
	clause := "cannot reach " + e.target().server()
	if e.Proxy != nil {
		clause = e.proxyClause()
	}
	if reason := errorText(innermost(e.Err), nameLimit); reason != "" && (e.Proxy == nil || !e.Proxy.Plain && !e.Proxy.Invalid) {
		clause += " (" + reason + ")"
	}
	return clause
}

// innermost follows the first branch of err's tree to its end, where the reason
// is, such as "connection refused".
func innermost(err error) error {
	for {
		var next error
		switch e := err.(type) { //nolint:errorlint // this is the walk over the tree
		case interface{ Unwrap() error }:
			next = e.Unwrap()
		case interface{ Unwrap() []error }:
			if all := e.Unwrap(); len(all) > 0 {
				next = all[0]
			}
		}
		if dns, ok := err.(*net.DNSError); ok {
			return New(dns.Err) // without the name and the name server, such as "no such host"
		}
		if next == nil {
			return err
		}
		err = next
	}
}

// requestFacts are the request and the response.
func (e *RequestError) requestFacts() []fact {
	var facts []fact
	if e.Entity != "" {
		facts = append(facts, fact{"Entity", bare(e.Entity)})
	}
	facts = append(facts, targetFacts(e.target())...)
	if e.Proxy != nil {
		facts = append(facts, e.Proxy.fact())
	}
	err := e.Err
	if e.saysErr() {
		err = nil
	}
	return append(facts, responseFacts(e.StatusCode, e.Message, "", e.RequestID, err)...)
}

// advise gives the background of the cause, and what to do.
func (e *RequestError) advise() (about string, a advice) {
	if about, ok := e.adviseSync(&a); ok {
		return about, a
	}
	switch s := e.sentinel(); s {
	case nil:
	case ErrRunDeleted:
		about = deletedIDs
		a.step("Choose another run id, or none for a random one. If the id comes from the environment:")
		a.show("unset WANDB_RUN_ID")
	case ErrRunExists:
		about = "Resume mode never requires a new run."
		a.step("To continue the run, or to create it if it does not exist, use resume mode allow:")
		a.show("export WANDB_RESUME=allow")
		a.step("To create a new run, choose another run id, or none for a random one.")
	case ErrSweepMissing:
		about = "The response is the same for a sweep that does not exist, one that was deleted, and one that is hidden from this key."
		a.step("Check the entity, the project and the sweep's id. The id is the last part of the sweep's address. To list the project's sweeps:")
		a.show("wandgo sweep ls " + shellWord(e.Entity+"/"+e.Project))
	case ErrRowsExported:
		about = "The server has moved rows of this run to Parquet files, and does not return them otherwise."
		a.step("Pass the option api.Parquet to History, with a reader of Parquet files.")
	case ErrRunMissing:
		if e.readsRun() {
			about = "The response is the same for a run that does not exist, one that was deleted, and one that is hidden from this key."
			a.step("Check the entity, the project and the run id. The id is the last part of the run's address, ",
				"not the name shown on its page.")
			break
		}
		about = "Only existing runs can be resumed, rewound or forked."
		a.step("Check the entity, the project and the run id. The id is the last part of the run's address, ",
			"not the name shown on its page.")
		a.step("To create the run if it does not exist, use resume mode allow:")
		a.show("export WANDB_RESUME=allow")
	case ErrMetricLimit:
		about = "The server limits how many different metrics one run may have. It accepts no more rows of this run."
		a.step("Log fewer different keys: what changes from row to row, such as a layer or a sample, belongs in a value or ",
			"in a run of its own, not in a key.")
		a.step("If the run needs them all, ask W&B or the server's administrator to raise the limit.")
	case ErrArtifactNotReady, ErrDigestMismatch, ErrTypeClash:
		about = e.adviseArtifact(&a)
	case ErrRateLimited:
		about = "The server limits requests per project and per user, so other programs count too."
		wait := "Wait a few minutes"
		if e.RetryAfter > 0 {
			wait = "Wait " + e.RetryAfter.String()
		}
		a.step(wait, " and try again.")
		a.step("If many runs start at once, start them one after the other. Log less often.")
		a.step("For the limits of W&B's cloud, see:")
		a.show("https://docs.wandb.ai/models/track/limits")
	case ErrServerUnavailable:
		if e.Proxy != nil {
			return e.adviseProxy()
		}
		if e.Untrusted {
			return e.adviseCertificate()
		}
		return e.adviseUnavailable()
	case ErrWrongBaseURL:
		return e.adviseBaseURL()
	case ErrSchemaMismatch:
		if e.tooOld() {
			a.step("To do this, the server has to be updated. If it is not yours, ask its administrator.")
			break
		}
		about = "The server is too old or too new for this version of the client."
		if e.Op == "check access to" {
			about = "A server of another maker may not know the questions. That says nothing about whether it accepts a run."
			a.step("Create the run. The server decides when it is tried.")
		}
		a.step("Update the client:")
		a.show("go get github.com/wandgo/wandgo@latest")
		a.step("If you run the server yourself, update it.")
	case ErrInvalidInput:
		if e.StatusCode == http.StatusRequestEntityTooLarge {
			about = "Trying again unchanged will not help."
			switch e.Op {
			case "upload run":
				about = "A single row is larger than the limit for a request, so smaller requests do not help."
				a.step("Raise the limit of the proxy. In nginx it is the variable:")
				a.show("client_max_body_size 16m;")
			case "sync run":
				about = "A single row, or the config, is larger than the limit for a request."
				a.step("Raise the limit of the proxy. In nginx it is the variable:")
				a.show("client_max_body_size 16m;")
			default:
				a.step("Send less at once. When a run is created, most of the request is its config.")
			}
			a.step("If the limit is a proxy's, ask its administrator to raise it for ", e.target().server(), ".")
			break
		}
		if e.hasAliases() {
			about = "The server deletes a version that has aliases only if that is requested."
			a.step("To delete the version with its aliases, set artifact.DeleteOptions.Aliases.")
			break
		}
		if e.rewindsRunning() {
			about = "Its process is still running, or stopped less than five minutes ago without finishing the run."
			a.step("Stop the process that writes the run. If it has stopped already, wait five minutes.")
			a.step("To continue from that step at once, and leave the run as it is, fork it into a new run.")
			break
		}
		if e.sweepIsOver() {
			about = "Agents start no more trials of it, so there is nothing to pause, stop or cancel."
			id := strings.TrimSuffix(strings.TrimPrefix(e.Op, "change sweep "), " of")
			path := shellWord(e.Entity + "/" + e.Project + "/" + id)
			a.step("To make it run again:")
			a.show("wandgo sweep resume " + path)
			a.step("To see its trials:")
			a.show("wandgo sweep show " + path)
			break
		}
		about = "The server's message says which value is invalid. Trying again unchanged will not help."
		a.step("Correct the value and try again.")
	case ErrUnexpectedAnswer:
		about = "This is probably a bug in the client, or a change in the server."
		a.step("Write a report without secrets, and attach it to a bug report:")
		a.show("wandgo doctor --report")
	default:
		a.step(s.Fix())
	}
	return about, a
}

// adviseUnavailable is advise if the server did not respond, or failed.
func (e *RequestError) adviseUnavailable() (about string, a advice) {
	if e.StatusCode == http.StatusConflict {
		a.step("Try again in a minute.")
		a.step("If several processes use this run id, give each its own, or use shared mode for one run of several processes.")
		return "The server got two requests for this run at the same moment, and rejected one of them.", a
	}
	about = strings.TrimSpace(e.unavailableReason() + " The same call may succeed later.")
	if e.Store != "" {
		a.step("Check that this machine can reach ", e.target().storeName(), ". It may belong to another network than the server.")
		a.step("If it can, ask the store's administrator.")
		return about, a
	}
	if e.StatusCode == 0 {
		a.step("Check the network, the host name, and the proxy settings HTTPS_PROXY and NO_PROXY.")
	}
	if e.target().hosted() {
		a.step("See whether there is a known outage:")
		a.show("https://status.wandb.com")
		return about, a
	}
	a.step("See whether the server responds on this machine:")
	a.show("curl -sSi " + e.apiAddress())
	a.step("If it does not, ask the server's administrator.")
	return about, a
}

// unavailableReason says why the server is unavailable, if Hint does not.
func (e *RequestError) unavailableReason() string {
	switch {
	case e.Hint != "":
		return ""
	case e.StatusCode != 0:
		return "The server failed to handle the request (HTTP " + strconv.Itoa(e.StatusCode) + ")."
	case Is(e.Err, errRefusedConnection):
		return "No program accepts connections at that address: the server is down, or the address is wrong."
	case Is(e.Err, context.DeadlineExceeded):
		return "No usable response arrived in time."
	}
	return "The network or the server failed before a response arrived."
}

// adviseCertificate is advise if the server's certificate is not trusted.
func (e *RequestError) adviseCertificate() (about string, a advice) {
	about = "The certificate is the server's own, or that of a proxy that inspects encrypted traffic. " +
		"Nothing was sent. Trying again will not help."
	if e.CertSource != "" {
		a.step("Correct ", inline(e.CertSource, nameLimit), ", or use the system's certificates:")
		a.show("unset " + shellWord(e.CertSource))
	}
	a.step("Ask the administrator of the server or the network for the certificate of the signing authority. Set ",
		"SSL_CERT_FILE to its file or SSL_CERT_DIR to its directory, or add it to the system's certificates.")
	a.step("To see whose certificate it is, on the same machine:")
	a.show("curl -sSvk -o /dev/null " + e.apiAddress())
	return about, a
}

// adviseBaseURL is advise if something other than W&B's API responds.
func (e *RequestError) adviseBaseURL() (about string, a advice) {
	look := func() {
		a.step("To see what responds there, on the same machine:")
		a.show("curl -sSi " + e.apiAddress())
	}
	better := inline(e.Suggestion, messageLimit)
	const differs = "The API's address often differs from that of the web pages."
	switch target := e.target(); {
	case target.hosted():
		about = "The address is W&B's own, so something in between responds in its place: a proxy, a filter, " +
			"or the login page of a network."
		a.step("If the network requires a login, open any page in a browser and log in.")
		a.step("Check the proxy settings HTTPS_PROXY, HTTP_PROXY and NO_PROXY.")
		look()
	case better != "":
		about = "The response points to another address."
		a.step("If that is the right server, set its address:")
		a.show("export WANDB_BASE_URL=" + shellWord(better))
	case target.baseURL == "" || target.nearlyHosted():
		about = differs
		a.step("Set the address of the API. For W&B's cloud:")
		a.show("export WANDB_BASE_URL=https://api.forge.coreweave.com")
	default:
		about = differs
		a.step("Ask the server's administrator for the address of its API (the part before /graphql). ",
			"Set it as WANDB_BASE_URL.")
		look()
	}
	return about, a
}

// apiAddress is the API's address as one word of a shell.
func (e *RequestError) apiAddress() string {
	if e.Store != "" { // only for a certificate
		return shellWord("https://" + inline(e.Store, messageLimit) + "/")
	}
	if e.BaseURL == "" {
		return "https://api.forge.coreweave.com/graphql"
	}
	return shellWord(inline(e.BaseURL, messageLimit) + "/graphql")
}
