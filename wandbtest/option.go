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
	limits           map[string]any
	uploadHeaders    []string
	storeHost        string
}

// WithGeneration imitates an older server: the GraphQL fields that it lacks and the
// format of its errors. The default is [Gen2026].
func WithGeneration(g Generation) Option {
	return optionFunc(func(c *config) { c.generation = g })
}

// WithFeatures sets the names that serverInfo.features lists as enabled,
// instead of [DefaultFeatures]. Only servers of [Gen2026] have the field.
func WithFeatures(names ...string) Option {
	return optionFunc(func(c *config) { c.features = names })
}

// WithPolicy sets the behaviour that W&B does not document.
func WithPolicy(p Policy) Option {
	return optionFunc(func(c *config) { c.policy = p })
}

// WithAddr sets the address to listen on, by default "127.0.0.1:0", which is a
// free port. Only loopback addresses are accepted.
func WithAddr(addr string) Option {
	return optionFunc(func(c *config) { c.addr = addr })
}

// WithLogger logs one record per request, without keys. By default nothing is logged.
func WithLogger(l *slog.Logger) Option {
	return optionFunc(func(c *config) { c.logger = l })
}

// WithClock replaces the clock that stamps runs and requests, times rate limits and
// alerts, and decides when a token has expired and when a silent run counts as
// crashed or preempted. Delays of faults always take real time.
func WithClock(now func() time.Time) Option {
	return optionFunc(func(c *config) { c.clock = now })
}

// WithValidationStatus sets the HTTP status of an answer to a GraphQL document
// that does not fit the schema. The default is 200, as older servers send; what
// today's servers send is not documented.
func WithValidationStatus(status int) Option {
	return optionFunc(func(c *config) { c.validationStatus = status })
}

// WithRateLimit answers 429 to requests beyond n in a window, with a Retry-After
// header. As W&B documents it, GraphQL requests count by account and posts to the
// file stream by project; uploads go to the object store and do not count. Every
// answer of these kinds has the RateLimit-Limit, RateLimit-Remaining and
// RateLimit-Reset headers, the last in seconds until the window ends, rounded up.
// The first request begins a window, and so does the first after its end. The
// default, and what n or window of zero or less means, is no limit and no headers.
func WithRateLimit(n int, window time.Duration) Option {
	return optionFunc(func(c *config) { c.rateLimit, c.rateWindow = n, window })
}

// WithLimits sets what the answers to posts to the file stream say under "limits".
// What W&B's servers put there is not known in public, and today's official client
// does not read it; that of 2021 took hints about its pace from it. The default is
// an empty object or, with [WithRateLimit], one with the numbers of the headers as
// limit, remaining and reset. Starting a server fails if the values are not JSON.
func WithLimits(limits map[string]any) Option {
	return optionFunc(func(c *config) { c.limits = limits })
}

// WithUploadHeaders makes uploads of files require headers, each written as
// "Name: value", as the object stores of some servers do, for instance Azure's
// with "x-ms-blob-type: BlockBlob". createRunFiles
// returns them to the client. A PUT without one of them is refused with 403 in XML,
// as an object store does. A line in another format is returned to the client but
// not required. By default no headers are required.
func WithUploadHeaders(lines ...string) Option {
	return optionFunc(func(c *config) { c.uploadHeaders = lines })
}

// WithStoreHost has the addresses for uploads name another host, such as "localhost": the
// object store of a real server is another machine. The port stays. By default it is the
// server's own host.
func WithStoreHost(host string) Option {
	return optionFunc(func(c *config) { c.storeHost = host })
}
