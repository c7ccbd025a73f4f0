package filestream

import (
	"net/http"
	"strconv"
	"time"
)

// DefaultMinInterval is the shortest interval that a server's rate limit headers can
// result in, if Interval is not set.
const DefaultMinInterval = 2 * time.Second

// margin is how much of the server's rate is left to other runs, because the limit is per
// project.
const margin = 10

// interval returns the time between two requests after a response with this header. It is
// shorter than usual if the header says that the server accepts many more requests. It is
// never longer: then the server responds with 429 and Retry-After, which the sender obeys.
func (c *Config) interval(h http.Header) time.Duration {
	usual := c.Interval
	if c.MinInterval < 0 || c.MinInterval >= usual {
		return usual
	}
	remaining, ok := headerNumber(h, "RateLimit-Remaining")
	reset, known := headerNumber(h, "RateLimit-Reset")
	if !ok || !known || remaining < 1 {
		return usual
	}
	offered := time.Duration(reset / remaining * margin * float64(time.Second))
	return min(max(offered, c.MinInterval), usual)
}

func headerNumber(h http.Header, name string) (float64, bool) {
	n, err := strconv.ParseFloat(h.Get(name), 64)
	return n, err == nil && n >= 0 && n < 1e9
}
