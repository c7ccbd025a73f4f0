// Package secret holds API keys and tokens in a type that cannot be printed by
// accident, and redacts credentials in text.
package secret

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"unique"
)

// Redacted replaces keys in output.
const Redacted = "[redacted]"

// Key is an API key or a token. Printing, logging or marshalling it writes [Redacted];
// only [Key.Reveal] returns the text. The zero Key is empty. Keys with the same text
// are equal.
type Key struct {
	// A handle, because fmt calls no methods on unexported fields: it would print a
	// string, but prints only the address of a handle.
	handle unique.Handle[string]
}

// New wraps the text of a key.
func New(text string) Key {
	if text == "" {
		return Key{}
	}
	return Key{handle: unique.Make(text)}
}

// Reveal returns the key itself, for an Authorization header and nothing else.
func (k Key) Reveal() string {
	if k.Empty() {
		return ""
	}
	return k.handle.Value()
}

// MAC is a code of the parts that takes the key to make, and does not disclose it. It is
// nil for an empty key.
func (k Key) MAC(parts ...string) []byte {
	if k.Empty() {
		return nil
	}
	mac := hmac.New(sha256.New, []byte(k.Reveal()))
	for _, part := range parts {
		_, _ = mac.Write(append([]byte(part), 0))
	}
	return mac.Sum(nil)
}

// Empty reports whether there is no key.
func (k Key) Empty() bool { return k == Key{} }

// String returns [Redacted], or "" for an empty key.
func (k Key) String() string {
	if k.Empty() {
		return ""
	}
	return Redacted
}

// Format hides the key from every verb, even from those such as %d for which fmt would
// print the fields.
func (k Key) Format(f fmt.State, verb rune) {
	text := k.String()
	if verb == 'v' && f.Flag('#') {
		text = k.GoString()
	}
	io.WriteString(f, text) //nolint:errcheck // fmt's own buffer
}

// GoString hides the key from %#v.
func (k Key) GoString() string { return "secret.Key(" + k.String() + ")" }

// MarshalText hides the key from JSON and other encoders.
func (k Key) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// LogValue hides the key from slog.
func (k Key) LogValue() slog.Value { return slog.StringValue(k.String()) }

// Keys are several keys.
type Keys []Key

// Scrub replaces each of the keys in text; see [Key.Scrub].
func (ks Keys) Scrub(text string) string {
	for _, k := range ks {
		text = k.Scrub(text)
	}
	return text
}

// Scrub replaces the key in text by [Redacted], as it is and as a Basic credential,
// because servers and proxies echo requests.
func (k Key) Scrub(text string) string {
	key := k.Reveal()
	if len(key) < 8 { // too short to be a key, and to be replaced safely
		return text
	}
	text = strings.ReplaceAll(text, key, Redacted)
	return strings.ReplaceAll(text, base64.StdEncoding.EncodeToString([]byte("api:"+key)), Redacted)
}
