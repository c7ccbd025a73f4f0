package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// viewerResult holds a viewer's samples of one data set.
type viewerResult struct {
	samples []viewerSample
	slow    bool
	err     error
}

// viewerTable is a table with a column per viewer, at most 80 characters wide.
type viewerTable struct {
	text  strings.Builder
	notes []string
	names []string
}

func newViewerTable(viewers []viewer) *viewerTable {
	t := &viewerTable{}
	for _, v := range viewers {
		t.names = append(t.names, v.name())
	}
	t.line("", "aim", t.names...)
	return t
}

// line adds a line. Cells are aligned to the right.
func (t *viewerTable) line(name, aim string, cells ...string) {
	fmt.Fprintf(&t.text, "%-28s %6s", name, aim)
	for _, c := range cells {
		fmt.Fprintf(&t.text, " %10s", c)
	}
	t.text.WriteByte('\n')
}

// add adds a line with times. An aim of 0 means that there is no aim.
func (t *viewerTable) add(results []viewerResult, name, figure string, aim time.Duration) {
	text := ""
	if aim > 0 {
		text = seconds(aim.Seconds())
	}
	t.line(name, text, cells(results, figure, seconds)...)
}

// addMemory adds a line with memory. The aim is in megabytes.
func (t *viewerTable) addMemory(results []viewerResult, name, figure string, aim int64) {
	t.line(name, bytesText(aim*1e6), cells(results, figure, func(v float64) string { return bytesText(int64(v)) })...)
}

// cells are the medians of a figure.
func cells(results []viewerResult, figure string, text func(float64) string) []string {
	var list []string
	for _, r := range results {
		var figures []float64
		for _, s := range r.samples {
			if v, ok := s[figure]; ok {
				figures = append(figures, v)
			}
		}
		slices.Sort(figures)
		switch {
		case len(figures) == 0 && r.err != nil && !errors.Is(r.err, context.DeadlineExceeded):
			list = append(list, "failed")
		case len(figures) == 0 && r.err != nil:
			list = append(list, "-")
		case len(figures) == 0:
			list = append(list, "none")
		case figure == "all" && errors.Is(r.err, context.DeadlineExceeded):
			list = append(list, "> "+text(median(figures)))
		default:
			list = append(list, text(median(figures)))
		}
	}
	return list
}

// seconds is a time with two or three digits.
func seconds(v float64) string {
	switch {
	case v < 0.0995:
		return fmt.Sprintf("%.2g ms", v*1e3)
	case v < 0.9995:
		return fmt.Sprintf("%.0f ms", v*1e3)
	case v < 9.95:
		return fmt.Sprintf("%.1f s", v)
	default:
		return fmt.Sprintf("%.0f s", v)
	}
}

// grouped is a number with commas.
func grouped(n int) string {
	if n < 1000 {
		return strconv.Itoa(n)
	}
	return fmt.Sprintf("%s,%03d", grouped(n/1000), n%1000)
}

func bytesText(n int64) string {
	if n < 1e8 {
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.0f MB", float64(n)/1e6)
}

func (t *viewerTable) String() string {
	return t.text.String() + "\nnone: the viewer does not have it; -: it did not get there in time\n" + strings.Join(t.notes, "\n")
}
