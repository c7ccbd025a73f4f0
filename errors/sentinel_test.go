package errors_test

import (
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
)

func TestSentinels_All_HaveCodeSummaryAndFix(t *testing.T) {
	t.Parallel()
	codes := make(map[string]bool)
	for _, s := range errors.Sentinels() {
		assert.Regexp(t, `^[a-z]+(_[a-z]+)*$`, s.Code())
		assert.False(t, codes[s.Code()], "%s is there twice", s.Code())
		codes[s.Code()] = true
		assert.NotEmpty(t, s.Error())
		assert.Regexp(t, `\.$`, s.Fix())
		assert.Equal(t, s.Code(), errors.Code(fmt.Errorf("wrapped: %w", s)))
	}
	assert.NotEmpty(t, codes)
	assert.Empty(t, errors.Code(io.EOF))
	assert.Empty(t, errors.Code(nil))
}

func TestFailureSentinels_NeverMatchPermissionDenied(t *testing.T) {
	t.Parallel()
	for _, cause := range []error{
		errors.ErrRunDeleted, errors.ErrRunFinished, errors.ErrSweepMissing, errors.ErrRowsExported, errors.ErrMetricLimit, errors.ErrArtifactNotReady, errors.ErrDigestMismatch, errors.ErrTypeClash, errors.ErrInvalidInput, errors.ErrRateLimited,
		errors.ErrServerUnavailable, errors.ErrWrongBaseURL, errors.ErrSchemaMismatch, errors.ErrUnexpectedAnswer,
	} {
		err := fmt.Errorf("start: %w", &errors.RequestError{Op: "create run", Cause: cause, Err: io.ErrUnexpectedEOF})
		require.ErrorIs(t, err, cause)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		require.NotErrorIs(t, err, errors.ErrPermissionDenied)
		assert.Equal(t, cause.(*errors.Sentinel).Code(), errors.Code(err))
	}
	input := fmt.Errorf("start: %w", &errors.InputError{Field: "project"})
	require.ErrorIs(t, input, errors.ErrInvalidInput)
	require.NotErrorIs(t, input, errors.ErrPermissionDenied)
	assert.Equal(t, "invalid_input", errors.Code(input))
}
