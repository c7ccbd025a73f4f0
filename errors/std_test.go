package errors_test

import (
	stderrors "errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/wandgo/wandgo/errors"
)

func TestStandardFunctions_MatchPackageErrors(t *testing.T) {
	t.Parallel()
	inner := errors.New("inner")
	outer := fmt.Errorf("outer: %w", inner)
	assert.Equal(t, inner, errors.Unwrap(outer))
	assert.NoError(t, errors.Unwrap(inner))
	assert.ErrorIs(t, errors.Join(nil, outer), inner)
	assert.NoError(t, errors.Join(nil, nil))
	assert.True(t, errors.Is(stderrors.Join(outer, errors.ErrRateLimited), inner))
}
