package errors_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/wandgo/wandgo/errors"
)

func TestRetryAfter_ServerAskedToWait_ReturnsTheTime(t *testing.T) {
	t.Parallel()
	limited := &errors.RequestError{Cause: errors.ErrRateLimited, StatusCode: 429, RetryAfter: 30 * time.Second}
	wait, ok := errors.RetryAfter(fmt.Errorf("start: %w", limited))
	assert.True(t, ok)
	assert.Equal(t, 30*time.Second, wait)
	for _, err := range []error{
		nil, errors.ErrRateLimited, (*errors.RequestError)(nil), &errors.RequestError{Cause: errors.ErrRateLimited},
		&errors.PermissionError{},
	} {
		_, ok := errors.RetryAfter(err)
		assert.False(t, ok, "%v", err)
	}
}

func TestIsTimeout_EachFailure_ReportsTimeouts(t *testing.T) {
	t.Parallel()
	slow := &net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}
	for _, tc := range []struct {
		name string
		err  error
		want bool
	}{
		{"nil", nil, false},
		{"the caller's deadline", fmt.Errorf("start: %w", context.DeadlineExceeded), true},
		{"cancelled", context.Canceled, false},
		{"the network", &errors.RequestError{Cause: errors.ErrServerUnavailable, Err: slow}, true},
		{"the client's own deadline", &errors.RequestError{Cause: errors.ErrServerUnavailable, Err: context.DeadlineExceeded}, true},
		{"a gateway's", &errors.RequestError{Cause: errors.ErrServerUnavailable, StatusCode: 504}, true},
		{"HTTP 408", &errors.RequestError{StatusCode: 408}, true},
		{"server error", &errors.RequestError{Cause: errors.ErrServerUnavailable, StatusCode: 500}, false},
		{"connection refused", &errors.RequestError{Err: &net.OpError{Op: "dial", Err: errors.New("refused")}}, false},
		{"refused while time ran out", &errors.PermissionError{Err: context.DeadlineExceeded}, false},
		{"nil pointer", (*errors.RequestError)(nil), false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tc.want, errors.IsTimeout(tc.err))
		})
	}
}

func TestIsRetryable_EachFailure_ReportsTemporaryOnes(t *testing.T) {
	t.Parallel()
	for _, s := range errors.Sentinels() {
		want := error(s) == errors.ErrRateLimited || error(s) == errors.ErrServerUnavailable
		assert.Equal(t, want, errors.IsRetryable(fmt.Errorf("w: %w", &errors.RequestError{Cause: s})), s.Code())
	}
	assert.False(t, errors.IsRetryable(nil))
	assert.False(t, errors.IsRetryable(io.EOF))
	assert.False(t, errors.IsRetryable(&errors.RequestError{Cause: errors.ErrServerUnavailable, Err: context.Canceled}))
	assert.True(t, errors.IsRetryable(&errors.RequestError{Cause: errors.ErrServerUnavailable, Err: context.DeadlineExceeded}))
}
