package download_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/artifacts/download"
)

var paths = map[string]*download.Path{
	"data":                       {Collection: "data", Version: "latest"},
	"data:v3":                    {Collection: "data", Version: "v3"},
	"vision/data:best":           {Project: "vision", Collection: "data", Version: "best"},
	"acme/vision/data:0a1b":      {Entity: "acme", Project: "vision", Collection: "data", Version: "0a1b"},
	"wandb-registry-m/Some Name": {Project: "wandb-registry-m", Collection: "Some Name", Version: "latest"},
	"":                           nil,
	"/data":                      nil,
	"a//data":                    nil,
	"a/b/c/d":                    nil,
	"data:":                      nil,
	":v1":                        nil,
	"data:a:b":                   nil,
	"a:b/data":                   nil,
	"da\nta":                     nil,
	strings.Repeat("a", 129):     nil,
}

func TestParsePath(t *testing.T) {
	t.Parallel()
	for text, want := range paths {
		p, err := download.ParsePath(text)
		if want == nil {
			require.ErrorIs(t, err, errors.ErrInvalidInput, text)
			assert.NotContains(t, err.Error(), "\n")
			continue
		}
		require.NoError(t, err, text)
		assert.Equal(t, *want, p)
	}
}

func FuzzParsePath(f *testing.F) {
	for text := range paths {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := download.ParsePath(text)
		if err != nil {
			require.ErrorIs(t, err, errors.ErrInvalidInput)
			return
		}
		again, err := download.ParsePath(p.String())
		require.NoError(t, err)
		if p.Entity == "" || p.Project != "" {
			require.Equal(t, p, again)
		}
	})
}
