package client

import "strings"

// flat keeps several errors on one line, as errors are read in logs; the errors
// themselves stay reachable.
type flat struct{ error }

func (f flat) Error() string { return strings.ReplaceAll(f.error.Error(), "\n", "; ") }

func (f flat) Unwrap() error { return f.error }
