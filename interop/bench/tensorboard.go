package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"path/filepath"

	"github.com/wandgo/wandgo/interop/official"
)

// tensorBoard is TensorBoard as it is started without options, so that it keeps a sample of
// 1000 points of each series.
type tensorBoard struct{ python *official.SDK }

func (tensorBoard) name() string { return "TensorBoard" }

func (tensorBoard) write(_ context.Context, d dataset) error {
	for n := range d.runs {
		e, err := createEvents(filepath.Join(d.path("events"), runName(n)))
		for range d.rows {
			if err == nil {
				err = e.row(d.metrics)
			}
		}
		if err == nil {
			err = e.close()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (tensorBoard) grow(_ context.Context, d dataset) (add, end func() error, err error) {
	e, err := createEvents(filepath.Join(d.path("events"), runName(0)))
	if err != nil {
		return nil, nil, err
	}
	add = func() error {
		if err := e.row(d.metrics); err != nil {
			return err
		}
		return e.out.Flush()
	}
	return add, e.close, add()
}

func (t tensorBoard) open(ctx context.Context, d dataset, state string) (view, error) {
	port, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	marker := mark()
	cmd := t.python.Command(ctx, state, "-m", "tensorboard.main", "--logdir", d.path("events"), "--port", port)
	cmd.Env = append(cmd.Env, marker)
	p, err := begin(cmd, marker)
	if err != nil {
		return nil, err
	}
	return &tensorBoardView{process: p, url: "http://127.0.0.1:" + port, metrics: d.metrics}, nil
}

type tensorBoardView struct {
	*process
	url     string
	metrics int
}

func (v *tensorBoardView) listed(ctx context.Context) (int, error) {
	text, err := v.get(ctx, v.url+"/data/runs", nil)
	if err != nil {
		return 0, err
	}
	var runs []string
	err = json.Unmarshal(text, &runs)
	return len(runs), err
}

// series asks for one chart after the other. An answer is a list of [wall time, step, value].
func (v *tensorBoardView) series(ctx context.Context) ([]byte, error) {
	all := []byte{'['}
	for m := range v.metrics {
		query := url.Values{"run": {runName(0)}, "tag": {fmt.Sprintf("train/m%d", m)}}
		text, err := v.get(ctx, v.url+"/data/plugin/scalars/scalars?"+query.Encode(), nil)
		if err != nil {
			return nil, err
		}
		if m > 0 {
			all = append(all, ',')
		}
		all = append(all, text...)
	}
	return append(all, ']'), nil
}

func (*tensorBoardView) covered(series []byte) (int, error) {
	var charts [][][3]float64
	if err := json.Unmarshal(series, &charts); err != nil {
		return 0, err
	}
	least := 0
	for i, points := range charts {
		if len(points) == 0 {
			return 0, nil
		}
		if n := int(points[len(points)-1][1]) + 1; i == 0 || n < least {
			least = n
		}
	}
	return least, nil
}

func (*tensorBoardView) zoom(context.Context) error { return errNone }
