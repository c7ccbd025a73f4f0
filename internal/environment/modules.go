package environment

import (
	"runtime/debug"
	"slices"
	"strings"
)

// Requirements returns the text of requirements.txt, in which the official client lists
// Python packages. It has the Go version and the modules of the program, one name==version
// per line, sorted. It is empty without build information.
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
	goVersion, _, _ := strings.Cut(info.GoVersion, " ") // without experiments
	add("go", strings.TrimPrefix(goVersion, "go"))
	add(info.Main.Path, info.Main.Version)
	for _, module := range info.Deps {
		if module == nil {
			continue
		}
		// A module that a directory replaces has no version.
		if r := module.Replace; r != nil && r.Version != "" {
			module = r
		}
		add(module.Path, module.Version)
	}
	slices.Sort(lines)
	return strings.Join(slices.Compact(lines), "")
}
