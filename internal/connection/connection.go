// Package connection is what all runs and requests of a client share. Packages beside
// client, such as api and sweep, use it without exported methods that mention internal
// types.
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
	// StreamPolicy and FilePolicy say how requests with rows and transfers of files are
	// retried. Timeout bounds a request that someone waits for.
	StreamPolicy, FilePolicy transport.Policy
	Timeout                  time.Duration
	// Slots bound the transfers of the client, all runs included, but not what a program streams
	// from an artifact, as it decides how long that takes. ArtifactSlots are for the
	// files of artifacts that are uploaded. Cache has what was downloaded before; may be nil.
	Slots, ArtifactSlots objectstore.Slots
	Cache                *objectcache.Cache
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
