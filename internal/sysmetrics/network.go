package sysmetrics

import (
	"slices"
	"strings"
)

// countNetwork adds the bytes that passed the interfaces of the network namespace, except
// the loopback interface, and the number of TCP retransmits.
func (p *probe) countNetwork(c *counters) {
	if text, ok := read(p.proc, p.pid+"/net/dev"); ok {
		c.network = true
		for line := range strings.Lines(text) {
			name, rest, ok := strings.Cut(line, ":")
			f := strings.Fields(rest)
			if !ok || len(f) < 9 || strings.TrimSpace(name) == "lo" {
				continue
			}
			in, _ := number(f[0]) // 0 if it is not a number
			out, _ := number(f[8])
			c.received += in
			c.sent += out
		}
	}
	if text, ok := read(p.proc, p.pid+"/net/snmp"); ok {
		c.retransmits, c.tcp = tcpRetransmits(text)
	}
}

// tcpRetransmits reads the table of TCP: a line of names and a line of numbers.
func tcpRetransmits(text string) (uint64, bool) {
	var names []string
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) == 0 || f[0] != "Tcp:" {
			continue
		}
		if names == nil {
			names = f
			continue
		}
		i := slices.Index(names, "RetransSegs")
		if i < 0 || i >= len(f) {
			return 0, false
		}
		return number(f[i])
	}
	return 0, false
}
