package identity

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/settings"
	"github.com/wandgo/wandgo/internal/smallfile"
)

// expiryForm is how the credentials file writes a time, in UTC.
const expiryForm = time.DateTime

// credentialsKey is what the entries of all servers stand under.
const credentialsKey = "credentials"

// errNoCredentials says that a file is something else, which nobody may overwrite.
var errNoCredentials = errors.New("is not in the form of a credentials file")

// credentials is a credentials file: access tokens by server. What this client does
// not know of it is kept as it is.
type credentials struct {
	top     map[string]json.RawMessage
	entries map[string]json.RawMessage
}

// entry is what there is for one server.
type entry struct {
	ExpiresAt   string `json:"expires_at"`
	AccessToken string `json:"access_token"`
}

// parseCredentials reads a file. One that is empty has no entries.
func parseCredentials(data []byte) (*credentials, error) {
	c := &credentials{top: map[string]json.RawMessage{}, entries: map[string]json.RawMessage{}}
	if len(data) == 0 {
		return c, nil
	}
	if json.Unmarshal(data, &c.top) != nil || c.top == nil {
		return nil, errNoCredentials
	}
	if raw, ok := c.top[credentialsKey]; ok {
		if json.Unmarshal(raw, &c.entries) != nil || c.entries == nil {
			return nil, errNoCredentials
		}
	} else if len(c.top) > 0 {
		return nil, errNoCredentials
	}
	return c, nil
}

// token is the entry of a server; the zero token if there is none that makes sense.
func (c *credentials) token(baseURL string) accessToken {
	var e entry
	if json.Unmarshal(c.entries[baseURL], &e) != nil {
		return accessToken{}
	}
	expires, err := time.ParseInLocation(expiryForm, e.ExpiresAt, time.UTC)
	if err != nil {
		return accessToken{}
	}
	return accessToken{secret.New(e.AccessToken), expires}
}

// with is the file with the entry of a server replaced.
func (c *credentials) with(baseURL string, t accessToken) ([]byte, error) {
	var err error
	c.entries[baseURL], err = json.Marshal(entry{t.expires.UTC().Format(expiryForm), t.key.Reveal()})
	if err != nil {
		return nil, err
	}
	if c.top[credentialsKey], err = json.Marshal(c.entries); err != nil {
		return nil, err
	}
	return json.Marshal(c.top)
}

// Kept is the access token that the credentials file holds for the server of the
// settings, good or not; empty if there is none.
func Kept(s *settings.Settings) secret.Key {
	data, err := smallfile.Read(s.CredentialsFile)
	if err != nil {
		return secret.Key{}
	}
	c, err := parseCredentials(data)
	if err != nil {
		return secret.Key{}
	}
	return c.token(s.BaseURL.Text).key
}

// saveToken writes the entry of a server into the file, which only its owner may
// read. Another process sees the old file or the new one, and nothing in between.
func saveToken(path, baseURL string, t accessToken) error {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target // the link stays
	}
	data, err := smallfile.Read(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	c, err := parseCredentials(data)
	if err != nil {
		return err
	}
	if data, err = c.with(baseURL, t); err != nil {
		return err
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".credentials-*.json") // 0600
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}
