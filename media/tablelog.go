package media

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/media"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/runid"
)

// logged is what a run has of a table.
type logged struct {
	run   *media.Run
	rows  int
	text  []byte   // what the history has, of an immutable table
	paths []string // of the increments
	next  int      // the number of the next increment
}

// preparedTable is a table whose files are written.
type preparedTable struct {
	t       *table
	from    int // the first row of an increment
	to      int // the number of rows
	file    *media.File
	dir     string
	entries []record.ArtifactEntry // of the media in cells, by path
	content record.ArtifactEntry   // the table, whose path is not known
	write   func() error           // writes content
	num     int                    // of the increment
	before  []string               // the increments before it
	cut     bool                   // the artifact has not all rows
}

// errLoggedTwice means that an incremental table was logged twice at the same time.
var errLoggedTwice = invalid("table", "was logged twice at the same time; log an incremental table from one goroutine")

// Prepare implements [media.Value].
func (t *table) Prepare(s *media.Stage) (media.Prepared, error) {
	if t.err != nil {
		return nil, t.err
	}
	t.mu.Lock()
	rows, types, before := t.rows, t.types, t.logged
	t.mu.Unlock()
	p := &preparedTable{t: t, to: len(rows)}
	if before.run == s.Run && s.Run != nil {
		switch {
		case t.mode == Incremental:
			p.from, p.num, p.before = before.rows, before.next, before.paths
		case t.mode == Immutable && before.rows != len(rows):
			return nil, invalid("table", "has %d rows, and %d when it was logged; a table that grows needs the mode Mutable or Incremental", len(rows), before.rows)
		case t.mode == Immutable:
			return relogged(before.text), nil
		}
	}
	rows = rows[p.from:]
	p.file = media.FileOf(t.appendRunFile(nil, rows[:min(len(rows), MaxTableRows)]))
	if len(rows) > MaxArtifactRows {
		rows, p.cut = rows[:MaxArtifactRows], true
	}
	if err := p.stage(s, rows, types); err != nil {
		return nil, err
	}
	return p, nil
}

// appendRunFile appends the table as a file of the run has it.
func (t *table) appendRunFile(dst []byte, rows [][]any) []byte {
	columns := make([]any, len(t.columns))
	for i, name := range t.columns {
		columns[i] = name
	}
	dst = runStyle.append(append(dst, `{"columns":`...), columns)
	dst = append(dst, `,"data":[`...)
	for i, row := range rows {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = runStyle.append(dst, row)
	}
	return append(dst, "]}"...)
}

// stage writes the files of the artifact.
func (p *preparedTable) stage(s *media.Stage, rows [][]any, types []*columnType) error {
	dir, err := s.ArtifactDir()
	if err != nil || dir == "" {
		return err
	}
	p.dir = dir
	e := &entries{dir: dir, byPath: make(map[string]record.ArtifactEntry)}
	known := make(map[cellMedia]map[string]any) // each value once
	for _, row := range rows {
		for _, cell := range row {
			if err := stageMedia(e, known, cell); err != nil {
				return err
			}
		}
	}
	p.write = func() (err error) {
		p.content, err = e.write(func(w io.Writer) error { return p.writeArtifact(w, rows, types, known) })
		return err
	}
	p.entries = e.sorted()
	return p.write()
}

// stageMedia adds the files of the values in a cell.
func stageMedia(e *entries, known map[cellMedia]map[string]any, cell any) error {
	switch c := cell.(type) {
	case cellMedia:
		if known[c] != nil {
			return nil
		}
		object, err := c.inArtifact(e)
		known[c] = object
		return err
	case []any:
		for _, below := range c {
			if err := stageMedia(e, known, below); err != nil {
				return err
			}
		}
	case map[string]any:
		for _, below := range c {
			if err := stageMedia(e, known, below); err != nil {
				return err
			}
		}
	}
	return nil
}

// inPlace returns a cell with objects in place of media.
func inPlace(known map[cellMedia]map[string]any, cell any) any {
	switch c := cell.(type) {
	case cellMedia:
		return known[c]
	case []any:
		list := make([]any, len(c))
		for i, below := range c {
			list[i] = inPlace(known, below)
		}
		return list
	case map[string]any:
		object := make(map[string]any, len(c))
		for key, below := range c {
			object[key] = inPlace(known, below)
		}
		return object
	}
	return cell
}

// writeArtifact writes the table as the artifact has it, with sorted keys.
func (p *preparedTable) writeArtifact(w io.Writer, rows [][]any, types []*columnType, known map[cellMedia]map[string]any) error {
	typeMap := make(map[string]any, len(types))
	columns := make([]any, len(types))
	for i, name := range p.t.columns {
		typeMap[name], columns[i] = types[i].json(), name
	}
	head := map[string]any{
		"_type": "table", "column_types": map[string]any{"wb_type": "typedDict", "params": map[string]any{"type_map": typeMap}},
		"columns": columns,
	}
	tail := map[string]any{"log_mode": string(p.t.mode), "ncols": int64(len(columns)), "nrows": int64(len(rows))}
	if p.t.mode == Incremental {
		tail["increment_num"], tail["previous_increments_paths"] = int64(p.num), stringList(p.before)
	}
	text := artifactStyle.append(nil, head)
	text = append(text[:len(text)-1], `, "data": [`...)
	for i, row := range rows {
		if i > 0 {
			text = append(text, artifactStyle.comma...)
		}
		if len(known) > 0 {
			row, _ = inPlace(known, row).([]any) // it is a list
		}
		text = artifactStyle.append(text, row)
		if len(text) > 32<<10 {
			if _, err := w.Write(text); err != nil {
				return err
			}
			text = text[:0]
		}
	}
	text = append(text, "], "...)
	text = append(text, artifactStyle.append(nil, tail)[1:]...)
	_, err := w.Write(text)
	return err
}

func stringList(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

// relogged is a table that the run has already.
type relogged []byte

// AppendJSON implements [media.Prepared].
func (text relogged) AppendJSON(dst []byte, _ *media.Place) ([]byte, error) {
	return append(dst, text...), nil
}

// tableJSON is a table in the history.
type tableJSON struct {
	file
	Columns   int      `json:"ncols"`
	Rows      int      `json:"nrows"`
	Mode      LogMode  `json:"log_mode"`
	Artifact  string   `json:"artifact_path,omitempty"`
	Latest    string   `json:"_latest_artifact_path,omitempty"`
	Increment *int     `json:"increment_num,omitempty"`
	Previous  []string `json:"previous_increments_paths,omitzero"`
}

// AppendJSON implements [media.Prepared].
func (p *preparedTable) AppendJSON(dst []byte, place *media.Place) ([]byte, error) {
	t := p.t
	t.mu.Lock()
	defer t.mu.Unlock()
	name, entry, typ := "run-"+place.Run.ID+"-"+place.Key, media.EntryName(place.Key, ".table.json"), "table-file"
	if t.mode == Incremental {
		if t.logged.run == place.Run && t.logged.rows != p.from {
			return dst, errLoggedTwice
		}
		if err := p.resume(place); err != nil {
			return dst, err
		}
		typ = "incremental-table-file"
		name = "run-" + place.Run.ID + "-incr-" + place.Key
		entry = media.EntryName(fmt.Sprintf("%d-%d.%s", p.num, time.Now().UnixMilli(), place.Key), ".table.json")
	}
	out := tableJSON{
		file: save(place, typ, "table", ".table.json", p.file), Columns: len(t.columns), Rows: p.to, Mode: t.mode,
	}
	if t.mode == Incremental {
		out.Increment, out.Previous = &p.num, append([]string{}, p.before...)
	}
	if p.dir != "" {
		a, err := p.artifact(media.ArtifactName(name), entry)
		if err != nil {
			return dst, err
		}
		if err := place.Logger.LogTable(a); err != nil {
			return dst, fmt.Errorf("log artifact %s: %w", a.Name, err)
		}
		out.Artifact = "wandb-client-artifact://" + a.ClientID + "/" + entry
		out.Latest = "wandb-client-artifact://" + a.SequenceClientID + ":latest/" + entry
	}
	p.warn(place)
	text, err := appendJSON(nil, out)
	if err != nil {
		return dst, err
	}
	t.logged = logged{run: place.Run, rows: p.to}
	switch t.mode {
	case Immutable:
		t.logged.text = text
	case Incremental:
		t.logged.paths, t.logged.next = append(slices.Clone(p.before), out.Artifact), p.num+1
	}
	return append(dst, text...), nil
}

// resume continues the increments that a resumed run has under the key, like the official
// client. The key is known only now, so the table is written again.
func (p *preparedTable) resume(place *media.Place) error {
	if p.t.logged.run == place.Run {
		return nil
	}
	var last struct {
		Type      string   `json:"_type"`
		Increment int      `json:"increment_num"`
		Path      string   `json:"artifact_path"`
		Previous  []string `json:"previous_increments_paths"`
	}
	_ = json.Unmarshal(place.Logger.Resumed(place.Path), &last) // what is not such a table is replaced
	if last.Type != "incremental-table-file" {
		return nil
	}
	p.num, p.before = last.Increment+1, last.Previous
	if last.Path != "" {
		p.before = append(p.before, last.Path)
	}
	if p.write == nil {
		return nil
	}
	return p.write()
}

// artifact is the artifact of the table.
func (p *preparedTable) artifact(name, entry string) (media.Artifact, error) {
	content := p.content
	content.Path = entry
	at, _ := slices.BinarySearchFunc(p.entries, entry, func(e record.ArtifactEntry, path string) int { return strings.Compare(e.Path, path) })
	all := slices.Insert(slices.Clone(p.entries), at, content)
	rec := &record.Artifact{
		Type: "run_table", Name: name, Finalize: true, Incremental: p.t.mode == Incremental,
		ClientID: runid.NewArtifact(), SequenceClientID: runid.NewArtifact(),
		DigestAlgorithm: manifest.MD5.Name(), Manifest: manifest.New("", all),
	}
	if rec.Incremental {
		rec.Type = "wandb-run-incremental-table"
	}
	var err error
	rec.Digest, err = manifest.ContentDigest(manifest.MD5, all)
	return media.Artifact{Artifact: rec, Dir: p.dir}, err
}

func (p *preparedTable) warn(place *media.Place) {
	switch rows := p.to - p.from; {
	case p.cut:
		place.Warn(fmt.Sprintf("a table has %d rows; only the first %d are stored (key %q)", rows, MaxArtifactRows, place.Key))
	case rows > MaxTableRows:
		place.Warn(fmt.Sprintf("a table has %d rows: its artifact has all, the file of the run the first %d (key %q)", rows, MaxTableRows, place.Key))
	}
}
