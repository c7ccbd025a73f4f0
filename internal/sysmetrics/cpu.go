package sysmetrics

import (
	"io/fs"
	"strings"
	"time"
)

// ticksPerSecond is the unit of CPU times in proc, on all platforms of Linux.
const ticksPerSecond = 100

// maxProcesses bounds the processes of a tree.
const maxProcesses = 4096

// sampleCPU adds the CPU time that this process and its children used since the previous
// sample, in percent of the available time.
func (p *probe) sampleCPU(values map[string]float64, at time.Time) {
	own, ok := p.stat(p.pid)
	if !ok {
		return
	}
	values["proc.cpu.threads"] = float64(own.threads)
	now := cpuTime{ticks: p.treeTicks(own), at: at}
	before := p.before
	p.before = now
	elapsed := at.Sub(before.at).Seconds()
	if before.at.IsZero() || elapsed <= 0 {
		return
	}
	// The time of a child that exited and was not waited for is lost.
	used := float64(now.ticks-min(now.ticks, before.ticks)) / ticksPerSecond
	values["cpu"] = 100 * used / elapsed / p.cpuCapacity()
}

// processStat has the values of a process's stat file that are used.
type processStat struct {
	ticks   uint64 // CPU time, including that of the children it waited for
	threads uint64
}

// stat reads a process's stat file. The second field is the program's name in parentheses,
// which may contain any character.
func (p *probe) stat(pid string) (processStat, bool) {
	text, ok := read(p.proc, pid+"/stat")
	if !ok {
		return processStat{}, false
	}
	end := strings.LastIndexByte(text, ')')
	fields := strings.Fields(text[end+1:])
	const first = 3 // the number of fields[0] in proc(5)
	if end < 0 || len(fields) <= 20-first {
		return processStat{}, false
	}
	var s processStat
	for _, i := range []int{14, 15, 16, 17} { // utime, stime, cutime, cstime
		n, ok := number(fields[i-first])
		if !ok {
			return processStat{}, false
		}
		s.ticks += n
	}
	s.threads, ok = number(fields[20-first])
	return s, ok
}

// treeTicks adds the CPU time of all processes below this one. The time of a child that
// exits is added to that of the process that waited for it, so the sum does not decrease.
func (p *probe) treeTicks(own processStat) uint64 {
	sum := own.ticks
	queue := p.children(nil, p.pid)
	for i := 0; i < len(queue) && len(queue) < maxProcesses; i++ {
		if s, ok := p.stat(queue[i]); ok {
			sum += s.ticks
			queue = p.children(queue, queue[i])
		}
	}
	return sum
}

// children appends the processes that the threads of a process started. Kernels without
// CONFIG_PROC_CHILDREN do not list them; the tree is then the process and the children it
// waited for.
func (p *probe) children(list []string, pid string) []string {
	for _, thread := range p.threads(pid) {
		text, ok := read(p.proc, pid+"/task/"+thread+"/children")
		if ok {
			list = append(list, strings.Fields(text)...)
		}
	}
	return list
}

// threads returns the threads of a process.
func (p *probe) threads(pid string) []string {
	entries, err := fs.ReadDir(p.proc, pid+"/task")
	if err != nil {
		return nil
	}
	names := make([]string, len(entries))
	for i, entry := range entries {
		names[i] = entry.Name()
	}
	return names
}

// cpuCapacity returns the number of CPUs that the process may use: all of the machine, or
// fewer if its control group has a limit.
func (p *probe) cpuCapacity() float64 {
	capacity := float64(p.cores)
	for _, dir := range p.cgroups("cpu") {
		if quota, ok := p.cpuQuota(dir); ok {
			capacity = min(capacity, quota)
		}
	}
	return capacity
}

// cpuQuota returns the limit of one control group, in CPUs.
func (p *probe) cpuQuota(dir string) (float64, bool) {
	if text, ok := read(p.sys, dir+"/cpu.max"); ok { // version 2: quota and period, or max
		quota, period, _ := strings.Cut(text, " ")
		return ratio(quota, period)
	}
	quota, ok := read(p.sys, dir+"/cpu.cfs_quota_us") // version 1, -1 for none
	if !ok {
		return 0, false
	}
	period, _ := read(p.sys, dir+"/cpu.cfs_period_us")
	return ratio(quota, period)
}

func ratio(quota, period string) (float64, bool) {
	q, isLimit := number(quota)
	per, ok := number(period)
	if !isLimit || !ok || q == 0 || per == 0 {
		return 0, false
	}
	return float64(q) / float64(per), true
}
