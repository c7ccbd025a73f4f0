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
	device    string // the major:minor of the root file system

	before cpuTime  // of the previous sample
	start  counters // at the start of the sampling
}

// cpuTime is the CPU time that the process and its children have used at a time.
type cpuTime struct {
	ticks uint64
	at    time.Time
}

// newProbe returns a probe, or nil if nothing can be measured.
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
	p := &probe{
		proc: opts.Proc, sys: opts.Sys, pid: "self", cores: runtime.NumCPU(),
		pageSize: float64(os.Getpagesize()),
	}
	p.device = p.rootDevice()
	p.start = p.count()
	return p
}

// sample adds all values that can be measured.
func (p *probe) sample(values map[string]float64, at time.Time) {
	p.sampleCPU(values, at)
	p.sampleMemory(values)
	sampleDisk(values)
	p.sampleCounters(values)
}

// counters are values that only increase.
type counters struct {
	sent, received, retransmits uint64
	network, tcp                bool   // they could be read
	disk                        string // the name of the one that is counted, "" for none
	read, written               uint64
}

func (p *probe) count() counters {
	var c counters
	p.countDisk(&c)
	p.countNetwork(&c)
	return c
}

// sampleCounters adds the increase of the counters since the sampling started. A counter
// that was reset, because an interface was removed, is unchanged.
func (p *probe) sampleCounters(values map[string]float64) {
	now := p.count()
	const mib = 1 << 20
	grown := func(now, then uint64) float64 { return float64(now - min(now, then)) }
	if now.network && p.start.network {
		values["network.sent"] = grown(now.sent, p.start.sent)
		values["network.recv"] = grown(now.received, p.start.received)
	}
	if now.tcp && p.start.tcp {
		values["network.tcpRetransmits"] = grown(now.retransmits, p.start.retransmits)
	}
	if now.disk != "" && now.disk == p.start.disk {
		values["disk."+now.disk+".in"] = grown(now.read, p.start.read) / mib
		values["disk."+now.disk+".out"] = grown(now.written, p.start.written) / mib
	}
}
