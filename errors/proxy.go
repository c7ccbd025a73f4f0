package errors

import (
	"net/url"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/internal/secret"
)

// Proxy is a proxy that opened no connection to the server, so that the request did not
// reach it.
type Proxy struct {
	// Address is the proxy's, without credentials.
	Address string `json:"address"`
	// Source is the setting that names it, such as "HTTPS_PROXY", "" if that is not known.
	Source string `json:"source"`
	// Login says that the setting has a user name or a password.
	Login bool `json:"login"`
	// Target is the host and port to which the connection was to lead.
	Target string `json:"target"`
	// Schemes are the kinds of login that the proxy accepts, such as "Basic", which is a
	// user name and password; nil if it named none.
	Schemes []string `json:"schemes"`
	// Plain says that the address begins with https:// and the proxy does not speak TLS.
	Plain bool `json:"plain"`
	// Invalid says that the setting does not hold an address. Address is "".
	Invalid bool `json:"invalid"`
}

// name is the proxy in a sentence.
func (p *Proxy) name() string { return "the proxy " + inline(p.Address, messageLimit) }

// set is a command that sets the proxy's address, "" if that is not in a variable.
func (p *Proxy) set(scheme string, login bool) string {
	if !p.variable() {
		return ""
	}
	_, address, _ := strings.Cut(p.Address, "://")
	address = inline(address, messageLimit)
	if login {
		address = secret.Login + "@" + address
	}
	return "export " + p.Source + "=" + scheme + "://" + address
}

// variable reports whether an environment variable names the proxy.
func (p *Proxy) variable() bool {
	return p.Source != "" && !strings.ContainsFunc(p.Source, func(r rune) bool { return r != '_' && (r < 'A' || 'Z' < r) && (r < 'a' || 'z' < r) })
}

// noPassword reports whether the proxy accepts no user name and password.
func (p *Proxy) noPassword() bool {
	return len(p.Schemes) > 0 && !slices.ContainsFunc(p.Schemes, func(s string) bool { return strings.EqualFold(s, "Basic") })
}

// from names the setting in a sentence.
func (p *Proxy) from() string {
	if p.Source == "" {
		return "the proxy settings HTTPS_PROXY and HTTP_PROXY"
	}
	return inline(p.Source, messageLimit)
}

// fact is the proxy as a labelled line.
func (p *Proxy) fact() fact {
	if p.Invalid {
		return fact{"Proxy", "from " + p.from()}
	}
	text := inline(p.Address, messageLimit)
	if p.Source != "" {
		text += " (from " + p.from() + ")"
	}
	return fact{"Proxy", text}
}

// adviseBypass says how to reach the server without the proxy.
func (p *Proxy) adviseBypass(a *advice) {
	const lead = "If the server can be reached without the proxy"
	switch {
	case !p.variable():
		a.step(lead + ", remove it from " + p.from() + ".")
	case strings.HasPrefix(p.Source, "WANDB_"):
		a.show(lead+":", "unset "+p.Source)
	default:
		host := url.URL{Host: inline(p.Target, nameLimit)}
		a.show(lead+":", `export NO_PROXY="$NO_PROXY,"`+shellWord(host.Hostname()))
	}
}

// adviseProxy is what to do if a proxy refused to connect.
func (e *PermissionError) adviseProxy(a *advice) {
	p, goal := e.Proxy, inline(e.Proxy.Target, nameLimit)
	scheme, _, _ := strings.Cut(p.Address, "://")
	const escape = ". Write special characters in them as %XX, such as %40 for @."
	switch login := p.set(inline(scheme, nameLimit), true); {
	case e.StatusCode != 407:
		a.step("Ask your network's administrator to allow connections from this machine through the proxy to " + goal + ".")
	case p.noPassword():
		a.step("Ask your network's administrator for a proxy that accepts a user name and password, or no login. This one " +
			"accepts only: " + inline(strings.Join(p.Schemes, ", "), nameLimit) + ".")
	case p.Login:
		a.show("Correct the user name and password in "+p.from()+escape, login)
	default:
		a.show("Set the user name and password of your network in "+p.from()+escape, login)
	}
	p.adviseBypass(a)
	a.show("To see what the proxy responds, on the same machine:",
		"curl -sSv -o /dev/null -x "+shellWord(inline(p.Address, messageLimit))+" "+shellWord("https://"+goal))
}

// describeProxy is about a proxy that could not be used.
func (e *RequestError) describeProxy(d *description) {
	p := e.Proxy
	switch {
	case p.Invalid:
		d.clause = p.from() + " does not hold the address of a proxy"
		d.about = "The value is not a valid address. The usual reason is a special character in the password. Nothing was sent."
		d.show("Correct "+p.from()+". Write special characters in the user name and the password as %XX, such as %23 for #, "+
			"%2F for / and %40 for @:", "export "+p.Source+"=http://"+secret.Login+"@HOST:PORT")
		return
	case p.Plain:
		d.clause = p.name() + " does not speak https"
		d.about = "The proxy's address begins with https://, and the proxy speaks plain HTTP there. This " +
			"affects only the connection to the proxy. The connection through it to the server is still encrypted. Nothing was sent."
		d.show("Write http:// in "+p.from()+":", p.set("http", p.Login))
		if !p.variable() {
			d.step("The address is http://" + strings.TrimPrefix(inline(p.Address, messageLimit), "https://") + ".")
		}
		return
	case e.StatusCode != 0:
		d.clause = p.name() + " could not connect to " + inline(p.Target, nameLimit)
		d.about = "The proxy responded, and the server behind it was not reached. The same call may succeed later."
		d.step("Ask the administrator of the proxy whether it can reach " + inline(p.Target, nameLimit) + ".")
	default:
		d.clause = "cannot reach " + p.name()
		d.headline = e.withReason(d.clause)
		d.about = "Nothing reached the server."
		d.step("Check the proxy's address in " + p.from() + ".")
	}
	p.adviseBypass(&d.advice)
}
