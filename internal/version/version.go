// Package version returns the version of wandgo that a program was built with.
package version

import (
	"runtime/debug"
	"strings"
	"sync"
)

const modulePath = "github.com/wandgo/wandgo"

// Module returns the version in the program's go.mod, such as "0.3.1", or "devel". It
// comes from the build information, so that a release changes no constant.
var Module = sync.OnceValue(func() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return devel
	}
	return of(info)
})

const devel = "devel"

func of(info *debug.BuildInfo) string {
	for _, m := range append([]*debug.Module{&info.Main}, info.Deps...) {
		if m.Path == modulePath && m.Version != "" && m.Version != "(devel)" {
			return strings.TrimPrefix(m.Version, "v")
		}
	}
	return devel
}
