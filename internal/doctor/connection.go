package doctor

import (
	"net/http"

	"github.com/wandgo/wandgo/internal/settings"
	"github.com/wandgo/wandgo/internal/transport"
)

// connection is how requests reach the server. It records all of them.
type connection struct {
	record *record
	http   *http.Transport
}

func newConnection(s *settings.Settings) *connection {
	return &connection{record: &record{}, http: transport.NetworkOf(s).HTTPTransport()}
}

// client records its requests under a name that says whose key they carry.
func (c *connection) client(as string) *http.Client {
	return &http.Client{Transport: &recorder{record: c.record, as: as, next: c.http}}
}
