package wandbtest

import (
	"encoding/json"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// limiter counts requests in fixed windows, as W&B documents it: GraphQL requests by
// account, posts to the file stream by project. GraphQL requests without a known key count
// together, because they all come from this machine. The object store is not part of W&B
// and has no limit.
type limiter struct {
	mu    sync.Mutex
	start time.Time
	used  map[any]int // by *User and projectKey
}

// quota is what remains after a request. The zero quota means no limits.
type quota struct {
	limit, remaining int
	reset            int // seconds until the window ends
	exceeded         bool
}

// count counts a request.
func (l *limiter) count(s *Server, in incoming) quota {
	limit, window := s.cfg.rateLimit, s.cfg.rateWindow
	if limit <= 0 || window <= 0 {
		return quota{}
	}
	var of any
	switch {
	case in.endpoint == graphqlPath:
		of = in.caller.user
	case in.operation == "file_stream":
		of = projectKey{in.run.Entity, in.run.Project}
	default:
		return quota{}
	}
	now := s.cfg.clock()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.used == nil || now.Sub(l.start) >= window {
		l.start, l.used = now, map[any]int{}
	}
	l.used[of]++
	return quota{
		limit: limit, remaining: max(limit-l.used[of], 0), exceeded: l.used[of] > limit,
		reset: int((l.start.Add(window).Sub(now) + time.Second - 1) / time.Second),
	}
}

// refusal is the response to a request over the limit.
func (q quota) refusal() reply {
	rep := restError(refusal{http.StatusTooManyRequests, "rate limit exceeded", ""})
	rep.header.Set("Retry-After", strconv.Itoa(q.reset))
	return rep
}

// tell adds the headers about the quota to a response.
func (q quota) tell(rep reply) reply {
	if q.limit > 0 {
		rep.header.Set("RateLimit-Limit", strconv.Itoa(q.limit))
		rep.header.Set("RateLimit-Remaining", strconv.Itoa(q.remaining))
		rep.header.Set("RateLimit-Reset", strconv.Itoa(q.reset))
	}
	return rep
}

// limits is the value of "limits" in the response to a post.
func (s *Server) limits(q quota) json.RawMessage {
	switch {
	case s.givenLimits != nil:
		return s.givenLimits
	case q.limit > 0:
		return json.RawMessage(`{"limit":` + strconv.Itoa(q.limit) +
			`,"remaining":` + strconv.Itoa(q.remaining) + `,"reset":` + strconv.Itoa(q.reset) + `}`)
	}
	return json.RawMessage(`{}`)
}
