package main

import (
	"cmp"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/history"
	"github.com/wandgo/wandgo/internal/tfevents"
	"github.com/wandgo/wandgo/media"
)

// globalStep is the metric of TensorBoard's step, as the official client names it.
const globalStep = "global_step"

// rowWriter logs rows of event files to a run.
type rowWriter struct {
	run     *client.Run
	started time.Time
	dir     string   // for the files of a row
	files   []string // of the row
	warned  map[string]bool
	result  *importedRun
}

// write logs a row. What of it cannot be logged is a warning, once for each metric.
func (w *rowWriter) write(row tfevents.Row) error {
	if row.Params != nil {
		if err := w.run.UpdateConfig(row.Params); errors.Is(err, errors.ErrInvalidInput) {
			w.warn("config", err.Error())
		} else if err != nil {
			return err
		}
	}
	if len(row.Values) == 0 {
		return nil
	}
	values := make(map[string]any, len(row.Values)+2)
	for tag, v := range row.Values {
		logged, err := w.value(tag, v)
		if err != nil {
			return err
		}
		if logged == nil {
			w.warn(tag, "key "+strconv.Quote(tag)+" left out: an image is neither PNG, JPEG, GIF nor BMP")
			continue
		}
		values[tag] = logged
	}
	values[globalStep], values["_timestamp"] = row.Step, row.Time
	if row.Time == 0 {
		values["_timestamp"] = float64(w.started.UnixMicro()) / 1e6
	}
	err := w.run.Log(values)
	if err := w.removeFiles(); err != nil {
		return err
	}
	w.result.Rows++
	omitted, ok := errors.AsType[*history.RowError](err)
	if !ok {
		return err
	}
	for _, key := range omitted.Keys {
		w.warn(key.Key, key.Error())
	}
	return nil
}

// maxWarnings is how many metrics of a run are warned about.
const maxWarnings = 20

func (w *rowWriter) warn(key, text string) {
	if !w.warned[key] && len(w.warned) < maxWarnings {
		w.warned[key] = true
		w.result.Warnings = append(w.result.Warnings, text)
	}
}

// value returns what is logged, nil for images of a format that cannot be.
func (w *rowWriter) value(tag string, v any) (any, error) {
	switch v := v.(type) {
	case tfevents.Histogram:
		return media.HistogramOf(v.Counts, v.Edges), nil
	case tfevents.Text:
		return string(v), nil
	case tfevents.Images:
		return w.images(v)
	case tfevents.PRCurve:
		return prCurve(tag, v)
	}
	return v, nil
}

// prCurve returns the chart that the official client makes of a precision-recall curve: without thresholds at which
// there is neither, and sorted so that the line looks like TensorBoard's.
func prCurve(tag string, c tfevents.PRCurve) (*media.Chart, error) {
	type point struct{ recall, precision float64 }
	var points []point
	for i, precision := range c.Precision {
		if precision != 0 || c.Recall[i] != 0 {
			points = append(points, point{c.Recall[i], precision})
		}
	}
	slices.SortStableFunc(points, func(a, b point) int {
		return cmp.Or(cmp.Compare(a.recall, b.recall), cmp.Compare(b.precision, a.precision))
	})
	table := media.NewTable("recall", "precision")
	for _, p := range points {
		if err := table.AddRow(p.recall, p.precision); err != nil {
			return nil, err
		}
	}
	return media.Vega("wandb/line/v0", table, map[string]string{"x": "recall", "y": "precision"}, map[string]string{"title": tag + " Precision v. Recall"}), nil
}

// images returns images, or videos if they are GIFs, which TensorBoard's writers use for
// those.
func (w *rowWriter) images(encoded tfevents.Images) (any, error) {
	var images []*media.ImageValue
	var videos []*media.VideoValue
	for _, data := range encoded {
		format, ok := strings.CutPrefix(http.DetectContentType(data), "image/")
		switch {
		case !ok:
			return nil, nil //nolint:nilnil // the caller reports it
		case format != "png" && format != "jpeg" && format != "gif" && format != "bmp":
			return nil, nil //nolint:nilnil // as above
		}
		name := filepath.Join(w.dir, strconv.Itoa(len(w.files))+"."+format)
		w.files = append(w.files, name)
		if err := os.WriteFile(name, data, 0o600); err != nil {
			return nil, err
		}
		if format == "gif" {
			videos = append(videos, media.VideoFile(name))
		} else {
			images = append(images, media.ImageFile(name))
		}
	}
	switch {
	case len(images) == 0:
		return videos, nil
	case len(videos) == 0:
		return images, nil
	}
	return nil, nil //nolint:nilnil // as above: no list has both
}

func (w *rowWriter) removeFiles() error {
	for _, name := range w.files {
		if err := os.Remove(name); err != nil {
			return err
		}
	}
	w.files = w.files[:0]
	return nil
}
