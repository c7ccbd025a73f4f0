package dashboard

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// policy is the content policy of every response: nothing inline, no other host, no frame.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
	"connect-src 'self'; font-src 'self'; media-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// cookieName is the cookie that stands for the token.
const cookieName = "wandgo_board"

// admit refuses requests that do not come from a browser that was given the link, and sets
// the headers of all responses. It reports whether the request may be answered.
func (b *Board) admit(w http.ResponseWriter, r *http.Request) bool {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("X-Frame-Options", "DENY")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		fail(w, &statusError{http.StatusMethodNotAllowed, "the board only shows runs"})
		return false
	}
	if b.opts.Token == "" {
		if !b.knows(r.Host) {
			fail(w, &statusError{http.StatusForbidden, "the board is not called by this name; open the link that was printed"})
			return false
		}
		return true
	}
	if same(r.URL.Query().Get("token"), b.opts.Token) {
		http.SetCookie(w, &http.Cookie{ //nolint:gosec // the board has no TLS, so the cookie cannot ask for it
			Name: cookieName, Value: b.cookie(), Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode,
		})
		u := *r.URL
		q := u.Query()
		q.Del("token")
		u.RawQuery, u.Scheme, u.Host = q.Encode(), "", ""
		u.Path = "/" + strings.TrimLeft(u.Path, "/\\") // not to another host
		http.Redirect(w, r, u.String(), http.StatusSeeOther)
		return false
	}
	if c, err := r.Cookie(cookieName); err == nil && same(c.Value, b.cookie()) {
		return true
	}
	fail(w, &statusError{http.StatusUnauthorized, "the link lacks its token; open the link that was printed"})
	return false
}

func same(given, secret string) bool {
	return subtle.ConstantTimeCompare([]byte(given), []byte(secret)) == 1
}

// cookie is what a browser keeps instead of the token.
func (b *Board) cookie() string {
	sum := sha256.Sum256([]byte("wandgo board cookie " + b.opts.Token))
	return hex.EncodeToString(sum[:])
}

// knows reports whether a Host header is a name of this machine alone. A web page can make
// a browser send requests here under a name of its own, and read the answers, but it cannot
// choose the header.
func (b *Board) knows(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.TrimSuffix(strings.ToLower(strings.Trim(name, "[]")), ".")
	if addr, err := netip.ParseAddr(name); err == nil && addr.IsLoopback() {
		return true
	}
	return name == "localhost" || strings.HasSuffix(name, ".localhost")
}
