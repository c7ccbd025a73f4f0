package transport

import (
	"math"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxRetryAfter bounds what a server may ask for, so that a wrong header does not
// stop a run for days. A context's deadline bounds it further.
const maxRetryAfter = time.Hour

// backoff is the wait before retry n, from 0: least·2ⁿ, at most most. Up to a
// quarter is added, so that the ranks of a job do not retry in step.
func backoff(least, most time.Duration, n int) time.Duration {
	wait := float64(least) * math.Exp2(float64(min(n, 62))) * (1 + 0.25*rand.Float64())
	if wait >= float64(most) {
		return most
	}
	return time.Duration(wait)
}

// retryAfter reads a Retry-After header: seconds, which may have a fraction, or
// an HTTP date. It is 0 if the header is absent, malformed or in the past; the
// usual wait then applies, because retrying at once twenty times does not help.
func retryAfter(header http.Header, now time.Time) time.Duration {
	text := strings.TrimSpace(header.Get("Retry-After"))
	if text == "" {
		return 0
	}
	if seconds, err := strconv.ParseFloat(text, 64); err == nil {
		if !(seconds > 0) { // NaN is not either
			return 0
		}
		return time.Duration(min(seconds, maxRetryAfter.Seconds()) * float64(time.Second))
	}
	if at, err := http.ParseTime(text); err == nil {
		return min(max(at.Sub(now), 0), maxRetryAfter)
	}
	return 0
}
