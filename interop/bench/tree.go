package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// tree watches all processes with a variable in their environment: a program and its
// descendants, including detached ones.
type tree struct {
	marker []byte
	// Of each process: the peak of its memory in bytes, its CPU time.
	peak map[int]int64
	cpu  map[int]time.Duration
	// foreign are processes that lack the variable, and since when: what was
	// started just now may have its parent's environment still. The zero time is
	// for those that were there before.
	foreign map[int]time.Time
	stop    chan struct{}
	done    chan struct{}
}

const (
	// sampling is how often the processes are looked at. Peaks are kept by the
	// system; looking oftener would take from the cores that are measured.
	sampling = 10 * time.Millisecond
	// settled is how long after its start a process has its own environment.
	settled = 300 * time.Millisecond
	// tick is the unit of /proc/PID/stat on Linux.
	tick = 10 * time.Millisecond
)

func watch(variable string) *tree {
	t := &tree{
		marker: []byte(variable), peak: map[int]int64{}, cpu: map[int]time.Duration{}, foreign: map[int]time.Time{},
		stop: make(chan struct{}), done: make(chan struct{}),
	}
	for _, pid := range processes() {
		t.foreign[pid] = time.Time{}
	}
	go t.loop()
	return t
}

// end waits at most a second until all processes are gone, and stops.
func (t *tree) end() {
	close(t.stop)
	<-t.done
}

func (t *tree) loop() {
	defer close(t.done)
	ticker := time.NewTicker(sampling)
	defer ticker.Stop()
	var deadline time.Time
	for {
		alive := t.sample()
		select {
		case <-t.stop:
			if deadline.IsZero() {
				deadline = time.Now().Add(time.Second)
			}
			if alive == 0 || time.Now().After(deadline) {
				return
			}
			time.Sleep(sampling)
		case <-ticker.C:
		}
	}
}

// sample reads all processes and returns how many belong to the tree.
func (t *tree) sample() int {
	alive := 0
	for _, pid := range processes() {
		dir := "/proc/" + strconv.Itoa(pid)
		if _, known := t.peak[pid]; !known {
			since, foreign := t.foreign[pid]
			if foreign && time.Since(since) > settled {
				continue
			}
			environ, err := os.ReadFile(filepath.Join(dir, "environ"))
			if err != nil || len(environ) == 0 {
				continue // gone, or not yet executed
			}
			if !bytes.Contains(environ, t.marker) {
				if !foreign {
					t.foreign[pid] = time.Now()
				}
				continue
			}
		}
		if t.look(pid, dir) {
			alive++
		}
	}
	return alive
}

// processes returns all processes except this one.
func processes() []int {
	proc, err := os.Open("/proc")
	if err != nil {
		return nil
	}
	defer proc.Close()
	names, _ := proc.Readdirnames(-1)
	var pids []int
	for _, name := range names {
		if pid, err := strconv.Atoi(name); err == nil && pid != os.Getpid() {
			pids = append(pids, pid)
		}
	}
	return pids
}

func (t *tree) look(pid int, dir string) bool {
	stat, err := os.ReadFile(filepath.Join(dir, "stat"))
	if err != nil {
		return false
	}
	_, rest, ok := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	if !ok || len(fields) < 13 || fields[0] == "Z" {
		return false
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	t.cpu[pid] = time.Duration(user+system) * tick
	status, err := os.ReadFile(filepath.Join(dir, "status"))
	if err != nil {
		return false
	}
	_, peak, ok := strings.Cut(string(status), "VmHWM:")
	if ok {
		kilobytes, _ := strconv.ParseInt(strings.Fields(peak)[0], 10, 64)
		t.peak[pid] = max(t.peak[pid], kilobytes<<10)
	} else if _, known := t.peak[pid]; !known {
		t.peak[pid] = 0
	}
	return true
}

// memory returns the sum of the peaks of all processes.
func (t *tree) memory() int64 {
	var sum int64
	for _, p := range t.peak {
		sum += p
	}
	return sum
}

// time returns the CPU time of all processes.
func (t *tree) time() time.Duration {
	var sum time.Duration
	for _, c := range t.cpu {
		sum += c
	}
	return sum
}
