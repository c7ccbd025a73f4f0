package version

import (
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestModule_AnyBuild_FitsIntoAHeader(t *testing.T) {
	t.Parallel()
	assert.Regexp(t, `^(devel|\d+\.\d+\.\d+\S*)$`, Module())
}

func TestOf_EachBuild_HasVersionAndCommit(t *testing.T) {
	t.Parallel()
	const commit = "deadbeeff1e2deadbeefdeadbeefdeadbeefdead"
	user := debug.Module{Path: "example.com/train", Version: "v9.9.9"}
	dependency := func(m debug.Module) debug.BuildInfo {
		m.Path = modulePath
		return debug.BuildInfo{Main: user, Deps: []*debug.Module{{Path: "a", Version: "v1.0.0"}, &m}, Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: commit}}}
	}
	command := func(version string, settings ...string) debug.BuildInfo {
		b := debug.BuildInfo{Main: debug.Module{Path: modulePath, Version: version}}
		for i := 0; i < len(settings); i += 2 {
			b.Settings = append(b.Settings, debug.BuildSetting{Key: settings[i], Value: settings[i+1]})
		}
		return b
	}
	for _, test := range []struct {
		name            string
		info            debug.BuildInfo
		version, commit string
	}{
		{"a dependency", dependency(debug.Module{Version: "v0.3.1"}), "0.3.1", ""},
		{"replaced by a directory", dependency(debug.Module{Version: "v0.0.0", Replace: &debug.Module{Path: "../wandgo"}}), "devel", ""},
		{"replaced by a fork", dependency(debug.Module{Version: "v0.3.1", Replace: &debug.Module{Path: "example.com/fork", Version: "v0.3.2"}}), "0.3.2", ""},
		{"vendored without a version", dependency(debug.Module{}), "devel", ""},
		{"the command, installed", command("v0.3.1"), "0.3.1", ""},
		{"the command, installed from a branch", command("v0.0.0-20261128084831-deadbeeff1e2"), "0.0.0-20261128084831-deadbeeff1e2", ""},
		{"a working copy without stamp", command("(devel)"), "devel", ""},
		{"a working copy", command("v0.0.0-20261128084831-deadbeeff1e2", "vcs.revision", commit, "vcs.modified", "false"), "devel", "deadbeeff1e2"},
		{"a working copy with changes", command("v0.0.0-20261128084831-deadbeeff1e2+dirty", "vcs.revision", commit, "vcs.modified", "true"), "devel", "deadbeeff1e2, modified"},
		{"a working copy at a tag", command("v0.3.1", "vcs.revision", commit, "vcs.modified", "false"), "0.3.1", "deadbeeff1e2"},
		{"a working copy after a tag", command("v0.3.2-0.20261128084831-deadbeeff1e2", "vcs.revision", commit), "devel", "deadbeeff1e2"},
		{"nothing known", debug.BuildInfo{}, "devel", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, info{test.version, test.commit}, of(&test.info))
		})
	}
}
