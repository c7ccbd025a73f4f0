package identity

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/smallfile"
)

// expiryLayout is the format of a time in the credentials file, in UTC.
const expiryLayout = time.DateTime

// credentialsKey is the key that holds the entries of all servers.
const credentialsKey = "credentials"

// errNoCredentials is the error for a file of another kind, which must not be overwritten.
var errNoCredentials = errors.New("is not a credentials file")

// credentials is a credentials file: access tokens by server. Unknown fields are
// preserved.
type credentials struct {
	top     map[string]json.RawMessage
	entries map[string]json.RawMessage
}

// entry is the access token of one server.
type entry struct {
	ExpiresAt   string `json:"expires_at"`
	AccessToken string `json:"access_token"`
}

// parseCredentials parses a file, which may be empty.
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

// token returns the access token of a server, or the zero token if there is no valid one.
func (c *credentials) token(baseURL string) accessToken {
	var e entry
	if json.Unmarshal(c.entries[baseURL], &e) != nil {
		return accessToken{}
	}
	expires, err := time.ParseInLocation(expiryLayout, e.ExpiresAt, time.UTC)
	if err != nil {
		return accessToken{}
	}
	return accessToken{secret.New(e.AccessToken), expires}
}

// with returns the file with the access token of a server replaced.
func (c *credentials) with(baseURL string, t accessToken) ([]byte, error) {
	var err error
	c.entries[baseURL], err = json.Marshal(entry{t.expires.UTC().Format(expiryLayout), t.key.Reveal()})
	if err != nil {
		return nil, err
	}
	if c.top[credentialsKey], err = json.Marshal(c.entries); err != nil {
		return nil, err
	}
	return json.Marshal(c.top)
}

// saveToken writes the access token of a server into the file, which only its owner can
// read. The file is replaced atomically.
func saveToken(path, baseURL string, t accessToken) error {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target // the link is not replaced
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
