package main

import (
	"maps"
	"net/http"

	"github.com/wandgo/wandgo/internal/identity"
	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/settings"
	"github.com/wandgo/wandgo/internal/transport"
)

// connection is how requests reach the server, with a record of them all.
type connection struct {
	settings *settings.Settings
	record   *record
	http     *http.Transport
}

func newConnection(s *settings.Settings) *connection {
	return &connection{settings: s, record: &record{}, http: transport.NetworkOf(s).HTTPTransport()}
}

func (c *connection) close() { c.http.CloseIdleConnections() }

// client records what it sends under a name for whose key it carries.
func (c *connection) client(as string) *http.Client {
	return &http.Client{Transport: &recorder{record: c.record, as: as, next: c.http}}
}

// transport sends requests with the key, or with none.
func (c *connection) transport(as string, key secret.Key, extra map[string]string) (*transport.Transport, error) {
	return transport.New(c.options(as, key, extra))
}

// own sends requests with the user's own key or identity token.
func (c *connection) own(as string) (*transport.Transport, error) {
	t, _, err := identity.Transport(c.settings, c.options(as, c.settings.Key, nil))
	return t, err
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
