package main

import (
	"bufio"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"

	"github.com/wandgo/wandgo/interop/official"
)

//go:embed trackio.py
var trackioScript string

// trackio is Hugging Face's viewer, which keeps runs in a database.
type trackio struct{ python *official.SDK }

func (trackio) name() string { return "trackio" }

// script prepares the program that writes the database.
func (t trackio) script(ctx context.Context, d dataset) (*exec.Cmd, error) {
	if err := os.MkdirAll(d.path("trackio"), 0o755); err != nil {
		return nil, err
	}
	cmd := t.python.Command(ctx, d.dir, "-c", trackioScript, strconv.Itoa(d.runs), strconv.Itoa(d.rows), strconv.Itoa(d.metrics))
	cmd.Env = append(cmd.Env, "TRACKIO_DIR="+d.path("trackio"))
	return cmd, nil
}

func (t trackio) write(ctx context.Context, d dataset) error {
	cmd, err := t.script(ctx, d)
	if err != nil {
		return err
	}
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("write trackio's database: %w\n%s", err, text)
	}
	return nil
}

func (t trackio) grow(ctx context.Context, d dataset) (add, end func() error, err error) {
	d.runs, d.rows = 1, 1
	cmd, err := t.script(ctx, d)
	if err != nil {
		return nil, nil, err
	}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, nil, err
	}
	lines := bufio.NewScanner(stdout)
	add = func() error {
		if _, err := io.WriteString(stdin, "add\n"); err != nil {
			return err
		}
		if !lines.Scan() {
			return fmt.Errorf("add a row to trackio's database: %w", io.ErrUnexpectedEOF)
		}
		return nil
	}
	end = func() error {
		if err := stdin.Close(); err != nil {
			return err
		}
		return cmd.Wait()
	}
	if !lines.Scan() {
		return nil, nil, fmt.Errorf("write trackio's database: %w", cmd.Wait())
	}
	return add, end, nil
}

func (t trackio) open(ctx context.Context, d dataset, state string) (view, error) {
	port, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	marker := mark()
	cmd := t.python.Command(ctx, state, "-m", "trackio.cli", "show", "--project", "bench")
	cmd.Env = append(cmd.Env, "TRACKIO_DIR="+d.path("trackio"), "GRADIO_SERVER_PORT="+port, "BROWSER=true", "GRADIO_ANALYTICS_ENABLED=False", marker)
	p, err := begin(cmd, marker)
	if err != nil {
		return nil, err
	}
	return &trackioView{process: p, url: "http://127.0.0.1:" + port + "/api/"}, nil
}

type trackioView struct {
	*process
	url string
}

func (v *trackioView) listed(ctx context.Context) (int, error) {
	text, err := v.get(ctx, v.url+"get_runs_for_project", []byte(`{"project":"bench"}`))
	if err != nil {
		return 0, err
	}
	var answer struct{ Data []json.RawMessage }
	err = json.Unmarshal(text, &answer)
	return len(answer.Data), err
}

// series asks as the page does, for a sample of 3000 rows.
func (v *trackioView) series(ctx context.Context) ([]byte, error) {
	return v.get(ctx, v.url+"get_logs_batch", []byte(`{"project":"bench","runs":[{"run":"run00000","run_id":"run00000"}],"scalar_only":true}`))
}

// covered returns the step after the last one of an answer.
func (*trackioView) covered(series []byte) (int, error) {
	var answer struct {
		Data []struct {
			Logs []struct {
				Step int `json:"step"`
			} `json:"logs"`
		} `json:"data"`
	}
	if err := json.Unmarshal(series, &answer); err != nil || len(answer.Data) == 0 || len(answer.Data[0].Logs) == 0 {
		return 0, err
	}
	logs := answer.Data[0].Logs
	return logs[len(logs)-1].Step + 1, nil
}

func (*trackioView) zoom(context.Context) error { return errNone }
