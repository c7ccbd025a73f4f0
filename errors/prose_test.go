package errors

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestProseOf_EveryCauseOfARefusal_IsComplete(t *testing.T) {
	t.Parallel()
	for _, s := range Sentinels() {
		if s == umbrella || !s.Is(ErrPermissionDenied) {
			continue
		}
		p, ok := proseOf(s)
		assert.True(t, ok, "proseOf has no case for %s", s.Code())
		assert.True(t, p.clause != nil && p.phrase != nil && p.about != nil && p.check != nil && p.advise != nil,
			"the prose of %s lacks a text", s.Code())
	}
}
