package doctor

import (
	"maps"
	"net/http"

	"github.com/wandgo/wandgo/internal/identity"
	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/settings"
	"github.com/wandgo/wandgo/internal/transport"
)

// connection is how requests reach the server. It records all of them.
type connection struct {
	settings *settings.Settings
	record   *record
	http     *http.Transport
}

func newConnection(s *settings.Settings) *connection {
	return &connection{settings: s, record: &record{}, http: transport.NetworkOf(s).HTTPTransport()}
}

// client records its requests under a name that says whose key they carry.
func (c *connection) client(as string) *http.Client {
	return &http.Client{Transport: &recorder{record: c.record, as: as, next: c.http}}
}

func (c *connection) options(as string, key secret.Key, extra map[string]string) transport.Options {
	headers := map[string]string{}
	maps.Copy(headers, c.settings.ExtraHeaders)
	maps.Copy(headers, extra)
	return transport.Options{
		BaseURL: c.settings.BaseURL.Text, Key: key, HTTPClient: c.client(as), ExtraHeaders: headers,
		Username: c.settings.Username, Email: c.settings.Email,
	}
}

// Transport makes a transport that sends requests with the given key, which may be
// empty, and extra headers. They are recorded under the name as.
func (x *Checkup) Transport(as string, key secret.Key, extra map[string]string) (*transport.Transport, error) {
	return transport.New(x.conn.options(as, key, extra))
}

// OwnTransport makes a transport that sends requests with the user's own key or
// identity token. They are recorded under the name as.
func (x *Checkup) OwnTransport(as string) (*transport.Transport, error) {
	t, _, err := identity.Transport(x.Settings, x.conn.options(as, x.Settings.Key, nil))
	return t, err
}
