package environment

import (
	"runtime/debug"
	"slices"
	"strings"
)

// Requirements returns the text of requirements.txt, in which the official
// client lists Python's packages: the Go version and the modules that the
// program was built from, one name==version per line, sorted. Without build
// information it is empty.
func Requirements(info *debug.BuildInfo) string {
	if info == nil {
		return ""
	}
	var lines []string
	add := func(name, version string) {
		if name != "" && version != "" && version != "(devel)" {
			lines = append(lines, name+"=="+version+"\n")
		}
	}
	goVersion, _, _ := strings.Cut(info.GoVersion, " ") // experiments follow
	add("go", strings.TrimPrefix(goVersion, "go"))
	add(info.Main.Path, info.Main.Version)
	for _, module := range info.Deps {
		if module == nil {
			continue
		}
		// A module replaced by a directory has no version of its own.
		if r := module.Replace; r != nil && r.Version != "" {
			module = r
		}
		add(module.Path, module.Version)
	}
	slices.Sort(lines)
	return strings.Join(slices.Compact(lines), "")
}
