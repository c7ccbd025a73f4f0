// Package secret holds API keys and tokens in a type that cannot be printed by
// accident.
package secret

import (
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"unique"
)

// Redacted stands where a key would have been printed.
const Redacted = "[redacted]"

// Key is an API key or a token. Every way of printing, logging or marshalling it gives
// [Redacted]; only [Key.Reveal] gives the text. The zero Key is empty.
// Keys with the same text are equal.
type Key struct {
	// A handle, because fmt calls no methods on unexported fields: it would
	// print a string, and prints the address of this.
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

// Empty reports whether there is no key.
func (k Key) Empty() bool { return k == Key{} }

// String returns [Redacted], or "" for an empty key.
func (k Key) String() string {
	if k.Empty() {
		return ""
	}
	return Redacted
}

// Format hides the key from every verb, also from those that make no sense,
// such as %d, for which fmt would show the fields.
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

// Scrub replaces every trace of each of the keys in text; see [Key.Scrub].
func (ks Keys) Scrub(text string) string {
	for _, k := range ks {
		text = k.Scrub(text)
	}
	return text
}

// Scrub replaces every trace of the key in text, raw or as the Basic
// credential made of it, by [Redacted]: servers and proxies echo what they got.
func (k Key) Scrub(text string) string {
	key := k.Reveal()
	if len(key) < 8 { // too short to be a key, and to replace without harm
		return text
	}
	text = strings.ReplaceAll(text, key, Redacted)
	return strings.ReplaceAll(text, base64.StdEncoding.EncodeToString([]byte("api:"+key)), Redacted)
}
