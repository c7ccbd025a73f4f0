package filestream

import (
	"net/http"
	"strconv"
	"time"
)

// DefaultMinInterval is the least interval that a server's rate limit headers can
// bring about, where nobody asked for an interval.
const DefaultMinInterval = 2 * time.Second

// margin is how much of the rate that the server offers is left to others: the
// limit is per project, and a project has many runs.
const margin = 10

// interval is the time to leave between two requests after an answer with this
// header. Where the server says how many more requests it takes in how long, and
// that leaves room, it is shorter than the usual pace; people watch the chart
// move. It is never longer: the server says so by 429 and Retry-After, which the
// sender obeys.
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
