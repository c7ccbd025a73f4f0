package identity

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"strings"
	"time"

	"github.com/wandgo/wandgo/internal/secret"
)

// Claims are the claims of an identity token. They are not verified.
type Claims struct {
	// Issuer issued the token to Subject.
	Issuer, Subject string
	// Expires is when the token expires; zero if the token does not say.
	Expires time.Time
}

// Read reads the identity token in a file. claims is nil if the text is not a JSON web
// token. The error names the file.
func Read(path string) (token secret.Key, claims *Claims, err error) {
	token, err = readToken(path)
	if err != nil {
		return secret.Key{}, nil, err
	}
	return token, claimsOf(token.Reveal()), nil
}

func claimsOf(token string) *Claims {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil
	}
	text, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return nil
	}
	var c struct {
		Issuer  string  `json:"iss"`
		Subject string  `json:"sub"`
		Expires float64 `json:"exp"`
	}
	if json.Unmarshal(text, &c) != nil {
		return nil
	}
	claims := &Claims{Issuer: c.Issuer, Subject: c.Subject}
	if c.Expires > 0 && c.Expires < math.MaxInt32*100 {
		claims.Expires = time.Unix(int64(c.Expires), 0)
	}
	return claims
}
