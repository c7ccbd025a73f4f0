package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// wandgoBoard is wandgo board.
type wandgoBoard struct{ program string }

// buildBoard compiles the command as for a release, and returns its size in bytes.
func buildBoard(ctx context.Context, dir string) (*wandgoBoard, int64, error) {
	b := &wandgoBoard{filepath.Join(dir, "wandgo")}
	cmd := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-trimpath", "-ldflags=-s -w", "-o", b.program, "./cmd/wandgo")
	cmd.Dir = ".." // interop is a module of its own
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if text, err := cmd.CombinedOutput(); err != nil {
		return nil, 0, fmt.Errorf("build wandgo (run this in the interop folder): %w\n%s", err, text)
	}
	info, err := os.Stat(b.program)
	if err != nil {
		return nil, 0, err
	}
	return b, info.Size(), nil
}

func (*wandgoBoard) name() string { return "wandgo" }

func (*wandgoBoard) write(_ context.Context, d dataset) error {
	return writeLogs(d.path("logs"), d.runs, d.rows, d.metrics)
}

func (*wandgoBoard) grow(_ context.Context, d dataset) (add, end func() error, err error) {
	return growLog(d.path("logs"), d.metrics)
}

func (b *wandgoBoard) open(ctx context.Context, d dataset, state string) (view, error) {
	marker := mark()
	cmd := exec.CommandContext(ctx, b.program, "board", "--no-open", d.path("logs"))
	cmd.Env = append(os.Environ(), "XDG_CACHE_HOME="+state, "HOME="+state, marker)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p, err := begin(cmd, marker)
	if err != nil {
		return nil, err
	}
	v := &boardView{process: p, metrics: d.metrics, rows: d.rows}
	lines := bufio.NewScanner(stdout)
	for v.url == "" && lines.Scan() {
		if _, link, ok := strings.Cut(lines.Text(), "Board:"); ok {
			v.url = strings.TrimSpace(link)
		}
	}
	if v.url == "" {
		p.close()
		return nil, errors.New("wandgo board printed no link")
	}
	return v, nil
}

// await waits until the index of a run is written, which a board that is stopped too early
// has none of.
func (b *wandgoBoard) await(ctx context.Context, d dataset, state string) error {
	v, err := b.open(ctx, d, state)
	if err != nil {
		return err
	}
	defer v.running().close()
	for ctx.Err() == nil && time.Since(v.running().started) < 30*time.Second {
		found, err := filepath.Glob(filepath.Join(state, "wandgo", "board", "*.index"))
		if err != nil || len(found) > 0 {
			return err
		}
		pause(ctx, 10*time.Millisecond)
	}
	return ctx.Err() // without an index if the log is short
}

// boardView is a running board.
type boardView struct {
	*process
	url, query    string
	metrics, rows int
}

func (v *boardView) list(ctx context.Context) (l struct {
	Total int
	Runs  []struct{ Key string }
}, err error,
) {
	text, err := v.get(ctx, v.url+"-/runs?limit=1", nil)
	if err == nil {
		err = json.Unmarshal(text, &l)
	}
	return l, err
}

func (v *boardView) listed(ctx context.Context) (int, error) {
	l, err := v.list(ctx)
	return l.Total, err
}

func (v *boardView) series(ctx context.Context) ([]byte, error) {
	if v.query == "" {
		l, err := v.list(ctx)
		if err != nil {
			return nil, err
		}
		if len(l.Runs) == 0 {
			return nil, errNotYet
		}
		query := []byte(v.url + "-/series?run=" + l.Runs[0].Key)
		for m := range v.metrics {
			query = fmt.Appendf(query, "&m=train/m%d", m)
		}
		v.query = string(query)
	}
	return v.get(ctx, v.query, nil)
}

// covered reads the least number of points of the series of an answer.
func (*boardView) covered(series []byte) (int, error) {
	if len(series) < 8 {
		return 0, io.ErrUnexpectedEOF
	}
	size := uint64(binary.LittleEndian.Uint32(series[4:]))
	if size > uint64(len(series)-8) {
		return 0, io.ErrUnexpectedEOF
	}
	var header struct{ Series []struct{ Total int } }
	if err := json.Unmarshal(series[8:8+size], &header); err != nil || len(header.Series) == 0 {
		return 0, err
	}
	least := header.Series[0].Total
	for _, s := range header.Series {
		least = min(least, s.Total)
	}
	return least, nil
}

func (v *boardView) zoom(ctx context.Context) error {
	_, err := v.get(ctx, v.query+fmt.Sprintf("&from=%d&to=%d", v.rows/2, v.rows/2+v.rows/100), nil)
	return err
}
