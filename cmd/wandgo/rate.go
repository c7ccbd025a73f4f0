package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/wandgo/wandgo/errors"
)

// rate is a number of requests per time, written as 60/1m. The zero rate means no
// limit. It is a flag.Value.
type rate struct {
	requests int
	window   time.Duration
}

// String returns the rate in the format of Set.
func (r *rate) String() string {
	if r.requests == 0 {
		return ""
	}
	return fmt.Sprintf("%d/%v", r.requests, r.window)
}

// Set parses a rate.
func (r *rate) Set(text string) error {
	number, window, _ := strings.Cut(text, "/")
	n, err := strconv.Atoi(number)
	d, windowErr := time.ParseDuration(window)
	if err != nil || windowErr != nil || n <= 0 || d <= 0 {
		return errors.New("must be a number of requests and a time, such as 60/1m")
	}
	*r = rate{n, d}
	return nil
}
