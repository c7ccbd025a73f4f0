package errors

import (
	"context"
	"net"
	"strconv"
	"strings"
)

// withReason adds the operating system's reason to the clause.
func (e *RequestError) withReason(clause string) string {
	if reason := errorText(innermost(e.Err), nameLimit); reason != "" {
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

// describeUnavailable is about a server that did not respond, or failed.
func (e *RequestError) describeUnavailable(d *description) {
	t := e.target()
	switch {
	case e.Proxy != nil:
		e.describeProxy(d)
		return
	case e.Untrusted:
		e.describeCertificate(d)
		return
	case e.StatusCode == 409:
		d.clause = "another request for the same run came first"
		d.about = "The server got two requests for this run at the same moment, and rejected one of them."
		d.step("Try again in a minute.")
		d.step("If several processes use this run id, give each its own, or use shared mode for one run of several processes.")
		return
	case e.StatusCode == 0:
		d.clause, d.headline = "no usable response from "+t.server(), e.withReason("cannot reach "+t.server())
	default:
		d.clause = t.server() + " is unavailable"
	}
	d.about = strings.TrimSpace(e.unavailableReason() + " The same call may succeed later.")
	if e.Store != "" {
		d.step("Check that this machine can reach " + t.storeName() + ". It may belong to another network than the server.")
		d.step("If it can, ask the store's administrator.")
		return
	}
	if e.StatusCode == 0 {
		d.step("Check the network, the host name, and the proxy settings HTTPS_PROXY and NO_PROXY.")
	}
	if t.hosted() {
		d.show("See whether there is a known outage:", "https://status.wandb.com")
		return
	}
	d.show("See whether the server responds on this machine:", "curl -sSi "+e.apiAddress())
	d.step("If it does not, ask the server's administrator.")
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

// describeCertificate is about a server whose certificate is not trusted.
func (e *RequestError) describeCertificate(d *description) {
	d.clause = "the certificate of " + e.target().server() + " is not trusted"
	d.about = "The certificate is the server's own, or that of a proxy that inspects encrypted traffic. " +
		"Nothing was sent. Trying again will not help."
	if e.CertSource != "" {
		d.show("Correct "+inline(e.CertSource, nameLimit)+", or use the system's certificates:", "unset "+shellWord(e.CertSource))
	}
	d.step("Ask the administrator of the server or the network for the certificate of the signing authority. Set " +
		"SSL_CERT_FILE to its file or SSL_CERT_DIR to its directory, or add it to the system's certificates.")
	d.show("To see whose certificate it is, on the same machine:", "curl -sSvk -o /dev/null "+e.apiAddress())
}

// describeBaseURL is about something other than W&B's API that responds.
func (e *RequestError) describeBaseURL(d *description) {
	t, better := e.target(), inline(e.Suggestion, messageLimit)
	d.clause = t.server() + " is not the address of a W&B API"
	d.about = "The API's address often differs from that of the web pages."
	look := func() {
		d.show("To see what responds there, on the same machine:", "curl -sSi "+e.apiAddress())
	}
	switch {
	case t.hosted():
		d.clause = "something other than W&B responds at " + t.server()
		d.about = "The address is W&B's own, so something in between responds in its place: a proxy, a filter, " +
			"or the login page of a network."
		d.step("If the network requires a login, open any page in a browser and log in.")
		d.step("Check the proxy settings HTTPS_PROXY, HTTP_PROXY and NO_PROXY.")
		look()
	case better != "":
		d.about = "The response points to another address."
		d.show("If that is the right server, set its address:", "export WANDB_BASE_URL="+shellWord(better))
	case t.baseURL == "" || t.nearlyHosted():
		d.show("Set the address of the API. For W&B's cloud:", "export WANDB_BASE_URL=https://api.forge.coreweave.com")
	default:
		d.step("Ask the server's administrator for the address of its API (the part before /graphql). Set it as WANDB_BASE_URL.")
		look()
	}
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
