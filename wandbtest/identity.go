package wandbtest

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const grantType = "urn:ietf:params:oauth:grant-type:jwt-bearer"

// accessToken is what an identity token was exchanged for.
type accessToken struct {
	user    *User
	expires time.Time
}

// IdentityToken returns an identity token for one of the Subjects of a [User], as the
// platform of a job issues it. Write it to a file and set WANDB_IDENTITY_TOKEN_FILE to the
// file's name. The server exchanges it until it expires, by the server's clock. The
// signature is not checked.
func IdentityToken(subject string, expires time.Time) string {
	encode := func(v any) string {
		text, _ := json.Marshal(v) // only texts and numbers
		return base64.RawURLEncoding.EncodeToString(text)
	}
	return encode(map[string]any{"alg": "none", "typ": "JWT"}) + "." +
		encode(map[string]any{"iss": "https://issuer.example.com", "sub": subject, "exp": expires.Unix()}) + ".notakeynorasignature"
}

// subjectOf reads the subject of an identity token that has not expired.
func subjectOf(token string, now time.Time) (string, bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return "", false
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return "", false
	}
	var claims struct {
		Subject string `json:"sub"`
		Expires int64  `json:"exp"`
	}
	if json.Unmarshal(text, &claims) != nil || claims.Subject == "" {
		return "", false
	}
	return claims.Subject, now.Before(time.Unix(claims.Expires, 0))
}

// serveToken exchanges an identity token for an access token. The response to every invalid
// token is the same.
func (s *Server) serveToken(body []byte) reply {
	form, err := url.ParseQuery(string(body))
	if err != nil || form.Get("grant_type") != grantType {
		return restError(badRequest("unsupported_grant_type"))
	}
	now := s.cfg.clock()
	s.mu.Lock()
	defer s.mu.Unlock()
	subject, ok := subjectOf(form.Get("assertion"), now)
	user := s.realm.subjects[subject]
	if !ok || user == nil {
		return restError(badRequest("invalid_grant"))
	}
	token := "notakey-" + rand.Text()
	life := s.cfg.policy.TokenLifetime
	maps.DeleteFunc(s.realm.tokens, func(_ string, t accessToken) bool { return now.Sub(t.expires) > time.Hour })
	s.realm.tokens[token] = accessToken{user, now.Add(life)}
	s.log.hide(token)
	return jsonReply(http.StatusOK, fmt.Appendf(nil, `{"access_token":%q,"token_type":"Bearer","expires_in":%d}`, token, int(life.Seconds())))
}

// bearer returns the account of an access token. It is not publicly known how a server
// responds to an expired one.
func (s *Server) bearer(token string) (*User, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	t, ok := s.realm.tokens[token]
	switch {
	case !ok:
		return nil, refusal{http.StatusUnauthorized, "Malformed token", ""}
	case !s.cfg.clock().Before(t.expires):
		return nil, refusal{http.StatusUnauthorized, "token is expired", ""}
	}
	return t.user, nil
}

// RevokeTokens revokes the access tokens of a user.
func (s *Server) RevokeTokens(username string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.realm.users[username] == nil {
		return fmt.Errorf("revoke tokens: no user %q", username)
	}
	maps.DeleteFunc(s.realm.tokens, func(_ string, t accessToken) bool { return t.user.Username == username })
	return nil
}
