package wandbtest

import (
	"log/slog"
	"time"
)

// Option changes how a server behaves. Without options it is a server of 2026
// on a free loopback port, on the real clock, silent.
type Option interface{ apply(*config) }

type optionFunc func(*config)

func (f optionFunc) apply(c *config) { f(c) }

type config struct {
	addr             string
	generation       Generation
	features         []string
	policy           Policy
	logger           *slog.Logger
	clock            func() time.Time
	validationStatus int
	rateLimit        int
	rateWindow       time.Duration
}

// WithGeneration imitates a server of another age: the GraphQL fields it lacks
// and the form of its errors. The default is [Gen2026].
func WithGeneration(g Generation) Option {
	return optionFunc(func(c *config) { c.generation = g })
}

// WithFeatures sets the names that serverInfo.features lists as enabled,
// instead of [DefaultFeatures]. Only servers of [Gen2026] have the field.
func WithFeatures(names ...string) Option {
	return optionFunc(func(c *config) { c.features = names })
}

// WithPolicy decides what W&B's documentation leaves open.
func WithPolicy(p Policy) Option {
	return optionFunc(func(c *config) { c.policy = p })
}

// WithAddr sets the address to listen on, by default "127.0.0.1:0", which is a
// free port. Only loopback addresses are accepted.
func WithAddr(addr string) Option {
	return optionFunc(func(c *config) { c.addr = addr })
}

// WithLogger logs one record per request, without keys. The default is silence.
func WithLogger(l *slog.Logger) Option {
	return optionFunc(func(c *config) { c.logger = l })
}

// WithClock replaces the clock that stamps runs and requests and decides when a
// silent run counts as crashed. Delays of faults always take real time.
func WithClock(now func() time.Time) Option {
	return optionFunc(func(c *config) { c.clock = now })
}

// WithValidationStatus sets the HTTP status of an answer to a GraphQL document
// that does not fit the schema. What today's servers send is not known in
// public; the default is 200, which older ones did.
func WithValidationStatus(status int) Option {
	return optionFunc(func(c *config) { c.validationStatus = status })
}

// WithRateLimit answers 429 to an account's requests beyond n in a window, with
// the RateLimit-* and Retry-After headers W&B documents. The default is no limit.
func WithRateLimit(n int, window time.Duration) Option {
	return optionFunc(func(c *config) { c.rateLimit, c.rateWindow = n, window })
}
