package environment

import (
	"bufio"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/smallfile"
)

// findGit reads the commit and a remote's URL of the work tree that dir is in,
// from Git's own files: neither is git needed, nor can a repository make us run
// anything. What is not there, or stored in a way we do not know, stays empty.
func findGit(dir, remote string) (top string, git Git) {
	if dir == "" {
		return "", Git{}
	}
	for {
		if own := gitDir(filepath.Join(dir, ".git")); own != "" {
			common := commonDir(own)
			return dir, Git{
				Remote: remoteURL(readSmall(filepath.Join(common, "config")), remote),
				Commit: head(own, common),
			}
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", Git{}
		}
		dir = parent
	}
}

// gitDir returns the directory that .git is, or names if it is a file, as in
// submodules and further work trees.
func gitDir(path string) string {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return ""
	case info.IsDir():
		if _, err := os.Stat(filepath.Join(path, "HEAD")); err != nil {
			return ""
		}
		return path
	}
	to, ok := strings.CutPrefix(readSmall(path), "gitdir:")
	if !ok {
		return ""
	}
	return resolve(filepath.Dir(path), to)
}

// commonDir returns where the refs and the config of a further work tree are.
func commonDir(own string) string {
	if to := strings.TrimSpace(readSmall(filepath.Join(own, "commondir"))); to != "" {
		return resolve(own, to)
	}
	return own
}

func resolve(base, path string) string {
	path = filepath.FromSlash(strings.TrimSpace(path))
	if !filepath.IsAbs(path) {
		path = filepath.Join(base, path)
	}
	return path
}

// head returns the commit that is checked out, or nothing before the first.
func head(own, common string) string {
	name := "HEAD"
	for range 5 { // Git follows as many
		text := readSmall(filepath.Join(own, filepath.FromSlash(name)))
		if text == "" && own != common {
			text = readSmall(filepath.Join(common, filepath.FromSlash(name)))
		}
		to, symbolic := strings.CutPrefix(text, "ref:")
		switch {
		case symbolic:
			name = strings.TrimSpace(to)
			if !filepath.IsLocal(name) {
				return ""
			}
		case isHash(strings.TrimSpace(text)):
			return strings.TrimSpace(text)
		default:
			return packedRef(filepath.Join(common, "packed-refs"), name)
		}
	}
	return ""
}

func packedRef(path, name string) string {
	file, err := smallfile.Open(path)
	if err != nil {
		return ""
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		hash, ref, ok := strings.Cut(lines.Text(), " ")
		if ok && ref == name && isHash(hash) {
			return hash
		}
	}
	return ""
}

// isHash reports whether s is an object's name, of SHA-1 or SHA-256.
func isHash(s string) bool {
	return (len(s) == 40 || len(s) == 64) && strings.Trim(s, "0123456789abcdef") == ""
}

// readSmall returns the content of a file, or nothing if it cannot be read.
func readSmall(path string) string {
	text, err := smallfile.Read(path)
	if err != nil {
		return ""
	}
	return string(text)
}

// remoteURL finds the URL of a remote in a Git config. Of several the last
// counts for fetching from several places; the first is the one people mean.
func remoteURL(config, remote string) string {
	inside := false
	for line := range strings.Lines(config) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			section, name, _ := strings.Cut(strings.Trim(line, "[]"), " ")
			inside = strings.EqualFold(section, "remote") && strings.Trim(strings.TrimSpace(name), `"`) == remote
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if inside && ok && strings.EqualFold(strings.TrimSpace(key), "url") {
			return strings.Trim(strings.TrimSpace(value), `"`)
		}
	}
	return ""
}

// cleanRemote removes what is secret from a remote's URL. A user name without a
// password is kept over SSH only, where it is no secret: over HTTP it is a token. The
// form user:@host is the official client's.
func cleanRemote(remote string) string {
	scheme, rest, ok := strings.Cut(remote, "://")
	if !ok { // a path, or user@host:path
		host, _, _ := strings.Cut(remote, ":")
		if at := strings.LastIndexByte(host, '@'); at >= 0 && looksLikeToken(host[:at]) {
			return remote[at+1:]
		}
		return remote
	}
	rest, _, _ = strings.Cut(rest, "?")
	rest, _, _ = strings.Cut(rest, "#")
	authority, path, slash := strings.Cut(rest, "/")
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		user, _, password := strings.Cut(authority[:at], ":")
		host := authority[at+1:]
		plain, err := url.PathUnescape(user)
		switch {
		case err != nil || looksLikeToken(plain):
			authority = host
		case password:
			authority = user + ":@" + host
		case strings.HasPrefix(strings.ToLower(scheme), "http") && user != "git":
			authority = host
		}
	}
	remote = scheme + "://" + authority
	if slash {
		remote += "/" + path
	}
	return remote
}

// tokenSize is from how many characters on a user name is taken for a token.
const tokenSize = 20

func looksLikeToken(user string) bool { return len(user) >= tokenSize || secret.IsKey(user) }
