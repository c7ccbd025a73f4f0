package sysmetrics

import "strings"

// sampleMemory adds the used and free memory of the machine, or of the control group that
// limits the process, and the memory of the process.
func (p *probe) sampleMemory(values map[string]float64) {
	total, available, ok := p.memory()
	if !ok {
		return
	}
	const mib = 1 << 20
	values["memory_percent"] = 100 * (total - available) / total
	values["proc.memory.availableMB"] = available / mib
	if text, ok := read(p.proc, p.pid+"/statm"); ok {
		fields := strings.Fields(text)
		if len(fields) < 2 {
			return
		}
		if pages, ok := number(fields[1]); ok {
			rss := float64(pages) * p.pageSize
			values["proc.memory.rssMB"] = rss / mib
			values["proc.memory.percent"] = 100 * rss / total
		}
	}
}

// memory returns the total and free bytes of the machine, or of the control group with the
// least free memory.
func (p *probe) memory() (total, available float64, ok bool) {
	info, ok := read(p.proc, "meminfo")
	if !ok {
		return 0, 0, false
	}
	all, okAll := field(info, "MemTotal")
	free, okFree := field(info, "MemAvailable")
	if !okAll || !okFree || all == 0 {
		return 0, 0, false
	}
	total, available = float64(all)*1024, float64(min(free, all))*1024
	machine := total
	for _, dir := range p.cgroups("memory") {
		limit, used, ok := p.groupMemory(dir)
		if !ok || limit >= machine { // a limit above that of the machine has no effect
			continue
		}
		if left := max(0, limit-used); left < available || total == machine {
			total, available = limit, left
		}
	}
	return total, available, true
}

// groupMemory returns the limit of a control group and its usage without the file cache,
// which the kernel frees when memory is short.
func (p *probe) groupMemory(dir string) (limit, used float64, ok bool) {
	l, ok := readNumber(p.sys, dir+"/memory.max") // version 2: a number, or max
	usage, cache := "/memory.current", "inactive_file"
	if !ok {
		l, ok = readNumber(p.sys, dir+"/memory.limit_in_bytes") // version 1
		usage, cache = "/memory.usage_in_bytes", "total_inactive_file"
	}
	u, okUsage := readNumber(p.sys, dir+usage)
	if !ok || !okUsage || l == 0 {
		return 0, 0, false
	}
	if stat, ok := read(p.sys, dir+"/memory.stat"); ok {
		if inactive, ok := field(stat, cache); ok {
			u -= min(u, inactive)
		}
	}
	return float64(l), float64(u), true
}
