package errors_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
)

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
