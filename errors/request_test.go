package errors_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
)

// If a proxy setting is not an address, the one that net/http makes of it may contain parts of a password.
func TestRequestError_InvalidProxy_TextsLackTheOriginalError(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ cause, err error }{
		"cancelled":    {nil, context.Canceled},
		"stopped":      {nil, errors.New("stopped by SIGTERM")},
		"unavailable":  {errors.ErrServerUnavailable, context.DeadlineExceeded},
		"rate limited": {errors.ErrRateLimited, context.Canceled},
		"another":      {context.DeadlineExceeded, context.DeadlineExceeded},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := failed(tt.cause, 0, "", func(e *errors.RequestError) {
				e.Proxy = &errors.Proxy{Source: "HTTPS_PROXY", Target: "api.forge.coreweave.com:443", Invalid: true}
				e.Err = errors.Join(tt.err, errors.New("the proxy http://jo:12 cannot be reached: lookup jo: no such host"))
			})
			data, err := json.Marshal(e)
			require.NoError(t, err)
			assert.NotContains(t, e.Error()+e.Explain()+string(data)+logged(e), "jo:12")
		})
	}
}
