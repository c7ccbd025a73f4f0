package client

import (
	"math"

	"github.com/wandgo/wandgo/internal/session"
)

// RunConfig reads the config of a run:
//
//	lr := run.Config().Float("lr")
//
// It has the values that the run has at the time of each call. A key is that of a value at
// the top of the config; Get decodes nested values. The zero RunConfig has no values. It never
// blocks on the network and is safe for concurrent use.
type RunConfig struct{ session *session.Session }

// Get decodes the value of a key into v, as encoding/json does, and reports whether there is
// one. The error says that the value has another type than v.
func (c RunConfig) Get(key string, v any) (bool, error) {
	if c.session == nil {
		return false, nil
	}
	return c.session.Config(key, v)
}

// Float returns the number of a key, or NaN if there is none or the value is no number.
func (c RunConfig) Float(key string) float64 {
	if v := valueOf[*float64](c, key); v != nil {
		return *v
	}
	return math.NaN()
}

// Int returns the integer of a key, or 0 if there is none or the value is no integer.
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

// String returns the text of a key, or "" if there is none or the value is no text.
func (c RunConfig) String(key string) string { return valueOf[string](c, key) }

// Bool returns the boolean of a key, or false if there is none or the value is no boolean.
func (c RunConfig) Bool(key string) bool { return valueOf[bool](c, key) }

// valueOf is the value of a key, or the zero T if there is none of this type.
func valueOf[T any](c RunConfig, key string) T {
	var v, none T
	if ok, err := c.Get(key, &v); !ok || err != nil {
		return none
	}
	return v
}
