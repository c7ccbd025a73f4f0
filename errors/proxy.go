package errors

import (
	"net/url"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/internal/plaintext"
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

// copied is p with texts that can be shown.
func (p *Proxy) copied() *Proxy {
	if p == nil {
		return nil
	}
	q := *p
	q.Address, q.Source, q.Target, q.Schemes = shown(p.Address), shown(p.Source), shown(p.Target), shownAll(p.Schemes)
	return &q
}

// name is the proxy in a sentence.
func (p *Proxy) name() string { return "the proxy " + inline(p.Address, messageLimit) }

// host is the server behind the proxy, without the port.
func (p *Proxy) host() string {
	u := url.URL{Host: inline(p.Target, nameLimit)}
	return u.Hostname()
}

// set is a command that sets the proxy's address, "" if that is not in a variable.
func (p *Proxy) set(scheme, login string) string {
	if !p.variable() {
		return ""
	}
	_, host, _ := strings.Cut(p.Address, "://")
	return "export " + p.Source + "=" + scheme + "://" + login + inline(host, messageLimit)
}

// variable reports whether an environment variable names the proxy.
func (p *Proxy) variable() bool {
	return p.Source != "" && !strings.ContainsFunc(p.Source, func(r rune) bool { return r != '_' && (r < 'A' || 'Z' < r) && (r < 'a' || 'z' < r) })
}

// noPassword reports whether the proxy accepts no user name and password.
func (p *Proxy) noPassword() bool {
	return len(p.Schemes) > 0 && !slices.ContainsFunc(p.Schemes, func(s string) bool { return strings.EqualFold(s, "Basic") })
}

// curl is a command that shows what the proxy responds.
func (p *Proxy) curl() string {
	return "curl -sSv -o /dev/null -x " + shellWord(inline(p.Address, messageLimit)) + " " + shellWord("https://"+inline(p.Target, nameLimit))
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
	const lead = "If the server can be reached without the proxy:"
	switch {
	case !p.variable():
		a.step(strings.TrimSuffix(lead, ":"), ", remove it from ", p.from(), ".")
	case strings.HasPrefix(p.Source, "WANDB_"):
		a.step(lead)
		a.show("unset " + p.Source)
	default:
		a.step(lead)
		a.show(`export NO_PROXY="$NO_PROXY,"` + plaintext.ShellWord(p.host()))
	}
}

// proxyClause is the reason if a proxy refused to connect.
func (e *PermissionError) proxyClause() string {
	switch {
	case e.StatusCode != 407:
		return e.Proxy.name() + " refused to connect to " + inline(e.Proxy.Target, nameLimit)
	case e.Proxy.noPassword():
		return e.Proxy.name() + " requires a login"
	case e.Proxy.Login:
		return e.Proxy.name() + " rejects the user name and password"
	}
	return e.Proxy.name() + " requires a user name and password"
}

// adviseProxy is what to do if a proxy refused to connect.
func (e *PermissionError) adviseProxy(a *advice) {
	p := e.Proxy
	switch {
	case e.StatusCode == 407 && p.noPassword():
		a.step("Ask your network's administrator for a proxy that accepts a user name and password, or this machine. This ",
			"one accepts only: ", inline(strings.Join(p.Schemes, ", "), nameLimit), ".")
	case e.StatusCode == 407:
		lead := "Set the user name and password of your network in "
		if p.Login {
			lead = "Correct the user name and password in "
		}
		a.step(lead, p.from(), ". Write special characters in them as %XX, such as %40 for @.")
		if command := p.set(schemeOf(p.Address), secret.Login+"@"); command != "" {
			a.show(command)
		}
	default:
		a.step("Ask your network's administrator to allow connections from this machine through the proxy to ", inline(p.Target, nameLimit), ".")
	}
	p.adviseBypass(a)
	a.step("To see what the proxy responds, on the same machine:")
	a.show(p.curl())
}

func schemeOf(address string) string {
	scheme, _, _ := strings.Cut(address, "://")
	return inline(scheme, nameLimit)
}

// proxyClause is the reason if a proxy could not be used.
func (e *RequestError) proxyClause() string {
	p := e.Proxy
	switch {
	case p.Invalid:
		return p.from() + " does not hold the address of a proxy"
	case p.Plain:
		return p.name() + " does not speak https"
	case e.StatusCode != 0:
		return p.name() + " could not connect to " + inline(p.Target, nameLimit)
	}
	return "cannot reach " + p.name()
}

// adviseProxy is advise if a proxy could not be used.
func (e *RequestError) adviseProxy() (about string, a advice) {
	p := e.Proxy
	switch {
	case p.Invalid:
		about = "The value is not a valid address. The usual reason is a special character in the password. Nothing was sent."
		a.step("Correct ", p.from(), ". Write special characters in the user name and the password as %XX, such as %23 for #, ",
			"%2F for / and %40 for @:")
		a.show("export " + p.Source + "=http://" + secret.Login + "@HOST:PORT")
	case p.Plain:
		about = "The proxy's address begins with https://, and the proxy speaks plain HTTP there. That is about the way to " +
			"the proxy: the connection to the server through it is encrypted all the same. Nothing was sent."
		a.step("Write http:// in ", p.from(), ":")
		if command := p.set("http", ""); command != "" {
			if p.Login {
				command = p.set("http", secret.Login+"@")
			}
			a.show(command)
		} else {
			a.step("The address is http://", strings.TrimPrefix(inline(p.Address, messageLimit), "https://"), ".")
		}
	case e.StatusCode != 0:
		about = "The proxy responded, and the server behind it was not reached. The same call may succeed later."
		a.step("Ask the administrator of the proxy whether it can reach ", inline(p.Target, nameLimit), ".")
		p.adviseBypass(&a)
	default:
		about = "Nothing reached the server."
		a.step("Check the proxy's address in ", p.from(), ".")
		p.adviseBypass(&a)
	}
	return about, a
}
