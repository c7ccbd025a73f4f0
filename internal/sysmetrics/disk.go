package sysmetrics

import "strings"

// sectorSize is the unit of diskstats, which does not depend on the disk.
const sectorSize = 512

// sampleDisk adds the usage of the root file system in percent of the space for ordinary
// users, as df does.
func sampleDisk(values map[string]float64) {
	const gib = 1 << 30
	used, available, ok := diskUsage("/")
	if !ok || used+available == 0 {
		return
	}
	values["disk./.usagePercent"] = 100 * used / (used + available)
	values["disk./.usageGB"] = used / gib
}

// rootDevice returns the major:minor of the root file system. One in memory or of a container
// has no disk of that number.
func (p *probe) rootDevice() (device string) {
	mounts, _ := read(p.proc, p.pid+"/mountinfo")
	for line := range strings.Lines(mounts) {
		if f := strings.Fields(line); len(f) > 4 && f[4] == "/" {
			device = f[2] // the last mount is on top
		}
	}
	return device
}

// countDisk reads the counters of the disk with the root file system.
func (p *probe) countDisk(c *counters) {
	stats, _ := read(p.proc, "diskstats")
	for line := range strings.Lines(stats) {
		f := strings.Fields(line)
		if len(f) < 10 || f[0]+":"+f[1] != p.device {
			continue
		}
		in, okIn := number(f[5])
		out, okOut := number(f[9])
		if okIn && okOut {
			c.disk, c.read, c.written = f[2], in*sectorSize, out*sectorSize
		}
	}
}
