package errors_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/wandgo/wandgo/errors"
)

// The address that net/http makes of a value that is none may have parts of a password.
func TestRequestError_InvalidProxy_TextsLackTheOriginalError(t *testing.T) {
	t.Parallel()
	for name, cause := range map[string]error{
		"cancelled": nil, "unavailable": errors.ErrServerUnavailable, "rate limited": errors.ErrRateLimited, "another": context.DeadlineExceeded,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := failed(cause, 0, "", func(e *errors.RequestError) {
				e.Proxy = &errors.Proxy{Source: "HTTPS_PROXY", Target: "api.forge.coreweave.com:443", Invalid: true}
				e.Err = errors.Join(context.Canceled, errors.New("the proxy http://jo:12 cannot be reached: lookup jo: no such host"))
			})
			assert.NotContains(t, e.Error()+e.Explain(), "jo:12")
		})
	}
}
