package dashboard

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"io/fs"
	"sort"
	"strings"

	"github.com/wandgo/wandgo/internal/jsonx"
	"github.com/wandgo/wandgo/internal/runstore"
)

// Limits of the files in a report, in bytes.
const (
	MaxExportedFile  = 8_000_000
	MaxExportedFiles = 32_000_000
)

// LeftOut is what of the media and tables of its runs a report does not hold, because it
// would be too large.
type LeftOut struct {
	Files int   `json:"files"`
	Bytes int64 `json:"bytes"`
}

// mediaFiles are the files that the values of runs refer to.
type mediaFiles struct {
	run   *runstore.Run
	known map[string]int64 // the sizes of the run's files
	seen  map[string]bool  // files of artifacts
	all   []mediaFile
}

type mediaFile struct {
	run      *runstore.Run
	artifact string // the id of the artifact that it is in, "" if it is a file of the run
	name     string
	size     int64
	nth      int // how many values of its metric are later
}

// start begins with the files of another run.
func (m *mediaFiles) start(run *runstore.Run, files []runstore.File) {
	m.run, m.known, m.seen = run, make(map[string]int64, len(files)), map[string]bool{}
	for _, f := range files {
		m.known[f.Path] = f.Size
	}
}

// add adds the files of a metric, whose latest value is the first.
func (m *mediaFiles) add(values []runstore.Value) {
	for n, v := range values {
		m.find(v.Value, n)
	}
}

// find adds each text of a value that is the name of a file.
func (m *mediaFiles) find(v any, nth int) {
	switch v := v.(type) {
	case string:
		for _, name := range []string{v, "media/object3D/" + v} { // a list of 3D objects has bare names
			if size, ok := m.known[name]; ok {
				m.all = append(m.all, mediaFile{m.run, "", name, size, nth})
				delete(m.known, name) // once is enough
			}
		}
	case map[string]any:
		if at, ok := v["artifact_path"].(string); ok {
			m.table(at, nth)
		}
		for _, member := range v {
			m.find(member, nth)
		}
	case []any:
		for _, member := range v {
			m.find(member, nth)
		}
	}
}

// tableRows is how many rows of a table the pages show.
const tableRows = 200

// table adds a table of an artifact that has media, and the media in the rows that show.
func (m *mediaFiles) table(at string, nth int) {
	id, name, ok := strings.Cut(strings.TrimPrefix(at, "wandb-client-artifact://"), "/")
	if !ok || !m.inArtifact(id, name, nth) {
		return
	}
	f := m.all[len(m.all)-1]
	if f.size > MaxExportedFile {
		return // it is left out
	}
	text, err := f.read()
	if err != nil {
		return // the page says that it is missing
	}
	object, _ := jsonx.ParseObject(text) // empty if it is not an object
	rows, _ := object["data"].([]any)
	before := len(m.all)
	for _, row := range rows[:min(len(rows), tableRows)] {
		m.cell(id, row, nth)
	}
	if len(m.all) == before { // without media the run's file shows all of it
		m.all = m.all[:before-1]
	}
}

// cell adds the files that a cell of a table names: of media, masks and classes.
func (m *mediaFiles) cell(id string, v any, nth int) {
	switch v := v.(type) {
	case []any:
		for _, below := range v {
			m.cell(id, below, nth)
		}
	case map[string]any:
		path, _ := v["path"].(string)
		m.inArtifact(id, path, nth)
		for _, below := range v {
			m.cell(id, below, nth)
		}
	}
}

// inArtifact adds a file of an artifact, if it can be read.
func (m *mediaFiles) inArtifact(id, name string, nth int) bool {
	at := "artifacts/" + id + "/" + name
	if m.seen[at] || name == "" {
		return false
	}
	f := mediaFile{m.run, id, name, 0, nth}
	r, err := f.open()
	if err != nil {
		return false
	}
	defer func() { _ = r.Close() }() // it was only read
	if f.size, err = r.Seek(0, io.SeekEnd); err != nil {
		return false
	}
	m.seen[at] = true
	m.all = append(m.all, f)
	return true
}

// fit selects the files that a report has room for, the latest of each metric first.
func (m *mediaFiles) fit() (left LeftOut, kept []mediaFile) {
	sort.Slice(m.all, func(i, j int) bool {
		a, b := &m.all[i], &m.all[j]
		return cmp.Or(cmp.Compare(a.nth, b.nth), cmp.Compare(a.run.Key(), b.run.Key()), cmp.Compare(a.artifact, b.artifact), cmp.Compare(a.name, b.name)) < 0
	})
	room := int64(MaxExportedFiles)
	for _, f := range m.all {
		if f.size > min(room, MaxExportedFile) {
			left.Files++
			left.Bytes += f.size
			continue
		}
		room -= f.size
		kept = append(kept, f)
	}
	return left, kept
}

// export adds the files that fit to the answers.
func (m *mediaFiles) export(ctx context.Context, answers map[string]any) (LeftOut, error) {
	left, kept := m.fit()
	for _, f := range kept {
		if err := ctx.Err(); err != nil {
			return left, err
		}
		content, err := f.read()
		if errors.Is(err, fs.ErrNotExist) {
			continue // deleted meanwhile; the page says that it is missing
		}
		if err != nil {
			return left, err
		}
		at := "/files/"
		if f.artifact != "" {
			at = "/artifacts/" + f.artifact + "/"
		}
		answers["/-/runs/"+f.run.Key()+at+f.name] = encoded{base64.StdEncoding.EncodeToString(content), typeOf(f.name)}
	}
	return left, nil
}

func (f mediaFile) open() (runstore.OpenedFile, error) {
	if f.artifact != "" {
		return f.run.OpenArtifact(f.artifact, f.name)
	}
	return f.run.OpenFile(f.name)
}

func (f mediaFile) read() ([]byte, error) {
	r, err := f.open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()             // it was only read
	return io.ReadAll(io.LimitReader(r, f.size)) // it may have grown
}
