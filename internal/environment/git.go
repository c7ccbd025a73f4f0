package environment

import (
	"bufio"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/settings"
	"github.com/wandgo/wandgo/internal/smallfile"
)

// findGit reads the commit and a remote's URL of the work tree of dir from Git's own files.
// So git need not be installed, and a repository cannot make it run a program. Values that
// are missing, or stored in an unknown way, stay empty.
func findGit(dir, remote string) (top string, git record.Git) {
	top, own := settings.FindRepository(dir)
	if own == "" {
		return "", record.Git{}
	}
	common := commonDir(own)
	return top, record.Git{
		RemoteURL: remoteURL(readSmall(filepath.Join(common, "config")), remote),
		Commit:    head(own, common),
	}
}

// commonDir returns the directory of the refs and the config of a linked work tree.
func commonDir(own string) string {
	to := filepath.FromSlash(strings.TrimSpace(readSmall(filepath.Join(own, "commondir"))))
	if filepath.IsAbs(to) {
		return to
	}
	return filepath.Join(own, to)
}

// head returns the checked-out commit, or "" before the first commit.
func head(own, common string) string {
	name := "HEAD"
	for range 5 { // the limit of Git
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

// isHash reports whether s is a hash, of SHA-1 or SHA-256.
func isHash(s string) bool {
	return (len(s) == 40 || len(s) == 64) && strings.Trim(s, "0123456789abcdef") == ""
}

// readSmall returns the content of a file, "" if it cannot be read.
func readSmall(path string) string {
	text, err := smallfile.Read(path)
	if err != nil {
		return ""
	}
	return string(text)
}

// remoteURL returns the URL of a remote in a Git config, the first if there are several.
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

// cleanRemote removes secrets from a remote's URL. A user name without a password is kept
// only for SSH; over HTTP it is a token. The form user:@host is that of the official
// client.
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

// tokenSize is the length from which a user name is treated as a token.
const tokenSize = 20

func looksLikeToken(user string) bool { return len(user) >= tokenSize || secret.IsKey(user) }
