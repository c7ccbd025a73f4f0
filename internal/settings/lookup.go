package settings

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	wandberrors "github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/smallfile"
)

// The variables that a credential can come from.
const (
	envAPIKey        = "WANDB_API_KEY"
	envIdentityToken = "WANDB_IDENTITY_TOKEN_FILE"
)

// resolveKey searches the same places for the API key as the official client, and records
// the result of each.
func (r *resolver) resolveKey() error {
	s := r.settings
	if text := r.explicit.APIKey; text != "" {
		s.Key, s.KeySource = secret.New(text), "Options.APIKey"
		r.looked("Options.APIKey is set")
		return nil
	}
	r.looked("Options.APIKey is not set")

	text, hasKey := r.env.get(envAPIKey)
	tokenFile, hasToken := r.env.get(envIdentityToken)
	switch {
	case hasKey && hasToken:
		return &wandberrors.InputError{Field: envAPIKey, Source: envAPIKey, Rule: "must not be set together with " + envIdentityToken}
	case hasKey:
		s.Key, s.KeySource = secret.New(text), envAPIKey
		r.looked(envAPIKey + " is set")
		return nil
	case hasToken:
		r.looked(envAPIKey + r.unsetText(envAPIKey))
		r.identityToken(tokenFile)
		r.looked(envIdentityToken + " names " + s.IdentityTokenFile)
		return nil
	}
	r.looked(envAPIKey + r.unsetText(envAPIKey))

	if r.keyFromNetrc() {
		return nil
	}
	for _, f := range r.files {
		if file := f.options["identity_token_file"]; file != "" {
			r.identityToken(file)
			r.looked("settings file " + f.path + " names the identity token file " + s.IdentityTokenFile)
			return nil
		}
		if text := f.options["api_key"]; text != "" {
			s.Key, s.KeySource = secret.New(text), "settings file "+f.path
			r.looked("settings file " + f.path + " has api_key")
			return nil
		}
		r.looked("settings file " + f.path + f.absence("api_key"))
	}
	return nil
}

// identityToken selects the identity token in a file as the credentials.
func (r *resolver) identityToken(file string) {
	s := r.settings
	s.IdentityTokenFile = r.path(file)
	s.KeySource = "identity token from " + s.IdentityTokenFile
	if v := r.nonEmpty("credentials_file"); v.Text != "" {
		s.CredentialsFile = r.path(v.Text)
	} else if home := r.env.home(); home != "" {
		s.CredentialsFile = filepath.Join(home, ".config", "wandb", "credentials.json")
	}
}

// path returns an absolute path.
func (r *resolver) path(name string) string {
	name = r.env.expand(name)
	if !filepath.IsAbs(name) {
		name = filepath.Join(r.env.workDir(), name)
	}
	return name
}

func (r *resolver) looked(what string) { r.settings.KeyLookups = append(r.settings.KeyLookups, what) }

func (r *resolver) unsetText(name string) string {
	if _, set := r.env.lookup(name); set {
		return " is empty"
	}
	return " is not set"
}

// NetrcPath returns the netrc file of the user: $NETRC, or the first of ~/.netrc and
// ~/_netrc that exists, or ~/.netrc if neither does. It is "" if the home directory is not
// known.
func NetrcPath(env Env) string {
	if path, ok := env.get("NETRC"); ok {
		return env.expand(path)
	}
	home := env.home()
	if home == "" {
		return ""
	}
	path := filepath.Join(home, ".netrc")
	if _, err := smallfile.Read(path); absent(err) {
		other := filepath.Join(home, "_netrc")
		if _, err := smallfile.Read(other); err == nil {
			return other
		}
	}
	return path
}

// keyFromNetrc sets the key from netrc and reports whether it did.
func (r *resolver) keyFromNetrc() bool {
	path := NetrcPath(r.env)
	if path == "" {
		r.looked("netrc was not searched: the home directory is unknown")
		return false
	}
	data, err := smallfile.Read(path)
	switch {
	case absent(err):
		r.looked("netrc " + path + " does not exist")
		return false
	case err != nil:
		r.looked("netrc " + path + " could not be read")
		r.warn("netrc %s could not be read: %s", path, Reason(err))
		return false
	}
	file, err := parseNetrc(data)
	if err != nil {
		r.looked("netrc " + path + " could not be parsed: " + err.Error())
		r.warn("netrc %s is ignored: %s", path, err.Error())
		return false
	}
	machines := r.netrcMachines()
	entry, ok := file.find(machines...)
	if !ok {
		r.looked(fmt.Sprintf("netrc %s has no entry for machine %s%s", path, strings.Join(machines, ", "), neighbours(file, machines[0])))
		return false
	}
	name := "machine " + entry.machine
	if entry.isDefault {
		name = "default entry"
	}
	if entry.password.Empty() {
		r.looked(fmt.Sprintf("netrc %s has an entry without password (%s, line %d)", path, name, entry.line))
		r.warn("netrc %s has an entry without password (%s, line %d)", path, name, entry.line)
		return false
	}
	r.settings.Key = entry.password
	r.settings.KeySource = fmt.Sprintf("netrc %s (%s)", path, name)
	r.looked(fmt.Sprintf("netrc %s has a password (%s)", path, name))
	return true
}

// netrcMachines lists the machines to look for. A key that is stored for W&B's cloud
// under one of its names is good under the others.
func (r *resolver) netrcMachines() []string {
	machine := NetrcMachine(r.settings.BaseURL.Text)
	machines := []string{machine}
	if IsCloud(r.settings.BaseURL.Text) {
		for _, alias := range []string{cloudHost, formerHost, cloudDomain} {
			if alias != machine {
				machines = append(machines, alias)
			}
		}
	}
	return machines
}

// neighbours lists the entries that are probably for this server but have another host or
// port.
func neighbours(file *netrcFile, machine string) string {
	cloud := []string{cloudHost, formerHost, "wandb.ai", "app.wandb.ai", cloudDomain}
	var near []string
	for _, m := range file.machines() {
		same := hostOf(m) == hostOf(machine) || slices.Contains(cloud, machine) && slices.Contains(cloud, m)
		if same && m != machine && len(near) < 5 {
			near = append(near, m)
		}
	}
	if len(near) == 0 {
		return ""
	}
	return ", but one for " + strings.Join(near, ", ")
}

func hostOf(machine string) string {
	if host, _, err := net.SplitHostPort(machine); err == nil {
		return strings.ToLower(host)
	}
	return strings.ToLower(strings.Trim(machine, "[]"))
}

// Reason returns the reason of a file error without the path.
func Reason(err error) string {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err.Error()
	}
	return err.Error()
}

// parseProxy parses a proxy's address, with or without a scheme. It returns no error, because its
// text would repeat the proxy's password.
func parseProxy(text string) (*url.URL, bool) {
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" {
		return nil, false
	}
	return u, true
}
