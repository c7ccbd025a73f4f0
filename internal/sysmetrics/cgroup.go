package sysmetrics

import (
	"io/fs"
	"path"
	"slices"
	"strings"
)

// cgroups returns the directories of the process's control group and of those around it,
// the innermost first. A limit on any of them applies. The controller names the hierarchy
// of version 1; that of version 2 is included too.
func (p *probe) cgroups(controller string) []string {
	text, ok := read(p.proc, p.pid+"/cgroup")
	if !ok {
		return nil
	}
	var dirs []string
	for line := range strings.Lines(text) {
		parts := strings.SplitN(strings.TrimSuffix(line, "\n"), ":", 3)
		if len(parts) != 3 {
			continue
		}
		switch {
		case parts[0] == "0" && parts[1] == "":
			dirs = p.ancestors(dirs, "fs/cgroup", parts[2])
			dirs = p.ancestors(dirs, "fs/cgroup/unified", parts[2])
		case slices.Contains(strings.Split(parts[1], ","), controller):
			dirs = p.ancestors(dirs, "fs/cgroup/"+controller, parts[2])
		}
	}
	return dirs
}

// ancestors appends the directories from a control group up to the root of its hierarchy.
// In a container the name can be that of the host, but only the container's own group is
// mounted, as the root.
func (p *probe) ancestors(dirs []string, root, name string) []string {
	if info, err := fs.Stat(p.sys, root); err != nil || !info.IsDir() {
		return dirs
	}
	name = path.Clean("/" + name)
	for name != "/" {
		dir := root + name
		if info, err := fs.Stat(p.sys, dir); err == nil && info.IsDir() {
			dirs = append(dirs, dir)
		}
		name = path.Dir(name)
	}
	return append(dirs, root)
}
