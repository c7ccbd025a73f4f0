package artifact_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/artifact"
	"github.com/wandgo/wandgo/errors"
)

func TestDifferenceError_DamagedFile_RemedyIsToDownloadAgain(t *testing.T) {
	t.Parallel()
	for _, err := range []error{
		&artifact.DifferenceError{Path: "acme/vision/data:v0", Dir: "d", Changed: []string{"a"}},
		&artifact.DifferenceError{Path: "acme/vision/data:v0", Dir: "d", Missing: []string{"a"}, Extra: []string{"b"}},
	} {
		require.ErrorIs(t, err, errors.ErrDigestMismatch)
		assert.Contains(t, errors.Explain(err), "Download the artifact to this directory again.")
	}
	extra := errors.Explain(&artifact.DifferenceError{Path: "acme/vision/data:v0", Dir: "d", Extra: []string{"b"}})
	assert.NotContains(t, extra, "Download")
}

func TestUnreadError_RemedyNamesTheOptions(t *testing.T) {
	t.Parallel()
	err := &artifact.UnreadError{Path: "acme/vision/data:v0"}
	require.ErrorIs(t, err, errors.ErrInvalidInput)
	assert.Contains(t, err.Error(), "acme/vision/data:v0")
	assert.Contains(t, errors.Explain(err), "DownloadOptions.OpenReference")
	assert.Contains(t, errors.Explain(err), "DownloadOptions.SkipReferences")
}
