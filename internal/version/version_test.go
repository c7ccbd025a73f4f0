package version

import (
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A test binary has no version of its own, so this is the fallback;
// whatever the build, the version has no "v" and fits into a header.
func TestModule(t *testing.T) {
	t.Parallel()
	assert.Regexp(t, `^(devel|\d+\.\d+\.\d+\S*)$`, Module())
}

func TestVersion(t *testing.T) {
	t.Parallel()
	user := debug.Module{Path: "example.com/train", Version: "v9.9.9"}
	for _, test := range []struct {
		name string
		info debug.BuildInfo
		want string
	}{
		{"a dependency", debug.BuildInfo{Main: user, Deps: []*debug.Module{{Path: "a", Version: "v1.0.0"}, {Path: modulePath, Version: "v0.3.1"}}}, "0.3.1"},
		{"the command, installed", debug.BuildInfo{Main: debug.Module{Path: modulePath, Version: "v0.3.1"}}, "0.3.1"},
		{"a working copy", debug.BuildInfo{Main: debug.Module{Path: modulePath, Version: "(devel)"}}, "devel"},
		{"replaced by a folder", debug.BuildInfo{Main: user, Deps: []*debug.Module{{Path: modulePath}}}, "devel"},
		{"nothing known", debug.BuildInfo{}, "devel"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, test.want, of(&test.info))
		})
	}
}
