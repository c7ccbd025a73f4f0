package main

import (
	"bufio"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/wandgo/wandgo/interop/official"
)

//go:embed leet.py
var leetScript string

// leet is the official client's viewer for the terminal. It reads the logs that wandgo board
// reads.
type leet struct{ sdk, terminal *official.SDK }

func (leet) name() string                         { return "leet" }
func (leet) write(context.Context, dataset) error { return nil }

func (leet) grow(_ context.Context, d dataset) (add, end func() error, err error) {
	return growLog(d.path("logs"), d.metrics)
}

func (l leet) open(ctx context.Context, d dataset, state string) (view, error) {
	path := filepath.Join(d.path("logs"), "wandb")
	if d.runs == 1 {
		found, err := filepath.Glob(filepath.Join(path, "offline-run-*"))
		if err != nil || len(found) != 1 {
			return nil, fmt.Errorf("no run in %s: %w", path, err)
		}
		path = found[0]
	}
	marker := mark()
	cmd := l.terminal.Command(ctx, state, "-c", leetScript, marker, l.sdk.Python(), "-m", "wandb", "beta", "leet", path)
	cmd.Env = append(cmd.Env, "WANDB_ERROR_REPORTING=false")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p, err := begin(cmd, marker)
	if err != nil {
		return nil, err
	}
	answers := bufio.NewReader(stdout)
	return &leetView{process: p, requests: stdin, answers: answers, rows: d.rows, metrics: d.metrics}, nil
}

type leetView struct {
	*process
	requests      io.Writer
	answers       *bufio.Reader
	rows, metrics int
}

// series returns the lines of the screen.
func (v *leetView) series(context.Context) ([]byte, error) {
	if _, err := io.WriteString(v.requests, "screen\n"); err != nil {
		return nil, fmt.Errorf("read screen: %w", err)
	}
	text, err := v.answers.ReadBytes('\n')
	if err != nil {
		return nil, fmt.Errorf("read screen: %w", err)
	}
	var lines []string
	if err := json.Unmarshal(text, &lines); err != nil {
		return nil, fmt.Errorf("read screen: %w", err)
	}
	return []byte(strings.Join(lines, "\n")), nil
}

var (
	leetRuns = regexp.MustCompile(`Runs \[(?:[^\]]* of )?(\d+)(?: items)?\]`)
	leetAxis = regexp.MustCompile(`(?m)│ +0 .*│`)
	leetTick = regexp.MustCompile(`\b(\d+)([kM])?\b`)
)

func (v *leetView) listed(ctx context.Context) (int, error) {
	screen, err := v.series(ctx)
	if err != nil {
		return 0, err
	}
	found := leetRuns.FindSubmatch(screen)
	if found == nil {
		return 0, nil
	}
	return strconv.Atoi(string(found[1]))
}

// covered returns all rows once leet has read the end of the run, and before that the
// largest number at the axes of the charts.
func (v *leetView) covered(screen []byte) (int, error) {
	if !strings.Contains(string(screen), fmt.Sprintf("train/m%d", v.metrics-1)) {
		return 0, nil
	}
	if strings.Contains(string(screen), "State: Finished") {
		return v.rows, nil
	}
	most := 1
	for _, axis := range leetAxis.FindAll(screen, -1) {
		for _, tick := range leetTick.FindAllSubmatch(axis, -1) {
			n, err := strconv.Atoi(string(tick[1]))
			if err != nil {
				return 0, fmt.Errorf("read axis %q: %w", axis, err)
			}
			n *= map[string]int{"": 1, "k": 1e3, "M": 1e6}[string(tick[2])]
			most = max(most, n)
		}
	}
	return max(1, min(most, v.rows-1)), nil
}

// zoom turns the wheel over the first chart until its axis is another one.
func (v *leetView) zoom(ctx context.Context) error {
	before, err := v.series(ctx)
	if err != nil {
		return err
	}
	axis := string(leetAxis.Find(before))
	if _, err := io.WriteString(v.requests, "wheel 55 8\n"); err != nil {
		return err
	}
	for ctx.Err() == nil {
		screen, err := v.series(ctx)
		if err != nil {
			return err
		}
		if string(leetAxis.Find(screen)) != axis {
			return nil
		}
	}
	return ctx.Err()
}
