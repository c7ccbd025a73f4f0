package wandbtest

import (
	"net/http"
	"strconv"
	"sync"
	"time"
)

// limiter counts requests per account in fixed windows. Requests without a
// known key count together, as they all come from this machine.
type limiter struct {
	mu    sync.Mutex
	start time.Time
	used  map[*User]int
}

// check counts a request and returns the refusal if it is one too many.
func (l *limiter) check(s *Server, in incoming) (reply, bool) {
	limit, window := s.cfg.rateLimit, s.cfg.rateWindow
	if limit <= 0 {
		return reply{}, false
	}
	now := s.cfg.clock()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.used == nil || now.Sub(l.start) >= window {
		l.start, l.used = now, map[*User]int{}
	}
	l.used[in.caller.user]++
	if l.used[in.caller.user] <= limit {
		return reply{}, false
	}
	wait := strconv.Itoa(int((l.start.Add(window).Sub(now) + time.Second - 1) / time.Second))
	rep := restError(refusal{http.StatusTooManyRequests, "rate limit exceeded", ""})
	rep.header.Set("Retry-After", wait)
	rep.header.Set("RateLimit-Limit", strconv.Itoa(limit))
	rep.header.Set("RateLimit-Remaining", "0")
	rep.header.Set("RateLimit-Reset", wait)
	return rep, true
}
