package gqlclient

import "time"

// Optional is nil for "": a variable that is not set.
func Optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// Value is a value of a response, the zero value if it is missing.
func Value[T any](v *T) T {
	if v == nil {
		return *new(T)
	}
	return *v
}

// Time reads a time of a response, which may lack its zone; then it is UTC. It returns the zero time
// for a time that is missing or cannot be read.
func Time(s *string) time.Time {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, Value(s)); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}
