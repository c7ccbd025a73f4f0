package transport

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestError_Text_NamesOperationAndReason(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "no response", (&Error{}).Error())
	assert.Equal(t, "Op: x (after 3 attempts)", (&Error{Op: "Op", Attempts: 3, Err: errors.New("x")}).Error())
	assert.Equal(t, "Op: x", (&Error{Op: "Op", Attempts: 1, Err: errors.New("x")}).Error())
}
