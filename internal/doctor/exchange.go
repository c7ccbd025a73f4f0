package doctor

import (
	"context"
	"slices"

	"github.com/wandgo/wandgo/internal/transport"
)

// Exchange is one HTTP request and its response, for a report.
type Exchange struct {
	// As says whose key the request carried.
	As string
	transport.Exchange
}

// recorded returns a context whose requests are recorded under a name that says whose key
// they carry.
func (x *Checkup) recorded(ctx context.Context, as string) context.Context {
	return transport.WithObserver(ctx, func(e transport.Exchange) {
		x.mu.Lock()
		defer x.mu.Unlock()
		x.exchanges = append(x.exchanges, Exchange{as, e})
	})
}

// Exchanges returns all HTTP requests made so far, with their responses.
func (x *Checkup) Exchanges() []Exchange {
	x.mu.Lock()
	defer x.mu.Unlock()
	return slices.Clone(x.exchanges)
}
