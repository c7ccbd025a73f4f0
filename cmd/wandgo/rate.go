package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/wandgo/wandgo/errors"
)

// rate is a number of requests in a time, written as 60/1m. The zero rate is no
// limit. It is a flag.Value.
type rate struct {
	requests int
	window   time.Duration
}

// String writes the rate as Set reads it.
func (r *rate) String() string {
	if r.requests == 0 {
		return ""
	}
	return fmt.Sprintf("%d/%v", r.requests, r.window)
}

// Set reads a rate.
func (r *rate) Set(text string) error {
	number, window, _ := strings.Cut(text, "/")
	n, err := strconv.Atoi(number)
	d, windowErr := time.ParseDuration(window)
	if err != nil || windowErr != nil || n <= 0 || d <= 0 {
		return errors.New("want a number of requests and a time, such as 60/1m")
	}
	*r = rate{n, d}
	return nil
}
