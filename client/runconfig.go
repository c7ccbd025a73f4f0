package client

import (
	"math"

	"github.com/wandgo/wandgo/internal/session"
)

// RunConfig reads the config of a run:
//
//	lr := run.Config().Float("lr")
//
// Each call reads the current values. A key names a value at the top of the config; use Get to
// decode nested values. The zero RunConfig has no values. It never blocks on the network and is
// safe for concurrent use.
type RunConfig struct{ session *session.Session }

// Get decodes the value of a key into v, as encoding/json does, and reports whether there is
// one. It returns an error if the value cannot be decoded into v.
func (c RunConfig) Get(key string, v any) (bool, error) {
	if c.session == nil {
		return false, nil
	}
	return c.session.Config(key, v)
}

// Float returns the number stored under a key. It is NaN if the key is missing or its value is
// not a number.
func (c RunConfig) Float(key string) float64 {
	if v := valueOf[*float64](c, key); v != nil {
		return *v
	}
	return math.NaN()
}

// Int returns the integer stored under a key. It is 0 if the key is missing or its value is not
// an integer.
func (c RunConfig) Int(key string) int {
	if v := valueOf[*int](c, key); v != nil {
		return *v
	}
	// A server or a person may have written the integer 3 as 3.0.
	if f := c.Float(key); f == math.Trunc(f) && math.Abs(f) < 1<<53 {
		return int(f)
	}
	return 0
}

// String returns the text stored under a key. It is "" if the key is missing or its value is not
// a string.
func (c RunConfig) String(key string) string { return valueOf[string](c, key) }

// Bool returns the boolean stored under a key. It is false if the key is missing or its value is
// not a boolean.
func (c RunConfig) Bool(key string) bool { return valueOf[bool](c, key) }

// valueOf returns the value of a key, or the zero T if it is missing or has another type.
func valueOf[T any](c RunConfig, key string) T {
	var v, none T
	if ok, err := c.Get(key, &v); !ok || err != nil {
		return none
	}
	return v
}
