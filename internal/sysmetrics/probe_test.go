package sysmetrics

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func file(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }

// stat is a line of /proc/PID/stat, captured from Linux 6.18 except for the name,
// the CPU times and the number of threads.
func stat(name string, utime, stime, cutime, cstime, threads int) *fstest.MapFile {
	return file(fmt.Sprintf("13729 (%s) R 12058 12058 17221 0 -1 4194304 102 0 0 0 %d %d %d %d 20 0 %d 0 513752 3133440 418 "+
		"18446744073709551615 93835329249280 93835329269161 140736349364960 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 0\n", name, utime, stime, cutime, cstime, threads))
}

// machine is what proc showed on a machine with Linux 6.18, shortened.
func machine() fstest.MapFS {
	return fstest.MapFS{
		"self/stat":            stat("train) R (x", 100, 20, 3, 2, 7),
		"self/statm":           file("765 447 418 5 0 123 0\n"),
		"self/task/1/children": file(""),
		"self/cgroup":          file("0::/\n"),
		"self/mountinfo": file(`22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard
28 27 0:25 / /mnt/tools ro,nosuid - tmpfs tools ro,size=4k
30 27 8:17 / /data rw - xfs /dev/sdb1 rw
`),
		"self/net/dev": file(`Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 3503286914 8059919    0    0    0     0          0         0 3503286914 8059919    0    0    0     0       0          0
  eth0: 200518863   12958    0    0    0     0          0         0  1693309   11758    0    0    0     0       0          0
  eth1:1000   8    0    0    0     0          0         0  500   5    0    0    0     0       0          0
`),
		"self/net/snmp": file(`Ip: Forwarding DefaultTTL
Ip: 1 64
Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab InSegs OutSegs RetransSegs InErrs
Tcp: 1 200 120000 -1 1120406 1119601 450 2445 149 13181865 13180655 94 0
`),
		"meminfo": file("MemTotal:       24684084 kB\nMemFree:        20935004 kB\nMemAvailable:   23833924 kB\n"),
		"diskstats": file(`   7       0 loop0 0 0 0 0 0 0 0 0 0 0 0
   8      17 sdb1 5 0 100 1 5 0 200 1 0 1 1
 254       0 vda 411285 68406 10411754 328394 141699 227398 25195080 322796 0 69440 679092
`),
	}
}

// sampleAt takes a sample and returns it without what depends on the machine
// that the test runs on.
func sampleAt(p *probe, at time.Time) map[string]float64 {
	values := make(map[string]float64)
	p.sample(values, at)
	maps.DeleteFunc(values, func(name string, _ float64) bool { return strings.Contains(name, ".usage") })
	return values
}

// newTestProbe returns a probe of a machine with 8 processors.
func newTestProbe(proc, sys fstest.MapFS) *probe {
	p := newProbe(Options{Proc: proc, Sys: sys})
	p.pageSize, p.cores = 4096, 8
	return p
}

var began = time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC)

func TestSampleOfAMachine(t *testing.T) {
	t.Parallel()
	proc := machine()
	p := newTestProbe(proc, fstest.MapFS{})
	const mib = 1 << 20
	want := map[string]float64{
		"proc.cpu.threads":        7,
		"memory_percent":          100 * (24684084.0 - 23833924) / 24684084,
		"proc.memory.availableMB": 23833924.0 / 1024,
		"proc.memory.rssMB":       447 * 4096.0 / mib,
		"proc.memory.percent":     100 * 447 * 4096 / (24684084.0 * 1024),
		"disk.vda.in":             0,
		"disk.vda.out":            0,
		"network.sent":            0,
		"network.recv":            0,
		"network.tcpRetransmits":  0,
	}
	assert.Equal(t, want, sampleAt(p, began), "the first sample has no cpu")

	proc["self/stat"] = stat("train) R (x", 150, 30, 3, 2, 9)
	proc["self/net/dev"] = file(strings.NewReplacer("200518863", "200518963", "1693309", "1693309", "  500  ", "  507  ").Replace(string(proc["self/net/dev"].Data)))
	proc["self/net/snmp"] = file(strings.Replace(string(proc["self/net/snmp"].Data), " 94 ", " 97 ", 1))
	proc["diskstats"] = file("254 0 vda 1 1 10411762 1 1 1 25197128 1 0 1 1\n")
	want["cpu"] = 100 * 0.6 / 2 / 8
	want["proc.cpu.threads"] = 9
	want["network.recv"], want["network.sent"], want["network.tcpRetransmits"] = 100, 7, 3
	want["disk.vda.in"], want["disk.vda.out"] = 8*512.0/mib, 2048*512.0/mib
	got := sampleAt(p, began.Add(2*time.Second))
	assert.InDeltaMapValues(t, want, got, 1e-12)
	assert.Len(t, got, len(want))
}

func TestCountersThatGoBackCountAsUnchanged(t *testing.T) {
	t.Parallel()
	proc := machine()
	p := newTestProbe(proc, fstest.MapFS{})
	proc["self/net/dev"] = file("lo: 1\neth0: 5 0 0 0 0 0 0 0 5\n")
	proc["diskstats"] = file("254 0 vda 1 1 1 1 1 1 1 1 0 1 1\n")
	proc["self/stat"] = stat("x", 1, 0, 0, 0, 1)
	p.before = cpuTime{ticks: 1000, at: began}
	got := sampleAt(p, began.Add(time.Second))
	for _, name := range []string{"network.sent", "network.recv", "disk.vda.in", "disk.vda.out", "cpu"} {
		assert.Contains(t, got, name)
		assert.Zero(t, got[name], name)
	}
}

func TestChildrenCount(t *testing.T) {
	t.Parallel()
	proc := machine()
	maps.Copy(proc, fstest.MapFS{
		"self/task/1/children": file("20 "),
		"self/task/9/children": file("21 22"), // 22 has ended already
		"20/stat":              stat("loader", 10, 0, 0, 0, 1),
		"20/task/20/children":  file("23"),
		"21/stat":              stat("loader", 5, 5, 0, 0, 1),
		"23/stat":              stat("grandchild", 1, 1, 0, 0, 1),
		"99/stat":              stat("somebody else", 999, 0, 0, 0, 1),
	})
	p := newTestProbe(proc, fstest.MapFS{})
	own, ok := p.stat("self")
	require.True(t, ok)
	assert.Equal(t, uint64(125+10+10+2), p.treeTicks(own))

	// A child that ended hands its time to its parent: nothing is lost or twice.
	delete(proc, "23/stat")
	proc["20/stat"] = stat("loader", 10, 0, 1, 1, 1)
	assert.Equal(t, uint64(125+10+10+2), p.treeTicks(own))

	// A circle, which no kernel makes, ends.
	proc["20/task/20/children"] = file("20")
	assert.Positive(t, p.treeTicks(own))
}

// limits are the files of control groups, in the formats of both versions.
func TestLimits(t *testing.T) {
	t.Parallel()
	const gib = 1 << 30
	whole := 24684084.0 * 1024
	for _, c := range []struct {
		name       string
		cgroup     string
		sys        map[string]string
		cpus       float64
		total, use float64
	}{
		{"none", "0::/\n", nil, 8, whole, 24684084*1024 - 23833924*1024},
		{"v2 container", "0::/\n", map[string]string{
			"fs/cgroup/cpu.max": "150000 100000\n", "fs/cgroup/memory.max": "4294967296\n",
			"fs/cgroup/memory.current": "2147483648\n", "fs/cgroup/memory.stat": "anon 5\ninactive_file 1073741824\n",
		}, 1.5, 4 * gib, gib},
		{"v2 without limits", "0::/user.slice\n", map[string]string{
			"fs/cgroup/user.slice/cpu.max": "max 100000\n", "fs/cgroup/user.slice/memory.max": "max\n",
			"fs/cgroup/user.slice/memory.current": "5\n",
		}, 8, whole, 24684084*1024 - 23833924*1024},
		{"v2 limited above", "0::/job/step/task\n", map[string]string{
			"fs/cgroup/job/cpu.max": "200000 100000\n", "fs/cgroup/job/step/cpu.max": "max 100000\n",
			"fs/cgroup/job/step/task/cpu.max": "400000 100000\n",
			"fs/cgroup/job/memory.max":        "8589934592\n", "fs/cgroup/job/memory.current": "7516192768\n",
			"fs/cgroup/job/step/memory.max": "max\n", "fs/cgroup/job/step/memory.current": "1\n",
			"fs/cgroup/job/step/task/memory.max": "4294967296\n", "fs/cgroup/job/step/task/memory.current": "1073741824\n",
		}, 2, 8 * gib, 7 * gib},
		{"v2 with the host's name", "0::/kubepods/pod1/abc\n", map[string]string{
			"fs/cgroup/cpu.max": "50000 100000\n", "fs/cgroup/memory.max": "1073741824\n", "fs/cgroup/memory.current": "536870912\n",
		}, 0.5, gib, gib / 2},
		{"v1", "4:memory:/docker/abc\n2:cpuacct,cpu:/docker/abc\n1:name=systemd:/\n0::/\n", map[string]string{
			"fs/cgroup/cpu/docker/abc/cpu.cfs_quota_us": "300000\n", "fs/cgroup/cpu/docker/abc/cpu.cfs_period_us": "100000\n",
			"fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n", "fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
			"fs/cgroup/memory/docker/abc/memory.limit_in_bytes": "4294967296\n", "fs/cgroup/memory/docker/abc/memory.usage_in_bytes": "3221225472\n",
			"fs/cgroup/memory/docker/abc/memory.stat": "inactive_file 1\ntotal_inactive_file 1073741824\n",
			"fs/cgroup/memory/memory.limit_in_bytes":  "9223372036854771712\n", "fs/cgroup/memory/memory.usage_in_bytes": "1\n",
		}, 3, 4 * gib, 2 * gib},
		{"used up", "0::/\n", map[string]string{"fs/cgroup/memory.max": "1073741824\n", "fs/cgroup/memory.current": "2147483648\n"}, 8, gib, gib},
		{"nonsense", "what\n0::/../../etc\n:::\n", map[string]string{
			"fs/cgroup/cpu.max": "x y z", "fs/cgroup/memory.max": "0", "fs/cgroup/memory.current": "1",
		}, 8, whole, 24684084*1024 - 23833924*1024},
		{"more than there is", "0::/\n", map[string]string{
			"fs/cgroup/cpu.max": "6400000 100000\n", "fs/cgroup/memory.max": "1099511627776\n", "fs/cgroup/memory.current": "1\n",
		}, 8, whole, 24684084*1024 - 23833924*1024},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			proc, sys := machine(), fstest.MapFS{}
			proc["self/cgroup"] = file(c.cgroup)
			for name, text := range c.sys {
				sys[name] = file(text)
			}
			p := newTestProbe(proc, sys)
			assert.InDelta(t, c.cpus, p.cpuCapacity(), 1e-12)
			total, available, ok := p.memory()
			require.True(t, ok)
			assert.InDelta(t, c.total, total, 0)
			assert.InDelta(t, c.use, total-available, 0)
		})
	}
}

func TestRootDevice_LastMountWins(t *testing.T) {
	t.Parallel()
	proc := machine()
	assert.Equal(t, "254:0", newTestProbe(proc, fstest.MapFS{}).device)
	proc["self/mountinfo"].Data = append(proc["self/mountinfo"].Data, "31 27 8:17 / / rw - xfs /dev/sdb1 rw\n"...)
	assert.Contains(t, sampleAt(newTestProbe(proc, fstest.MapFS{}), began), "disk.sdb1.in")
	proc["self/mountinfo"].Data = append(proc["self/mountinfo"].Data, "32 31 0:25 / / rw - tmpfs root rw\n"...)
	assert.NotContains(t, sampleAt(newTestProbe(proc, fstest.MapFS{}), began), "disk.sdb1.in", "a file system in memory has no disk")
}

// Without any one of the files the rest is still measured.
func TestMissingAndBrokenFiles(t *testing.T) {
	t.Parallel()
	for name := range machine() {
		for _, text := range []string{"", "\n", "x", ":", "1 (", "1 (x) R", "Tcp:\nTcp:\n", strings.Repeat("9", 100), "\x00\xff : a b c d e f g h i j k"} {
			proc := machine()
			proc[name] = file(text)
			p := newTestProbe(proc, fstest.MapFS{})
			_ = sampleAt(p, began)
			assert.NotEmpty(t, sampleAt(p, began.Add(time.Second)), name)
		}
		proc := machine()
		delete(proc, name)
		p := newTestProbe(proc, fstest.MapFS{})
		assert.GreaterOrEqual(t, len(sampleAt(p, began)), 4, name)
	}
	assert.Empty(t, sampleAt(newTestProbe(fstest.MapFS{}, fstest.MapFS{}), began))
}

// FuzzProbe feeds one broken file.
func FuzzProbe(f *testing.F) {
	names := slices.Sorted(maps.Keys(machine()))
	for i, name := range names {
		f.Add(uint8(i), machine()[name].Data)
	}
	f.Fuzz(func(t *testing.T, i uint8, text []byte) {
		proc := machine()
		proc[names[int(i)%len(names)]] = &fstest.MapFile{Data: text}
		p := newTestProbe(proc, fstest.MapFS{"fs/cgroup/memory.max": {Data: text}, "fs/cgroup/cpu.max": {Data: text}})
		_ = sampleAt(p, began)
		for name, value := range sampleAt(p, began.Add(time.Second)) {
			require.GreaterOrEqual(t, value, 0.0, name)
		}
	})
}

// officialKeys are what the official client 0.31.0 sent on a machine with one
// disk: recorded from a loopback server.
var officialKeys = []string{
	"cpu", "disk./.usageGB", "disk./.usagePercent", "disk.DEVICE.in", "disk.DEVICE.out", "memory_percent",
	"network.recv", "network.sent", "network.tcpRetransmits", "proc.cpu.threads", "proc.memory.availableMB",
	"proc.memory.percent", "proc.memory.rssMB",
}

func TestKeysAreThoseOfTheOfficialClient(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("there is no proc to read")
	}
	p := newProbe(Options{Proc: machine(), Sys: fstest.MapFS{}})
	values := make(map[string]float64)
	p.sample(values, began)
	p.sample(values, began.Add(time.Second))
	var keys []string
	for name := range values {
		keys = append(keys, strings.Replace(name, "disk.vda", "disk.DEVICE", 1))
	}
	assert.ElementsMatch(t, officialKeys, keys)
}

func TestThisMachine(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("there is no proc to read")
	}
	p := newProbe(Options{})
	values := make(map[string]float64)
	p.sample(values, time.Now())
	for range 30_000_000 { // some work to measure
		runtime.KeepAlive(values)
	}
	p.sample(values, time.Now())
	for _, name := range officialKeys {
		if !strings.Contains(name, "DEVICE") { // a container's file system has none
			assert.Contains(t, values, name)
		}
	}
	assert.Positive(t, values["proc.cpu.threads"])
	assert.Positive(t, values["proc.memory.rssMB"])
	assert.InDelta(t, 50, values["memory_percent"], 50)
	assert.InDelta(t, 50, values["disk./.usagePercent"], 50)
	assert.Less(t, values["cpu"], 110.0)
}

func BenchmarkSample(b *testing.B) {
	p := newProbe(Options{})
	if p == nil {
		b.Skip("there is no proc to read")
	}
	values := make(map[string]float64)
	b.ReportAllocs()
	for b.Loop() {
		p.sample(values, time.Now())
	}
}
