package doctor

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/wandgo/wandgo/errors"
)

func TestCheckOf_EveryCauseOfARefusal_NamesACheck(t *testing.T) {
	t.Parallel()
	// These belong to no single check.
	none := []error{errors.ErrPermissionDenied, errors.ErrStoreRefused, errors.ErrArtifactMissing, errors.ErrProtectedAlias, errors.ErrIntermediary}
	for _, cause := range errors.Sentinels() {
		if !errors.Is(cause, errors.ErrPermissionDenied) {
			continue
		}
		excepted := false
		for _, n := range none {
			excepted = excepted || errors.Code(n) == cause.Code()
		}
		assert.Equal(t, excepted, checkOf[cause] == "", "%s: which check does it fail?", cause.Code())
	}
}
