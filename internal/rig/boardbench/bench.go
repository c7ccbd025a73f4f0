package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// bench measures one build of the program.
type bench struct {
	dir, program string
	out          io.Writer
}

func (b *bench) print(name string, value any) { fmt.Fprintf(b.out, "%-58s %v\n", name, value) }

func ms(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }

func (b *bench) build(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-trimpath", "-ldflags=-s -w", "-o", b.program, "./cmd/wandgo")
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("build wandgo: %w", err)
	}
	info, err := os.Stat(b.program)
	if err != nil {
		return err
	}
	b.print("wandgo, stripped", fmt.Sprintf("%.2f MB", float64(info.Size())/1e6))
	return nil
}

// board is a running wandgo board.
type board struct {
	cmd     *exec.Cmd
	url     string
	started time.Time
	client  *http.Client
}

// start starts a board. Times count from here.
func (b *bench) start(ctx context.Context, runs, cache string) (*board, error) {
	cmd := exec.CommandContext(ctx, b.program, "board", "--no-open", runs)
	cmd.Env = append(os.Environ(), "XDG_CACHE_HOME="+cache, "HOME="+b.dir)
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	s := &board{cmd: cmd, started: time.Now(), client: &http.Client{Transport: &http.Transport{}}}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(stdout)
	for s.url == "" && lines.Scan() {
		if _, link, ok := strings.Cut(lines.Text(), "Board:"); ok {
			s.url = strings.TrimSpace(link)
		}
	}
	if s.url == "" {
		return nil, fmt.Errorf("wandgo board printed no link: %w", cmd.Wait())
	}
	return s, nil
}

// stop stops the board and returns how much processor time it took, which says more than
// the clock if the machine is busy.
func (s *board) stop() time.Duration {
	s.client.CloseIdleConnections()
	_ = s.cmd.Process.Signal(os.Interrupt)
	_ = s.cmd.Wait() // it was told to end
	if s.cmd.ProcessState == nil {
		return 0
	}
	return s.cmd.ProcessState.UserTime() + s.cmd.ProcessState.SystemTime()
}

// memory returns the peak memory of the process, "unknown" except on Linux.
func (s *board) memory() string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return "unknown"
	}
	for line := range strings.Lines(string(text)) {
		if kb, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			n, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(kb), "kB")), 64)
			if err == nil {
				return fmt.Sprintf("%.0f MB", n/1024)
			}
		}
	}
	return "unknown"
}

func (s *board) get(ctx context.Context, path string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+path, http.NoBody)
	if err != nil {
		return nil, err
	}
	response, err := s.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s: %s", path, response.Status, text)
	}
	return text, err
}

// list is what is needed of the list of runs.
type list struct {
	Total, Reading int
	Runs           []struct{ Key string }
}

func (s *board) list(ctx context.Context, query string) (l list, err error) {
	text, err := s.get(ctx, "-/runs?"+query)
	if err != nil {
		return l, err
	}
	err = json.Unmarshal(text, &l)
	return l, err
}

// total returns how many points the series of an answer have, the least of them.
func total(text []byte) (int, error) {
	if len(text) < 8 {
		return 0, io.ErrUnexpectedEOF
	}
	size := int(binary.LittleEndian.Uint32(text[4:]))
	var header struct{ Series []struct{ Total int } }
	if err := json.Unmarshal(text[8:8+size], &header); err != nil || len(header.Series) == 0 {
		return 0, err
	}
	least := header.Series[0].Total
	for _, s := range header.Series {
		least = min(least, s.Total)
	}
	return least, nil
}

// lists measures lists of few and of many runs.
func (b *bench) lists(ctx context.Context, few, many int) error {
	for _, n := range slices.Compact([]int{few, many}) {
		if err := b.list(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

// list measures a list of n runs.
func (b *bench) list(ctx context.Context, n int) error {
	dir := filepath.Join(b.dir, fmt.Sprint("runs", n))
	if err := write(dir, n, 300, 3); err != nil {
		return err
	}
	s, err := b.start(ctx, dir, filepath.Join(b.dir, "cache"))
	if err != nil {
		return err
	}
	defer s.stop()
	listed := time.Duration(0)
	for {
		l, err := s.list(ctx, "limit=1")
		if err != nil {
			return err
		}
		if l.Total == n && listed == 0 {
			listed = time.Since(s.started)
		}
		if l.Total == n && l.Reading == 0 {
			break
		}
	}
	b.print(fmt.Sprintf("start to %d runs listed", n), ms(listed))
	b.print(fmt.Sprintf("start to %d runs read (300 rows × 3 metrics each)", n), ms(time.Since(s.started)))
	began := time.Now()
	if _, err := s.list(ctx, "limit=2000&col=config.lr&sort=config.lr&filter=seed%3E=0"); err != nil {
		return err
	}
	b.print(fmt.Sprintf("list of %d runs, filtered and sorted", n), ms(time.Since(began)))
	b.print(fmt.Sprintf("peak memory with %d runs", n), s.memory())
	return nil
}

// pause waits, or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// long measures a run of many rows, without an index and with one.
func (b *bench) long(ctx context.Context, rows, metrics int) error {
	dir, cache := filepath.Join(b.dir, fmt.Sprint("long", metrics)), filepath.Join(b.dir, "cache", strconv.Itoa(metrics))
	if err := write(dir, 1, rows, metrics); err != nil {
		return err
	}
	name := fmt.Sprintf("%d rows × %d: ", rows, metrics)
	for _, how := range []string{"cold", "warm"} {
		s, err := b.start(ctx, dir, cache)
		if err != nil {
			return err
		}
		first, query := time.Duration(0), ""
		for n := 0; n < rows; {
			if query == "" {
				l, err := s.list(ctx, "limit=1")
				if err != nil {
					return err
				}
				if len(l.Runs) == 0 {
					continue
				}
				query = seriesQuery(l.Runs[0].Key, metrics)
			}
			text, err := s.get(ctx, query)
			if err != nil {
				return err
			}
			if n, err = total(text); err != nil {
				return err
			}
			if n > 0 && first == 0 {
				first = time.Since(s.started)
			}
			if n < rows { // not more often than a page would ask
				pause(ctx, 50*time.Millisecond)
			}
		}
		b.print(name+how+", start to first points", ms(first))
		b.print(name+how+", start to all points", ms(time.Since(s.started)))
		began := time.Now()
		if _, err := s.get(ctx, query); err != nil {
			return err
		}
		b.print(name+how+", all charts again", ms(time.Since(began)))
		began = time.Now()
		if _, err := s.get(ctx, query+fmt.Sprintf("&from=%d&to=%d", rows/2, rows/2+rows/100)); err != nil {
			return err
		}
		b.print(name+how+", zoom into a hundredth", ms(time.Since(began)))
		b.print(name+how+", peak memory", s.memory())
		b.print(name+how+", processor time of all that", ms(s.stop()))
		if how == "cold" {
			if err := b.awaitIndex(ctx, cache, dir); err != nil {
				return err
			}
		}
	}
	return nil
}

// seriesQuery asks for all metrics of a run.
func seriesQuery(key string, metrics int) string {
	query := []byte("-/series?run=" + key)
	for m := range metrics {
		query = fmt.Appendf(query, "&m=train/m%d", m)
	}
	return string(query)
}

// awaitIndex waits until the index of a run is written, which the measured board may have
// been stopped before.
func (b *bench) awaitIndex(ctx context.Context, cache, dir string) error {
	s, err := b.start(ctx, dir, cache)
	if err != nil {
		return err
	}
	defer s.stop()
	for ctx.Err() == nil {
		found, err := filepath.Glob(filepath.Join(cache, "wandgo", "board", "*.index"))
		if err != nil || len(found) > 0 {
			return err
		}
		if time.Since(s.started) > 30*time.Second {
			return nil // a short log has none
		}
		pause(ctx, 10*time.Millisecond)
	}
	return ctx.Err()
}

// live measures how long it takes from a row that is written to its event.
func (b *bench) live(ctx context.Context) error {
	dir := filepath.Join(b.dir, "live")
	w, err := create(dir, 0)
	if err != nil {
		return err
	}
	defer func() { _ = w.finish() }()
	if err := w.log.Flush(); err != nil {
		return err
	}
	s, err := b.start(ctx, dir, filepath.Join(b.dir, "cache"))
	if err != nil {
		return err
	}
	defer s.stop()
	l := list{}
	for len(l.Runs) == 0 {
		if l, err = s.list(ctx, "limit=1"); err != nil {
			return err
		}
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"-/events?run="+l.Runs[0].Key, http.NoBody)
	if err != nil {
		return err
	}
	response, err := s.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	events := bufio.NewScanner(response.Body)
	slowest := time.Duration(0)
	for n := range 5 {
		if err := w.row(1); err != nil {
			return err
		}
		began := time.Now()
		if err := w.log.Flush(); err != nil {
			return err
		}
		for events.Scan() && !strings.Contains(events.Text(), fmt.Sprintf(`"rows":%d,`, n+1)) {
			continue
		}
		slowest = max(slowest, time.Since(began))
	}
	b.print("a row on disk to its event, the slowest of 5", ms(slowest))
	return events.Err()
}
