package wandbtest

import (
	"log/slog"
	"net/http"
	"time"
)

// Option changes how a server behaves. Without options it is a server of 2026 on a free
// loopback port, with the real clock and no log.
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
	noFileURLs       bool
	pages            http.Handler
}

// WithGeneration imitates an older server, which lacks GraphQL fields and has another format
// of errors. The default is [Gen2026].
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

// WithValidationStatus sets the HTTP status of the response to a GraphQL document that does
// not fit the schema. The default is 200, as from older servers. The status of today's
// servers is not documented.
func WithValidationStatus(status int) Option {
	return optionFunc(func(c *config) { c.validationStatus = status })
}

// WithRateLimit responds with 429 and a Retry-After header to requests beyond n in a
// window. As W&B documents it, GraphQL requests count by account and posts to the file
// stream by project; uploads to the object store do not count. Every response of these
// kinds has the headers RateLimit-Limit, RateLimit-Remaining and RateLimit-Reset, the last
// in seconds until the window ends, rounded up. A window starts with the first request,
// and with the first after the end of the last window. By default, and if n or window is
// 0 or less, there is no limit and there are no headers.
func WithRateLimit(n int, window time.Duration) Option {
	return optionFunc(func(c *config) { c.rateLimit, c.rateWindow = n, window })
}

// WithLimits sets "limits" in the responses to posts to the file stream. It is not publicly known
// what W&B's servers return there. Today's official client does not read it; that of 2021 set its
// pace by it. The default is an empty object or, with [WithRateLimit], an object with the numbers
// of the headers as limit, remaining and reset. Starting a server fails if the values are not
// JSON.
func WithLimits(limits map[string]any) Option {
	return optionFunc(func(c *config) { c.limits = limits })
}

// WithUploadHeaders makes uploads of files require headers, each in the format
// "Name: value". Some object stores do so, such as Azure's with
// "x-ms-blob-type: BlockBlob". createRunFiles returns them to the client. A PUT without one
// of them is refused with 403 in XML, as by an object store. A line in another format is
// returned to the client but not required. By default no headers are required.
func WithUploadHeaders(lines ...string) Option {
	return optionFunc(func(c *config) { c.uploadHeaders = lines })
}

// WithStoreHost sets the host in the URLs for uploads, for example "localhost", because the
// object store of a real server is another machine. The port does not change. The default
// is the server's own host.
func WithStoreHost(host string) Option {
	return optionFunc(func(c *config) { c.storeHost = host })
}

// WithoutFileURLs makes the server list no files of artifacts, and so no signed addresses of
// them. A client has to ask for each at the API's own address, below /artifacts or
// /artifactsV2, which redirects to the store.
func WithoutFileURLs() Option {
	return optionFunc(func(c *config) { c.noFileURLs = true })
}

// WithPages makes h respond to GET and HEAD requests for paths that are not the API's, such as
// the links of runs. The context of such a request ends when the server is closed. Requests for
// pages are not among [Server.Requests], and faults do not apply to them. By default such paths
// do not exist.
func WithPages(h http.Handler) Option {
	return optionFunc(func(c *config) { c.pages = h })
}
