package settings

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/wandgo/wandgo/errors"
)

// The hosts of W&B's own cloud. Since autumn 2026 it is called CoreWeave Forge, and its
// former address answers as before. Accounts and keys are the same behind all of them.
const (
	cloudHost   = "api.forge.coreweave.com"
	cloudDomain = "forge.coreweave.com"
	formerHost  = "api.wandb.ai"
	cloudAppURL = "https://forge.coreweave.com/wandb"
)

// NormalizeBaseURL checks the address of a server's API and returns it without
// trailing slashes, scheme and host in lower case. The error is an
// [errors.InputError]; it never repeats a password.
func NormalizeBaseURL(raw string) (string, error) {
	if raw == "" {
		return "", badURL("", "must not be empty")
	}
	if raw != strings.TrimSpace(raw) {
		return "", badURL(raw, "must not begin or end with white space")
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil: // its text repeats the URL, which may contain a password
		return "", badURL(raw, "must be a URL such as "+DefaultBaseURL)
	case u.Scheme != "http" && u.Scheme != "https":
		return "", badURL(raw, "must begin with https:// or http://")
	case u.User != nil:
		return "", badURL("", "must not contain a user name or password; set the key in WANDB_API_KEY")
	case u.Hostname() == "", strings.Contains(u.Host, "%") && !strings.HasPrefix(u.Host, "["):
		return "", badURL(raw, "must name a host")
	case strings.HasSuffix(u.Host, ":") || u.Port() != "" && !validPort(u.Port()):
		return "", badURL(raw, "must have a port between 1 and 65535, or none")
	case u.RawQuery != "" || u.ForceQuery:
		return "", badURL("", "must not contain a query")
	case u.Fragment != "" || strings.Contains(raw, "#"):
		return "", badURL("", "must not contain a fragment")
	}
	u.Host = strings.ToLower(u.Host)
	path := strings.TrimRight(u.EscapedPath(), "/")
	if strings.HasSuffix(path, "/graphql") {
		return "", badURL(raw, "must be the address before /graphql")
	}
	return checkCloud(raw, u, path)
}

// checkCloud checks the addresses of W&B's own cloud, whose web pages and API have
// different hosts. The most common wrong base URL is that of the pages.
func checkCloud(raw string, u *url.URL, path string) (string, error) {
	host := u.Hostname()
	switch {
	case host == formerHost:
	case host == "wandb.ai" || strings.HasSuffix(host, ".wandb.ai"):
		return "", badURL(raw, "must be the address of the API, "+DefaultBaseURL)
	case host == cloudDomain:
		if path != "/api/wandb" {
			return "", badURL(raw, "must be the address of the API, "+DefaultBaseURL)
		}
		u.Host, path = cloudHost, "" // two names of one server
	case host != cloudHost:
		return u.Scheme + "://" + written(u.Host) + path, nil
	}
	if u.Scheme != "https" {
		return "", badURL(raw, "must begin with https://, because http:// would send the key in clear text")
	}
	return u.Scheme + "://" + u.Host + path, nil
}

// written returns a host as it is written in a URL, which escapes the zone of a link-local
// address.
func written(host string) string {
	if !strings.HasPrefix(host, "[") {
		return host
	}
	return strings.TrimPrefix((&url.URL{Host: host}).String(), "//")
}

func badURL(value, rule string) error {
	return &errors.InputError{Field: "base URL", Value: shownURL(value), Rule: rule}
}

func shownURL(value string) string {
	if value == "" || strings.ContainsAny(value, "?#") {
		return "" // a query or fragment may contain a token
	}
	return presentable(value)
}

func validPort(port string) bool {
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && n > 0
}

// IsCloud reports whether a normalised base URL is that of W&B's own cloud.
func IsCloud(baseURL string) bool {
	machine := NetrcMachine(baseURL)
	return machine == cloudHost || machine == formerHost
}

// NetrcMachine returns the machine of a server in netrc: the host, and the port if there is
// one. baseURL must be normalized.
func NetrcMachine(baseURL string) string {
	u, err := url.Parse(baseURL)
	if err != nil {
		return ""
	}
	return u.Host
}

// AppURLFor returns the address of the web pages that belong to a base URL.
// Self-hosted servers mostly serve both from one address.
func AppURLFor(baseURL string) string {
	base := strings.TrimRight(baseURL, "/")
	if IsCloud(base) {
		return cloudAppURL
	}
	scheme, rest, ok := strings.Cut(base, "://api.")
	switch {
	case !ok:
		return base
	case rest == "wandb.test" || strings.HasPrefix(rest, "wandb.test/") || strings.HasPrefix(rest, "wandb.test:"):
		return scheme + "://app." + rest
	case strings.HasPrefix(rest, "wandb."):
		return scheme + "://" + rest
	}
	return scheme + "://app." + rest
}

// ProjectURL returns the address of a project's page; app is from [AppURLFor].
func ProjectURL(app, entity, project string) string {
	return strings.TrimRight(app, "/") + "/" + escapePart(entity) + "/" + escapePart(project)
}

// RunURL returns the address of a run's page; app is from [AppURLFor].
func RunURL(app, entity, project, run string) string {
	return ProjectURL(app, entity, project) + "/runs/" + escapePart(run)
}

// escapePart escapes one part of a path. The official client also escapes a colon.
func escapePart(part string) string {
	return strings.ReplaceAll(url.PathEscape(part), ":", "%3A")
}
