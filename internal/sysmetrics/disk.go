package sysmetrics

import (
	"path"
	"strings"
)

// sectorSize is the unit of diskstats, which does not depend on the disk.
const sectorSize = 512

// sampleDisks adds the usage of the file systems in percent of the space for ordinary
// users, as df does.
func (p *probe) sampleDisks(set func(string, float64)) {
	const gib = 1 << 30
	for _, path := range p.disks {
		used, available, ok := diskUsage(path)
		if !ok || used+available == 0 {
			continue
		}
		set("disk."+path+".usagePercent", 100*used/(used+available))
		set("disk."+path+".usageGB", used/gib)
	}
}

// findDevices finds the devices of the paths' file systems, as major:minor and name. A file
// system in memory or of a container has none.
func (p *probe) findDevices() map[string]string {
	mounts, ok := read(p.proc, p.pid+"/mountinfo")
	if !ok {
		return nil
	}
	wanted := make(map[string]bool)
	for _, disk := range p.disks {
		wanted[mountOf(mounts, path.Clean(disk))] = true
	}
	names := make(map[string]string)
	stats, _ := read(p.proc, "diskstats")
	for line := range strings.Lines(stats) {
		if f := strings.Fields(line); len(f) > 2 && wanted[f[0]+":"+f[1]] {
			names[f[0]+":"+f[1]] = f[2]
		}
	}
	return names
}

// mountOf returns the major:minor of the last mount that contains a path.
func mountOf(mounts, path string) (device string) {
	longest := -1
	for line := range strings.Lines(mounts) {
		f := strings.Fields(line)
		if len(f) < 5 {
			continue
		}
		point := f[4]
		inside := point == "/" || path == point || strings.HasPrefix(path, point+"/")
		if inside && len(point) >= longest {
			longest, device = len(point), f[2]
		}
	}
	return device
}

// count reads the counters of the devices and of the network.
func (p *probe) count() counters {
	c := counters{read: make(map[string]uint64), written: make(map[string]uint64)}
	if stats, ok := read(p.proc, "diskstats"); ok && len(p.devices) > 0 {
		for line := range strings.Lines(stats) {
			f := strings.Fields(line)
			if len(f) < 10 {
				continue
			}
			device, ok := p.devices[f[0]+":"+f[1]]
			in, okIn := number(f[5])
			out, okOut := number(f[9])
			if ok && okIn && okOut {
				c.read[device], c.written[device] = in*sectorSize, out*sectorSize
			}
		}
	}
	p.countNetwork(&c)
	return c
}
