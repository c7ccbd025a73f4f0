package dashboard

import (
	"cmp"
	"net/http"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/wandgo/wandgo/internal/runstore"
)

// Catalog is what a server has of a project beside its runs.
type Catalog interface {
	// Artifacts returns all versions in the project.
	Artifacts(entity, project string) []Artifact
	// Sweeps returns the sweeps of the project. Their runs are found by the board.
	Sweeps(entity, project string) []Sweep
	// File returns the content of a file of an artifact, and whether there is one.
	File(id, path string) ([]byte, bool)
}

// Artifact is a version of an artifact, in the collection Name.
type Artifact struct {
	ID          string    `json:"id"`
	Name        string    `json:"name"`
	Type        string    `json:"type"`
	Version     string    `json:"version"` // "" until it is complete
	State       string    `json:"state"`
	Aliases     []string  `json:"aliases"`
	Tags        []string  `json:"tags"`
	Description string    `json:"description"`
	Metadata    string    `json:"metadata"` // JSON, or ""
	Digest      string    `json:"digest"`
	Created     time.Time `json:"-"`
	// LinkedFrom is the path of the version that a link leads to, "" for one that was logged
	// here.
	LinkedFrom string `json:"linkedFrom"`
	// By is the run that logged it, nil if none did. UsedBy are those that used it.
	By     *RunRef  `json:"by"`
	UsedBy []RunRef `json:"usedBy"`
	Files  []File   `json:"-"`
}

// File is a file of an artifact. Ref is the address of a reference, "" for a file.
type File struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	Digest string `json:"digest"`
	Ref    string `json:"ref"`
}

// RunRef names a run.
type RunRef struct {
	Entity  string `json:"entity"`
	Project string `json:"project"`
	ID      string `json:"id"`
	// Name is added by the board.
	Name string `json:"name"`
}

// Sweep is a sweep. What is not known is empty.
type Sweep struct {
	ID         string   `json:"id"`
	Name       string   `json:"name"`
	State      string   `json:"state"`
	Method     string   `json:"method"`
	Metric     string   `json:"metric"`
	Goal       string   `json:"goal"` // "minimize", "maximize" or ""
	Parameters []string `json:"parameters"`
	Config     string   `json:"config"` // as the server has it
	Best       string   `json:"best"`   // the id of the best run, "" if there is none
	BestValue  float64  `json:"-"`
	// Trials and Dir are those of a local sweep.
	Trials []Trial `json:"trials,omitempty"`
	Dir    string  `json:"dir,omitempty"`
}

// Trial is a trial of a local sweep.
type Trial struct {
	ID     string         `json:"id"` // of its run
	State  string         `json:"state"`
	Params map[string]any `json:"params"`
	Value  *float64       `json:"value"` // nil if there is none
	// Key is added by the board, "" if it does not have the run.
	Key string `json:"key"`
}

// artifactRow is an artifact in an answer.
type artifactRow struct {
	Artifact
	Created   float64 `json:"created"`
	FileCount int     `json:"fileCount"`
	Size      int64   `json:"size"`
	// Files are those of the one version that was asked for.
	Files []File `json:"files,omitempty"`
	More  bool   `json:"more,omitempty"`
}

// maxArtifactFiles is how many files of an artifact a page lists.
const maxArtifactFiles = 2000

// artifacts sends all versions of a project, or those of the artifact called name. One
// called version, by its number or by an alias, has its files.
func (b *Board) artifacts(r *http.Request) (any, error) {
	if b.opts.Catalog == nil {
		return nil, &statusError{http.StatusNotFound, "artifacts are on a server, and this board shows the runs on a disk; wandgo artifact ls lists those of a server"}
	}
	q := r.URL.Query()
	entity, project, name, version := q.Get("entity"), q.Get("project"), q.Get("name"), q.Get("version")
	rows := []artifactRow{}
	for _, a := range b.opts.Catalog.Artifacts(entity, project) {
		if name != "" && a.Name != name {
			continue
		}
		row := artifactRow{Artifact: a, Created: runstore.Seconds(a.Created), FileCount: len(a.Files)}
		row.Artifact.Files = nil
		row.Aliases, row.Tags = append([]string{}, a.Aliases...), append([]string{}, a.Tags...)
		for _, f := range a.Files {
			row.Size += f.Size
		}
		if version != "" && (a.Version == version || slices.Contains(a.Aliases, version)) {
			row.Files, row.More = a.Files[:min(len(a.Files), maxArtifactFiles)], len(a.Files) > maxArtifactFiles
		}
		if a.By != nil {
			row.By = new(b.named(*a.By))
		}
		row.UsedBy = []RunRef{}
		for _, u := range a.UsedBy {
			row.UsedBy = append(row.UsedBy, b.named(u))
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 && name != "" {
		return nil, &statusError{http.StatusNotFound, "there is no such artifact in this project"}
	}
	sort.SliceStable(rows, func(i, j int) bool {
		return cmp.Or(strings.Compare(rows[i].Name, rows[j].Name), cmp.Compare(rows[j].Created, rows[i].Created)) < 0
	})
	return map[string]any{"artifacts": rows}, nil
}

// named adds the name of a run.
func (b *Board) named(r RunRef) RunRef {
	r.Name = r.ID
	if i := b.newest(r.Entity, r.Project, r.ID); i != nil {
		r.Name = cmp.Or(i.Name, i.ID)
	}
	return r
}

// sweepRow is a sweep in an answer.
type sweepRow struct {
	Sweep
	BestValue *number `json:"bestValue"` // null if there is none
	Runs      int     `json:"runs"`
}

func newSweepRow(s Sweep, runs int) sweepRow {
	s.Parameters = append([]string{}, s.Parameters...)
	row := sweepRow{Sweep: s, Runs: runs}
	if s.Best != "" {
		row.BestValue = new(number(s.BestValue))
	}
	return row
}

// sweeps sends the sweeps of a project, or the local ones if none is named. Without a catalog
// those of a project are the ones that its runs name.
func (b *Board) sweeps(r *http.Request) (any, error) {
	q := r.URL.Query()
	entity, project := q.Get("entity"), q.Get("project")
	if entity == "" && project == "" {
		return map[string]any{"sweeps": b.localSweeps()}, nil
	}
	runs := map[string]int{}
	running := map[string]bool{}
	for _, run := range b.store.Runs() {
		if i := run.Info(); i.Sweep != "" && matches(i.Entity, entity) && matches(i.Project, project) {
			runs[i.Sweep]++
			running[i.Sweep] = running[i.Sweep] || i.State == runstore.Running
		}
	}
	rows := []sweepRow{}
	if b.opts.Catalog != nil {
		for _, s := range b.opts.Catalog.Sweeps(entity, project) {
			rows = append(rows, newSweepRow(s, runs[s.ID]))
		}
	} else {
		for id, n := range runs {
			row := newSweepRow(Sweep{ID: id, State: "FINISHED"}, n)
			if running[id] {
				row.State = "RUNNING"
			}
			rows = append(rows, row)
		}
	}
	sort.Slice(rows, func(i, j int) bool { return rows[i].ID < rows[j].ID })
	return map[string]any{"sweeps": rows}, nil
}
