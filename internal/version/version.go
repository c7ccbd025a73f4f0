// Package version tells which version of wandgo a program was built with.
package version

import (
	"runtime/debug"
	"strings"
	"sync"
)

const modulePath = "github.com/wandgo/wandgo"

// Module is the version that the program's go.mod selected, such as "0.3.1", or
// "devel". It is read from the build, so that no constant needs care at release.
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
