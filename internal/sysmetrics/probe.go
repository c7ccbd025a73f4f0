package sysmetrics

import (
	"io/fs"
	"os"
	"runtime"
	"time"
)

// probe measures this process and its machine.
type probe struct {
	proc, sys fs.FS
	pid       string // the process's directory in proc
	cores     int
	pageSize  float64
	disks     []string
	devices   map[string]string // by major:minor
	suffix    string

	before cpuTime  // of the sample before
	start  counters // when the sampling began
}

// cpuTime is how much CPU time the process and its children took up to a time.
type cpuTime struct {
	ticks uint64
	at    time.Time
}

// newProbe makes a probe, or returns nil where nothing can be measured.
func newProbe(opts Options) *probe {
	if opts.Proc == nil {
		opts.Proc = procFS()
	}
	if opts.Sys == nil {
		opts.Sys = sysFS()
	}
	if opts.Proc == nil || opts.Sys == nil {
		return nil
	}
	if opts.Cores <= 0 {
		opts.Cores = runtime.NumCPU()
	}
	if len(opts.Disks) == 0 {
		opts.Disks = []string{"/"}
	}
	p := &probe{
		proc: opts.Proc, sys: opts.Sys, pid: "self", cores: opts.Cores, disks: opts.Disks,
		pageSize: float64(os.Getpagesize()), suffix: suffix(opts.Label),
	}
	p.devices = p.findDevices()
	p.start = p.count()
	return p
}

// sample adds what can be measured to values.
func (p *probe) sample(values map[string]float64, at time.Time) {
	set := func(name string, value float64) { values[name+p.suffix] = value }
	p.sampleCPU(set, at)
	p.sampleMemory(set)
	p.sampleDisks(set)
	p.sampleCounters(set)
}

// counters only ever grow.
type counters struct {
	sent, received, retransmits uint64
	network, tcp                bool // they could be read
	read, written               map[string]uint64
}

// sampleCounters adds how much the counters grew since the sampling began. One
// that was reset, as of an interface that went away, counts as unchanged.
func (p *probe) sampleCounters(set func(string, float64)) {
	now := p.count()
	const mib = 1 << 20
	grown := func(now, then uint64) float64 { return float64(now - min(now, then)) }
	if now.network && p.start.network {
		set("network.sent", grown(now.sent, p.start.sent))
		set("network.recv", grown(now.received, p.start.received))
	}
	if now.tcp && p.start.tcp {
		set("network.tcpRetransmits", grown(now.retransmits, p.start.retransmits))
	}
	for device := range now.read {
		if _, ok := p.start.read[device]; ok {
			set("disk."+device+".in", grown(now.read[device], p.start.read[device])/mib)
			set("disk."+device+".out", grown(now.written[device], p.start.written[device])/mib)
		}
	}
}
