package doctor

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/settings"
	"github.com/wandgo/wandgo/internal/transport"
)

func (x *Checkup) checkServer() {
	base := x.Settings.BaseURL
	text := base.Text + " (from " + base.Source + ")"
	if base.Source == settings.SourceDefault {
		text = base.Text + " (the default)"
	}
	if u, err := url.Parse(base.Text); err == nil && u.Scheme == "http" && !IsLoopback(u.Hostname()) {
		x.add(CheckServer, StatusNote, text, "http:// is not encrypted: anyone on the network path can read the key")
		return
	}
	x.add(CheckServer, StatusOK, text)
}

// IsLoopback reports whether host is this machine.
func IsLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// reachTimeout bounds the first request. A server that needs longer to reject an
// anonymous request is treated as unreachable.
const reachTimeout = 10 * time.Second

// reach sends a request without a key, because no key can be blamed before the
// server is known to respond and to be W&B. It reports whether asking more is
// worthwhile.
func (x *Checkup) reach(ctx context.Context) bool {
	x.Reached = new(false)
	s, network := x.Settings, transport.NetworkOf(x.Settings).HTTPTransport()
	defer network.CloseIdleConnections()
	t, err := transport.New(transport.Options{
		BaseURL: s.BaseURL.Text, HTTPClient: &http.Client{Transport: network},
		Username: s.Username, Email: s.Email, ExtraHeaders: s.ExtraHeaders,
	})
	if err != nil {
		x.Err = err
		x.add(CheckReachable, StatusFail, err.Error())
		return false
	}
	policy := transport.ProbePolicy()
	policy.AttemptTimeout = reachTimeout
	ctx, cancel := context.WithTimeout(ctx, reachTimeout)
	defer cancel()
	start := time.Now()
	_, err = graphql.Viewer(x.recorded(ctx, "no key"), gqlclient.New(t).WithPolicy(policy))
	took := time.Since(start)
	if err == nil {
		*x.Reached = true
		x.add(CheckReachable, StatusOK, "a W&B API responded in "+Milliseconds(took))
		return true
	}
	r := diagnose.Classify(ctx, err)
	if r.NeedsProbes() || r.StatusCode != 0 && (r.Class == diagnose.Schema || r.Class == diagnose.Input || r.Class == diagnose.Unexpected) {
		// Whatever it does with anonymous requests, it speaks W&B's protocol.
		*x.Reached = true
		x.add(CheckReachable, StatusOK, fmt.Sprintf("a W&B API responded in %s (HTTP %d to a request without a key)", Milliseconds(took), r.StatusCode))
		return true
	}
	q := diagnose.Question{Op: diagnose.OpCreateRun, Entity: s.Entity.Text, Project: s.Project.Text}
	x.Err = diagnose.New(diagnose.Config{Settings: s}).Preliminary(ctx, q, err)
	*x.Reached = r.StatusCode != 0 && r.Proxy == nil
	text := responseText(r, took)
	if e, ok := errors.AsType[*errors.RequestError](x.Err); ok && e.Proxy != nil && e.Proxy.Invalid {
		text = x.causeText(x.Err) // the response names an address that is made up
	}
	x.add(CheckReachable, StatusFail, printable(text))
	return false
}

// responseText describes what responded, if anything did.
func responseText(r *diagnose.Failure, took time.Duration) string {
	if r.Proxy != nil {
		return r.Proxy.Error()
	}
	other := ""
	switch r.Class {
	case diagnose.Intermediary:
		other = "something that is not W&B"
	case diagnose.WrongURL:
		other = "something that is not W&B's API"
	case diagnose.Untrusted:
		text := "cannot connect: the server's certificate is not trusted"
		if cert, ok := errors.AsType[*tls.CertificateVerificationError](r.Err); ok {
			text += ": " + cert.Err.Error()
		}
		return text
	}
	switch {
	case other != "":
		text := "a response from " + other
		if r.StatusCode != 0 {
			text = fmt.Sprintf("HTTP %d from %s", r.StatusCode, other)
		}
		if r.Hint != "" {
			text += ": " + r.Hint
		}
		return text
	case r.StatusCode != 0:
		return fmt.Sprintf("the server responded with HTTP %d", r.StatusCode)
	case r.Class == diagnose.Cancelled:
		return "no response within " + Milliseconds(took)
	}
	if e, ok := errors.AsType[*net.OpError](r.Err); ok && e.Err != nil {
		return "no response: " + e.Err.Error() // the address is in the check of the server
	}
	return "no response: " + r.Err.Error()
}

// Milliseconds writes a duration as "12 ms".
func Milliseconds(d time.Duration) string {
	return fmt.Sprintf("%d ms", max(1, d.Round(time.Millisecond).Milliseconds()))
}
