package diagnose

import (
	"context"
	"fmt"
	"io"
	"net"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/transport"
)

func TestRequestError_Unreachable_HintsAtHostName(t *testing.T) {
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
			err := diagnoserAt("").requestError(t.Context(), create, &Failure{Class: Unreachable, Err: test.err})
			assert.ErrorIs(t, err, errors.ErrServerUnavailable)
			assert.ErrorIs(t, err, test.err)
			if test.hint {
				assert.Contains(t, errors.Explain(err), "misspelled")
			} else {
				assert.NotContains(t, errors.Explain(err), "misspelled")
			}
		})
	}
}

// The findings do not change, because requests share them.
func TestPermissionError_PersonalEntity_IsCopied(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name          string
		disabled, has Tri
		want          errors.PersonalEntity
	}{
		{"there", No, Yes, errors.PersonalEntityPresent},
		{"there, says an old server", Unknown, Yes, errors.PersonalEntityPresent},
		{"disabled", Yes, Yes, errors.PersonalEntityAbsent},
		{"none", No, No, errors.PersonalEntityAbsent},
		{"none, says an old server", Unknown, No, errors.PersonalEntityAbsent},
		{"unknown", Unknown, Unknown, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := findings(viewer("acme-research"), entityIs("j0"), personal(tt.disabled, tt.has))
			e := diagnoserAt("").permissionError(Question{Entity: "j0"}, &Failure{Class: Forbidden}, f, Verdict{})
			assert.Equal(t, tt.want, e.Viewer.PersonalEntity)
			assert.Empty(t, f.Who.Viewer.PersonalEntity)
			if tt.want == errors.PersonalEntityPresent {
				assert.Equal(t, []string{"jo"}, e.Suggestions, "the own name is an entity to log to")
			} else {
				assert.Empty(t, e.Suggestions)
			}
		})
	}
	e := diagnoserAt("").permissionError(Question{}, &Failure{}, &Findings{}, Verdict{})
	assert.Nil(t, e.Viewer)
}

// Every class that is not a refusal has a sentinel, and the original error is in the
// chain.
func TestRequestError_EachClass_KeepsReason(t *testing.T) {
	t.Parallel()
	for class, cause := range map[Class]error{
		Unexpected: errors.ErrUnexpectedAnswer, Unreachable: errors.ErrServerUnavailable, ServerError: errors.ErrServerUnavailable,
		WrongURL: errors.ErrWrongBaseURL, Schema: errors.ErrSchemaMismatch, Input: errors.ErrInvalidInput,
		RunDeleted: errors.ErrRunDeleted, RateLimited: errors.ErrRateLimited, MetricLimit: errors.ErrMetricLimit, Untrusted: errors.ErrServerUnavailable,
	} {
		err := diagnoserAt("").requestError(t.Context(), Question{}, &Failure{Class: class, Err: io.ErrUnexpectedEOF})
		require.ErrorIs(t, err, cause)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		require.NotErrorIs(t, err, errors.ErrPermissionDenied)
	}
	why := errors.New("told to")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	err := diagnoserAt("").requestError(ctx, Question{}, &Failure{Class: Cancelled, Err: context.Canceled})
	require.ErrorIs(t, err, why)
	require.ErrorIs(t, err, context.Canceled)
	assert.False(t, errors.IsRetryable(err))

	lost := &transport.Error{Op: "UpsertBucket", Err: fmt.Errorf("%w: %w", context.Canceled, why)}
	err = diagnoserAt("").requestError(ctx, Question{}, Classify(ctx, &graphql.Error{Operation: "UpsertBucket", Err: lost}))
	require.ErrorIs(t, err, why)
	assert.Equal(t, "cancelled by the caller (UpsertBucket: context canceled: told to)", err.Error(), "each is said once")
}
