package filestream

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestInterval_RateLimitHeaders_ShortenIt(t *testing.T) {
	t.Parallel()
	header := func(remaining, reset string) http.Header {
		h := http.Header{}
		if remaining != "" {
			h.Set("RateLimit-Remaining", remaining)
		}
		if reset != "" {
			h.Set("RateLimit-Reset", reset)
		}
		return h
	}
	tests := []struct {
		name   string
		config Config
		header http.Header
		want   time.Duration
	}{
		{"no headers: the usual pace", Config{}, nil, 15 * time.Second},
		{"much room: the fastest", Config{}, header("1000", "60"), 2 * time.Second},
		{"some room: in between", Config{}, header("100", "60"), 6 * time.Second},
		{"little room: the usual pace", Config{}, header("10", "60"), 15 * time.Second},
		{"none left", Config{}, header("0", "60"), 15 * time.Second},
		{"only half of the headers", Config{}, header("1000", ""), 15 * time.Second},
		{"garbage", Config{}, header("NaN", "soon"), 15 * time.Second},
		{"negative", Config{}, header("-5", "-1"), 15 * time.Second},
		{"not to be heeded", Config{MinInterval: -1}, header("1000", "60"), 15 * time.Second},
		{"faster already by setting", Config{Interval: time.Second}, header("1000", "60"), time.Second},
		{"an interval that was asked for stays", Config{Interval: 20 * time.Second}, header("1000", "60"), 20 * time.Second},
		{"also the usual one", Config{Interval: DefaultInterval}, header("1000", "60"), DefaultInterval},
		{"unless a faster one was asked for, too", Config{Interval: 20 * time.Second, MinInterval: time.Second}, header("1000", "60"), time.Second},
		{"and no faster than that", Config{Interval: 20 * time.Second, MinInterval: 5 * time.Second}, header("1000", "60"), 5 * time.Second},
		{"the fastest alone", Config{MinInterval: 100 * time.Millisecond}, header("1000", "10"), 100 * time.Millisecond},
		{"the fastest alone, slower than the usual pace", Config{MinInterval: time.Minute}, header("1000", "60"), DefaultInterval},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := tt.config.withDefaults()
			assert.Equal(t, tt.want, c.interval(tt.header))
		})
	}
}
