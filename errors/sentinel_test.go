package errors_test

import (
	"context"
	"fmt"
	"io"
	"strings"
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
	assert.Len(t, codes, 28)
	assert.Empty(t, errors.Code(io.EOF))
	assert.Empty(t, errors.Code(nil))
}

func TestFailureSentinels_NeverMatchPermissionDenied(t *testing.T) {
	t.Parallel()
	for _, cause := range []error{
		errors.ErrRunDeleted, errors.ErrRunFinished, errors.ErrInvalidInput, errors.ErrRateLimited,
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

func TestExplain_WrappedOrJoined_FindsTexts(t *testing.T) {
	t.Parallel()
	p := refused(errors.ErrNotTeamMember, errors.Certain)
	r := &errors.RequestError{Op: "read run", Err: io.ErrUnexpectedEOF}
	assert.Empty(t, errors.Explain(nil))
	assert.Equal(t, "EOF", errors.Explain(io.EOF))
	assert.Equal(t, p.Explain(), errors.Explain(p))
	assert.Equal(t, p.Explain(), errors.Explain(fmt.Errorf("a: %w", fmt.Errorf("b: %w", p))))
	assert.Equal(t, p.Explain()+"\n\n"+r.Explain(), errors.Explain(errors.Join(p, io.EOF, fmt.Errorf("c: %w", r), p)))
	assert.Equal(t, "start: rate limited\nWait and try again.", errors.Explain(fmt.Errorf("start: %w", errors.ErrRateLimited)))
}

func TestExplain_SameCauseTwice_ExplainsItOnce(t *testing.T) {
	t.Parallel()
	of := func(op string, cause error) *errors.PermissionError {
		return refused(cause, errors.Certain, func(e *errors.PermissionError) { e.Op = op })
	}
	rows, files := of("upload run", errors.ErrViewerRole), of("upload files of run", errors.ErrViewerRole)
	headline, _, _ := strings.Cut(files.Explain(), "\n\n")
	assert.Equal(t, rows.Explain()+"\n\n"+headline, errors.Explain(errors.Join(rows, files)))
	other := of("upload files of run", errors.ErrSeatRequired)
	assert.Equal(t, rows.Explain()+"\n\n"+other.Explain(), errors.Explain(errors.Join(rows, other)))
	unknown := of("upload run", nil)
	assert.Equal(t, unknown.Explain(), errors.Explain(errors.Join(unknown, unknown)))
}

func TestConfidence_MarshalText_ReadsBack(t *testing.T) {
	t.Parallel()
	for _, c := range []errors.Confidence{errors.Undetermined, errors.Likely, errors.Certain} {
		text, err := c.MarshalText()
		require.NoError(t, err)
		back := errors.Confidence(-1)
		require.NoError(t, back.UnmarshalText(text))
		assert.Equal(t, c, back)
	}
	var c errors.Confidence
	require.Error(t, c.UnmarshalText([]byte("sure")))
	assert.Equal(t, "undetermined", errors.Confidence(7).String())
}
