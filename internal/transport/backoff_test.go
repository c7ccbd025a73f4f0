package transport

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestBackoff_GrowsWithJitterUpToMaximum(t *testing.T) {
	t.Parallel()
	seen := map[time.Duration]bool{}
	for n, least := range []time.Duration{2, 4, 8, 16, 32} {
		least *= time.Second
		for range 50 {
			wait := backoff(2*time.Second, time.Minute, n)
			assert.GreaterOrEqual(t, wait, least)
			assert.LessOrEqual(t, wait, least+least/4)
			seen[wait] = true
		}
	}
	assert.Greater(t, len(seen), 50, "the waits do not vary")
	for _, n := range []int{5, 6, 62, 63, 10085} {
		assert.Equal(t, time.Minute, backoff(2*time.Second, time.Minute, n))
	}
	assert.Zero(t, backoff(0, 0, 3), "the zero policy")
}

func TestRetryAfter_EachHeader_IsParsed(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"":                               0,
		"3":                              3 * time.Second,
		" 0.25 ":                         250 * time.Millisecond,
		"0":                              0,
		"-5":                             0,
		"NaN":                            0,
		"1e300":                          time.Hour,
		"+Inf":                           time.Hour,
		"soon":                           0,
		"Mon, 23 Nov 2026 12:00:30 GMT":  30 * time.Second,
		"Mon, 23 Nov 2026 11:00:00 GMT":  0,
		"Fri, 31 Dec 9999 23:59:59 GMT":  time.Hour,
		"Monday, 23-Nov-26 12:00:10 GMT": 10 * time.Second,
	} {
		assert.Equal(t, want, retryAfter(http.Header{"Retry-After": {value}}, now), value)
	}
	assert.Zero(t, retryAfter(nil, now))
}

func FuzzRetryAfter(f *testing.F) {
	for _, s := range []string{"3", "0.5", "Mon, 23 Nov 2026 12:00:30 GMT", "1e999", "-1", "NaN", "0x1p10"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, value string) {
		wait := retryAfter(http.Header{"Retry-After": {value}}, time.Unix(0, 0))
		if wait < 0 || wait > maxRetryAfter {
			t.Errorf("Retry-After %q gives %v", value, wait)
		}
	})
}
