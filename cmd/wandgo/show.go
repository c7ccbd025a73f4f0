package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"image"
	_ "image/gif" // formats that are drawn
	_ "image/jpeg"
	_ "image/png"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/halfblock"
	"github.com/wandgo/wandgo/internal/jsonx"
	"github.com/wandgo/wandgo/internal/media"
	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/syncrun"
	"github.com/wandgo/wandgo/internal/term"
)

// Limits of what is drawn. Listed is everything.
const (
	maxDrawnOfList = 4        // images of a list
	maxDrawnBytes  = 32 << 20 // of a file
	maxDrawnPixels = 32 << 20
	maxDrawnLines  = 20 // of the terminal
)

// showMedia lists the media of a run. On a terminal with colors it draws the last images of
// each key.
func (a *app) showMedia(ctx context.Context, l *syncrun.Log) error {
	s := &mediaShow{out: a.printer(true)}
	if term.Colors(a.stdout, a.env.get) {
		s.draw = &halfblock.Options{
			Columns: max(min(cmp.Or(s.out.width, defaultColumns), maxColumns)-2, 1), Rows: maxDrawnLines,
			TrueColor: strings.Contains(a.env.get("COLORTERM"), "truecolor") || a.env.get("COLORTERM") == "24bit" || a.env.get("WT_SESSION") != "",
		}
	}
	// Nothing that a log names is outside of the run's directory.
	files, err := os.OpenRoot(filepath.Join(filepath.Dir(l.Path), "files"))
	if err == nil {
		s.files = files
		defer func() { _ = files.Close() }()
	}
	if s.charts, err = chartsOf(ctx, l); err != nil {
		return err
	}
	if s.draw != nil {
		s.last = make(map[string]int64)
		err := eachMedia(ctx, a, l, func(step int64, key string, _ map[string]any) { s.last[key] = step })
		if err != nil {
			return err
		}
	}
	values := 0
	err = eachMedia(ctx, a, l, func(step int64, key string, v map[string]any) {
		values++
		s.show(step, key, v)
	})
	switch {
	case err != nil:
		return err
	case values == 0:
		return noMedia(l)
	}
	return s.out.err
}

// chartsOf returns key and kind of the charts of a log by the key of their tables. A log
// may have a row before the description of its chart.
func chartsOf(ctx context.Context, l *syncrun.Log) (map[string][2]string, error) {
	var t record.Tree
	for rec, err := range records(ctx, l.Path, nil) {
		if err != nil {
			return nil, err
		}
		var items []record.Item
		switch body := rec.Body.(type) {
		case *record.Run:
			if body.Config != nil {
				items = body.Config.Update
			}
		case *record.Config:
			items = body.Update
		}
		for n := range items {
			t.Set(items[n].Path(), items[n].Value)
		}
	}
	var config struct {
		Own struct {
			Charts map[string]json.RawMessage `json:"visualize"`
		} `json:"_wandb"`
	}
	_ = json.Unmarshal(jsonx.NullNonFinite(t.AppendJSON(nil)), &config) // a damaged log has none
	charts := make(map[string][2]string)
	for key, entry := range config.Own.Charts {
		if table, text := media.ChartText(entry); table != "" {
			charts[table] = [2]string{key, text}
		}
	}
	return charts, nil
}

// eachMedia calls visit for each value of package media in the rows of a log.
func eachMedia(ctx context.Context, a *app, l *syncrun.Log, visit func(step int64, key string, v map[string]any)) error {
	for rec, err := range records(ctx, l.Path, a.reportDamage) {
		if err != nil {
			return err
		}
		row, ok := rec.Body.(*record.History)
		if !ok {
			continue
		}
		object := mediaRow(row)
		for _, key := range sortedKeys(object) {
			visitMedia(row.Step, key, object[key], visit)
		}
	}
	return nil
}

// mediaRow returns a row as one object, nil if it has no media. A log has the members of an
// object as items of their own.
func mediaRow(row *record.History) (object map[string]any) {
	var t record.Tree
	found := false
	for n := range row.Items {
		it := &row.Items[n]
		t.Set(it.Path(), it.Value)
		found = found || slices.Contains(it.NestedKey, "_type") || bytes.Contains(it.Value, []byte(`"_type"`))
	}
	if found {
		_ = json.Unmarshal(jsonx.NullNonFinite(t.AppendJSON(nil)), &object) // a damaged row has none
	}
	return object
}

// visitMedia calls visit for a value, or for those in it.
func visitMedia(step int64, key string, v any, visit func(step int64, key string, v map[string]any)) {
	switch v := v.(type) {
	case map[string]any:
		if media.Text(v) != "" {
			visit(step, key, v)
			return
		}
		for _, name := range sortedKeys(v) {
			visitMedia(step, key+"."+name, v[name], visit)
		}
	case []any:
		for i, below := range v {
			visitMedia(step, fmt.Sprintf("%s[%d]", key, i), below, visit)
		}
	}
}

// mediaShow prints values of package media.
type mediaShow struct {
	out   *printer
	files *os.Root           // nil if the run has no files
	draw  *halfblock.Options // nil for no drawings
	last  map[string]int64   // the step of the last value of each key
	// charts are key and kind of the chart that a table belongs to, by the table's key.
	charts map[string][2]string
}

// mediaFile is a file of a value.
type mediaFile struct {
	path, caption string
	size          int64
}

// filesOf returns the files that the page of a run shows for a value.
func filesOf(v map[string]any) (files []mediaFile) {
	text := func(v any) string { s, _ := v.(string); return s }
	if path := text(v["path"]); path != "" {
		size, _ := v["size"].(float64)
		return []mediaFile{{path, text(v["caption"]), int64(size)}}
	}
	captions, _ := v["captions"].([]any)
	names, _ := v["filenames"].([]any)
	for i, name := range names {
		f := mediaFile{path: text(name), size: -1}
		if v["_type"] == "object3D" {
			f.path = "media/object3D/" + f.path
		}
		if i < len(captions) {
			f.caption = text(captions[i])
		}
		files = append(files, f)
	}
	for _, list := range []string{"audio", "videos", "html"} {
		all, _ := v[list].([]any)
		for _, one := range all {
			if object, ok := one.(map[string]any); ok && object["path"] != nil {
				files = append(files, filesOf(object)...)
			}
		}
	}
	return files
}

// show prints a value: what it is, and a line with size, path and caption of each file.
func (s *mediaShow) show(step int64, key string, v map[string]any) {
	clean := func(text string) string { return plaintext.Line(text, plaintext.NoLimit) }
	text, name := media.Text(v), key
	if chart, ok := s.charts[key]; ok {
		name, text = chart[0], chart[1]+", "+text
	}
	s.out.printf("step %d  %s  %s\n", step, s.out.style.Bold(clean(name)), clean(text))
	for i, f := range filesOf(v) {
		line := "  " + clean(f.path)
		if f.size < 0 {
			f.size = s.sizeOf(f.path)
		}
		if f.size >= 0 {
			line += "  " + size(f.size)
		}
		if f.caption != "" {
			line += `  "` + clean(f.caption) + `"`
		}
		s.out.printf("%s\n", line)
		isImage := slices.Contains([]any{"image-file", "images/separated"}, v["_type"])
		if s.draw != nil && isImage && i < maxDrawnOfList && s.last[key] == step {
			s.out.printf("%s", s.drawing(f.path))
		}
	}
}

func (s *mediaShow) sizeOf(path string) int64 {
	if s.files == nil {
		return -1
	}
	info, err := s.files.Lstat(filepath.FromSlash(path))
	if err != nil {
		return -1
	}
	return info.Size()
}

// drawing returns an image as text, or why there is none.
func (s *mediaShow) drawing(path string) string {
	img, err := s.image(path)
	if err != nil {
		return "  (" + plaintext.Line(err.Error(), plaintext.NoLimit) + ")\n"
	}
	return "  " + strings.TrimSuffix(strings.ReplaceAll(halfblock.Draw(img, *s.draw), "\n", "\n  "), "  ")
}

// image decodes an image of the run, unless it is large.
func (s *mediaShow) image(path string) (image.Image, error) {
	if s.files == nil {
		return nil, errNotHere
	}
	f, err := s.files.Open(filepath.FromSlash(path))
	if err != nil {
		return nil, errNotHere
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	switch {
	case err != nil || !info.Mode().IsRegular():
		return nil, errNotHere
	case info.Size() > maxDrawnBytes:
		return nil, errTooLargeToDraw
	}
	config, _, err := image.DecodeConfig(f)
	if err == nil && config.Width > 0 && config.Height > maxDrawnPixels/config.Width {
		return nil, errTooLargeToDraw
	}
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, fmt.Errorf("not drawn: %w", err)
	}
	img, _, err := image.Decode(io.LimitReader(f, maxDrawnBytes))
	if err != nil {
		return nil, fmt.Errorf("not drawn: %w", err)
	}
	return img, nil
}

var (
	errNotHere        = errors.New("not drawn: the file is not on this disk")
	errTooLargeToDraw = errors.New("not drawn: the image is too large")
)
