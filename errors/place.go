package errors

import (
	"net/url"
	"strings"

	"github.com/wandgo/wandgo/internal/secret"
)

// place is the request: the part that [PermissionError] and [RequestError] have in
// common.
type place struct {
	op, entity, project, runID string
	baseURL, appURL            string
}

// path is the target as entity/project, or the part that is known.
func (p place) path() string {
	switch {
	case p.entity != "" && p.project != "":
		return bare(p.entity) + "/" + bare(p.project)
	case p.entity != "":
		return bare(p.entity)
	case p.project != "":
		return bare(p.project)
	}
	return ""
}

// request is the verb with its target: "create run acme/vision".
func (p place) request() string {
	return strings.TrimSpace(inline(p.op, nameLimit) + " " + p.path())
}

// headline opens the text for a person.
func (p place) headline(why string) string {
	if request := p.request(); request != "" {
		return "Cannot " + request + ": " + strings.TrimSuffix(why, ".") + "."
	}
	return sentence(why)
}

// prefix starts a one-line text; it is empty if the request is unknown.
func (p place) prefix() string {
	if request := p.request(); request != "" {
		return request + ": "
	}
	return ""
}

// server names the server in a sentence.
func (p place) server() string {
	if p.baseURL == "" {
		return "this server"
	}
	return inline(p.baseURL, messageLimit)
}

// team names the entity in a sentence.
func (p place) team() string {
	if p.entity == "" {
		return "the team"
	}
	return "team " + quoted(p.entity)
}

// projectName names the project in a sentence.
func (p place) projectName() string {
	if p.project == "" {
		return "the project"
	}
	return "project " + quoted(p.project)
}

// page returns the address of a web page of this server, such as
// https://forge.coreweave.com/wandb/acme/vision, or "" if the server is not known.
func (p place) page(parts ...string) string {
	app := p.appURL
	if app == "" {
		app = appOf(p.baseURL)
	}
	if app == "" {
		return ""
	}
	address := strings.TrimRight(inline(app, messageLimit), "/")
	for _, part := range parts {
		if part == "" {
			break
		}
		if len(part) > readLimit {
			return address
		}
		address += "/" + url.PathEscape(secret.Redact(part))
	}
	return address
}

// at is page in a sentence, " at https://forge.coreweave.com/wandb/acme", or "".
func (p place) at(parts ...string) string {
	if page := p.page(parts...); page != "" {
		return " at " + page
	}
	return ""
}

// hosted reports whether the server is W&B's cloud, by either of its names.
func (p place) hosted() bool {
	host := p.host()
	return host == "api.wandb.ai" || host == "api.forge.coreweave.com"
}

// hostedPages is the address of the web pages of W&B's own cloud, under each of its
// names.
const hostedPages = "https://forge.coreweave.com/wandb"

// nearlyHosted reports whether the address is one of W&B's own but not the API's,
// such as that of the web pages.
func (p place) nearlyHosted() bool {
	host := p.host()
	return !p.hosted() && (host == "wandb.ai" || strings.HasSuffix(host, ".wandb.ai") || host == "forge.coreweave.com")
}

func (p place) host() string {
	u, err := url.Parse(p.baseURL)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// appOf derives the address of the web pages from that of the API.
func appOf(base string) string {
	if (place{baseURL: base}).hosted() {
		return hostedPages
	}
	for _, rule := range []struct{ from, to string }{
		{"://api.wandb.test", "://app.wandb.test"},
		{"://api.wandb.", "://wandb."},
		{"://api.", "://app."},
	} {
		if strings.Contains(base, rule.from) {
			return strings.Replace(base, rule.from, rule.to, 1)
		}
	}
	return base
}
