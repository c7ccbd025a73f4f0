package diagnose

import (
	"fmt"
	"net"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/wandgo/wandgo/errors"
)

// TestUnreachable: a host name that does not exist has another remedy than a
// server that is down, and the text says so.
func TestUnreachable(t *testing.T) {
	t.Parallel()
	dial := func(err error) error { return fmt.Errorf("post: %w", &net.OpError{Op: "dial", Err: err}) }
	for _, test := range []struct {
		name string
		err  error
		hint bool
	}{
		{"no such host", dial(&net.DNSError{Err: "no such host", Name: "api.test", IsNotFound: true}), true},
		{"resolver busy", dial(&net.DNSError{Err: "server misbehaving", Name: "api.test", IsTemporary: true}), false},
		{"refused", dial(syscall.ECONNREFUSED), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := Fail(t.Context(), Context{Question: Question{Op: "create run"}}, &Refusal{Class: Unreachable, Err: test.err})
			assert.ErrorIs(t, err, errors.ErrServerUnavailable)
			assert.ErrorIs(t, err, test.err)
			if test.hint {
				assert.Contains(t, errors.Explain(err), "misspelt")
			} else {
				assert.NotContains(t, errors.Explain(err), "misspelt")
			}
		})
	}
}
