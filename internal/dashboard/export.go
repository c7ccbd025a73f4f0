package dashboard

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"math"
	"net/url"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/internal/runstore"
)

// exportBuckets is the detail of series in a report, and exportLines and exportValues how
// many lines of a console and values of a metric it has.
const (
	exportBuckets = 500
	exportLines   = 5000
	exportValues  = 100
	exportColumns = 200
)

// Export writes the pages of some runs as one file of HTML that needs no server and sends
// no request: the files of the pages, and the answers that they would fetch. Series have
// the detail of 500 buckets. Of the files, those of media and tables are part of it, up to
// 8 MB each and 32 MB together; it returns those that are not.
func (b *Board) Export(ctx context.Context, w io.Writer, runs []*runstore.Run) (LeftOut, error) {
	data := report{Mode: "export", Answers: map[string]any{}}
	var keys [][2]string
	var media mediaFiles
	for _, run := range runs {
		keys = append(keys, [2]string{"run", run.Key()})
		if err := b.exportRun(ctx, data.Answers, run, &media); err != nil {
			return LeftOut{}, fmt.Errorf("export %s: %w", run.Info().ID, err)
		}
	}
	left, err := media.export(ctx, data.Answers)
	if err != nil {
		return LeftOut{}, fmt.Errorf("export files: %w", err)
	}
	data.Start = "/compare?" + formPairs(keys)
	if len(runs) == 1 {
		data.Start = "/runs/" + runs[0].Key()
	}
	data.Answers["/-/runs"] = exportList(runs)
	data.Answers["/-/info"] = map[string]any{"version": b.opts.Version, "mode": "export", "dirs": []string{}, "hint": "", "leftOut": left}
	page, err := b.pages.standalone(data)
	if err != nil {
		return LeftOut{}, fmt.Errorf("export: %w", err)
	}
	_, err = w.Write(page)
	return left, err
}

// report is the data of an exported file.
type report struct {
	Mode  string `json:"mode"`
	Start string `json:"start"` // the page that it opens with
	// Answers are what the pages fetch, by URL.
	Answers map[string]any `json:"answers"`
}

// encoded is a binary answer.
type encoded struct {
	Base64 string `json:"base64"`
	Type   string `json:"type,omitempty"` // of a file
}

// exportRun adds the answers about one run.
func (b *Board) exportRun(ctx context.Context, answers map[string]any, run *runstore.Run, media *mediaFiles) error {
	d := b.describe(ctx, run)
	d.Next, d.Path, d.Dir = nil, "", "" // not of this report, and of no use elsewhere
	d.Trouble = slices.DeleteFunc(d.Trouble, func(t trouble) bool { return t.Kind == "unsent" || t.Kind == "offline" })
	for n := range d.Trouble {
		d.Trouble[n].Commands = []string{}
	}
	base := "/-/runs/" + d.Key
	answers[base] = d
	answers["/-/find?"+formPairs([][2]string{{"entity", d.Entity}, {"project", d.Project}, {"id", d.ID}})] = map[string]string{"key": d.Key}
	if err := exportSeries(ctx, answers, run); err != nil {
		return err
	}
	files, more, err := run.Files()
	if err != nil {
		return err
	}
	answers[base+"/files"] = filesAnswer(files, more)
	media.start(run, files)
	for _, m := range d.Metrics {
		if m.Kind == "number" {
			continue
		}
		values, more, err := run.Values(ctx, m.Name, math.MaxInt, exportValues)
		if err != nil {
			return err
		}
		answers[base+"/values?"+formPairs([][2]string{{"m", m.Name}, {"limit", "100"}})] = valuesAnswer(values, more)
		media.add(values)
	}
	lines, err := run.Console(ctx)
	if err != nil {
		return err
	}
	answers[base+"/console"] = consoleAnswer(lines, "", -exportLines, exportLines)
	return nil
}

// exportSeries adds the series of all metrics, as the charts ask for them.
func exportSeries(ctx context.Context, answers map[string]any, run *runstore.Run) error {
	i := run.Info()
	for _, t := range []runstore.Table{runstore.History, runstore.System} {
		metrics, axes, name := i.Metrics, i.Axes, "m"
		if t == runstore.System {
			metrics, axes, name = i.System, []string{runstore.KeyRuntime, runstore.KeyTimestamp}, "s"
		}
		for _, m := range metrics {
			if m.Numbers == 0 || slices.Contains([]string{runstore.KeyStep, runstore.KeyRuntime, runstore.KeyTimestamp}, m.Name) {
				continue
			}
			for _, x := range axes {
				got, err := reduce(ctx, run, m.Name, view{
					table: t, x: x, from: math.Inf(-1), to: math.Inf(1), buckets: exportBuckets, after: -1,
				})
				if err != nil {
					return err
				}
				text, err := encodeSeries(got)
				if err != nil {
					return err
				}
				if x == runstore.KeyStep {
					x = "" // the default
				}
				query := formPairs([][2]string{{"run", run.Key()}, {name, m.Name}, {"x", x}})
				answers["/-/series?"+query] = encoded{Base64: base64.StdEncoding.EncodeToString(text)}
			}
		}
	}
	return nil
}

// exportList is the list of runs with the values that most have.
func exportList(runs []*runstore.Run) any {
	var infos []*runstore.Info
	for _, run := range runs {
		infos = append(infos, run.Info())
	}
	columns := columnsOf(infos)
	list := runList{Total: len(infos), Matched: len(infos), Columns: columns[:min(len(columns), exportColumns)], Runs: []row{}}
	var names []string
	for _, c := range list.Columns {
		names = append(names, c.Name)
	}
	for _, i := range infos {
		r := newRow(i)
		r.Path, r.Values = "", valuesNamed(i, names)
		list.Runs = append(list.Runs, r)
	}
	return list
}

// formPairs is a query as URLSearchParams of a browser writes it, without what is empty.
func formPairs(pairs [][2]string) string {
	var parts []string
	for _, p := range pairs {
		if p[1] != "" {
			parts = append(parts, formEscape(p[0])+"="+formEscape(p[1]))
		}
	}
	return strings.Join(parts, "&")
}

// formEscape escapes a text as a browser does, which differs from [url.QueryEscape] in two
// characters.
func formEscape(s string) string {
	return strings.NewReplacer("%2A", "*", "~", "%7E").Replace(url.QueryEscape(s))
}
