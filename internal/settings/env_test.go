package settings

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/smallfile"
)

func TestReadFile_LargeFile_ReturnsErrTooLarge(t *testing.T) {
	t.Parallel()
	env := Env{ReadFile: func(string) ([]byte, error) { return make([]byte, maxFileBytes+1), nil }}
	_, err := env.readFile("x")
	require.ErrorIs(t, err, smallfile.ErrTooLarge)
}
