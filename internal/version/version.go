// Package version returns the version of wandgo that a program was built with.
package version

import (
	"runtime/debug"
	"strings"
	"sync"
)

const modulePath = "github.com/wandgo/wandgo"

const devel = "devel"

// Module returns the version in the program's go.mod, such as "0.3.1". It is "devel" for
// code from a working copy, which has no version. It comes from the build information, so
// that a release changes no constant.
func Module() string { return build().version }

// Commit returns the commit of the working copy that the program was built from, such as
// "2149adc9f1e2", or "2149adc9f1e2, modified" if it had uncommitted changes. It is "" if
// the program was not built in a working copy of wandgo, or if the commit is not known.
func Commit() string { return build().commit }

type info struct{ version, commit string }

var build = sync.OnceValue(func() info {
	b, ok := debug.ReadBuildInfo()
	if !ok {
		return info{version: devel}
	}
	return of(b)
})

// commitLength is how many digits of a commit are shown, as in a pseudo-version.
const commitLength = 12

func of(b *debug.BuildInfo) info {
	if b.Main.Path == modulePath {
		return ofMain(b)
	}
	for _, m := range b.Deps {
		if m.Path == modulePath {
			return info{version: released(m)}
		}
	}
	return info{version: devel}
}

// ofMain is for a program of this module. In a working copy, Go makes up a version such as
// v0.0.0-20261128084831-2149adc9f1e2+dirty; the version of a tag is kept.
func ofMain(b *debug.BuildInfo) info {
	settings := map[string]string{}
	for _, s := range b.Settings {
		settings[s.Key] = s.Value
	}
	commit := settings["vcs.revision"]
	if commit == "" {
		return info{version: released(&b.Main)}
	}
	commit = commit[:min(len(commit), commitLength)]
	modified := settings["vcs.modified"] == "true"
	version := released(&b.Main)
	if modified || strings.HasSuffix(version, commit) {
		version = devel
	}
	if modified {
		commit += ", modified"
	}
	return info{version: version, commit: commit}
}

// released is the version of a module, "devel" if it is a directory on the disk.
func released(m *debug.Module) string {
	if m.Replace != nil {
		m = m.Replace
	}
	if m.Version == "" || m.Version == "(devel)" {
		return devel
	}
	return strings.TrimPrefix(m.Version, "v")
}
