package dashboard

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"io/fs"
	"slices"

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
	all   []mediaFile
}

type mediaFile struct {
	run  *runstore.Run
	name string
	size int64
	nth  int // how many values of its metric are later
}

// start begins with the files of another run.
func (m *mediaFiles) start(run *runstore.Run, files []runstore.File) {
	m.run, m.known = run, make(map[string]int64, len(files))
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
				m.all = append(m.all, mediaFile{m.run, name, size, nth})
				delete(m.known, name) // once is enough
			}
		}
	case map[string]any:
		for _, member := range v {
			m.find(member, nth)
		}
	case []any:
		for _, member := range v {
			m.find(member, nth)
		}
	}
}

// fit selects the files that a report has room for, the latest of each metric first.
func (m *mediaFiles) fit() (left LeftOut, kept []mediaFile) {
	slices.SortFunc(m.all, func(a, b mediaFile) int {
		return cmp.Or(cmp.Compare(a.nth, b.nth), cmp.Compare(a.run.Key(), b.run.Key()), cmp.Compare(a.name, b.name))
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
		answers["/-/runs/"+f.run.Key()+"/files/"+f.name] = encoded{base64.StdEncoding.EncodeToString(content), typeOf(f.name)}
	}
	return left, nil
}

func (f mediaFile) read() ([]byte, error) {
	r, err := f.run.OpenFile(f.name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()             // it was only read
	return io.ReadAll(io.LimitReader(r, f.size)) // it may have grown
}
