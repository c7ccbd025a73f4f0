// Package connection lets packages beside client, such as api and sweep, use the
// connection of a client, without exported methods that mention internal types.
package connection

import (
	"log/slog"
	"time"

	"github.com/wandgo/wandgo/internal/artifacts/objectcache"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/feature"
	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/objectstore"
	"github.com/wandgo/wandgo/internal/settings"
	"github.com/wandgo/wandgo/internal/transport"
)

// Connection is a client's connection to its server.
type Connection struct {
	GraphQL   *gqlclient.Client
	Transport *transport.Transport
	Diagnoser *diagnose.Diagnoser
	Settings  *settings.Settings
	Log       *slog.Logger
	// FilePolicy says how transfers of files are retried, Timeout bounds a request that
	// someone waits for.
	FilePolicy transport.Policy
	Timeout    time.Duration
	// Slots bound the transfers of the client, all runs included. Cache has what was
	// downloaded before; may be nil.
	Slots objectstore.Slots
	Cache *objectcache.Cache
	// Features are what the server can do.
	Features *feature.Set
}

// Holder holds a Connection. A type that embeds it can be passed to [Of].
type Holder struct{ held *Connection }

// Hold returns a Holder of c.
func Hold(c *Connection) Holder { return Holder{c} }

func (h Holder) connection() *Connection { return h.held }

// Of returns the connection of a type that embeds a [Holder].
func Of(x interface{ connection() *Connection }) *Connection { return x.connection() }
