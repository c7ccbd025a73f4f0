package media

import "github.com/wandgo/wandgo/internal/record"

// Place is where a value is logged, and collects what it needs beside its row.
type Place struct {
	// Path is the key, and Key its last part. Step is the row's step, or [StepSummary].
	Path      []string
	Key, Step string
	Run       *Run

	// Logger logs artifacts.
	Logger Logger

	Files    []Named
	Config   []Entry
	Warnings []string
}

// Logger logs the artifacts of tables. Only package media calls it, so that a program
// without tables does not link what does it.
type Logger interface {
	// LogTable logs an artifact, whose files are in a.Dir.
	LogTable(a Artifact) error
	// Resumed returns what the summary has at a path, as JSON, if the run was resumed; else
	// nil.
	Resumed(path []string) []byte
}

// Entry is an entry of the config's own part.
type Entry struct {
	Section, Key string
	JSON         []byte
}

// Artifact is an artifact that belongs to a value. Dir has its files.
type Artifact struct {
	*record.Artifact
	Dir string
}

// StepSummary is the step of a value that is set in the summary.
const StepSummary = "summary"

// Named is a file with its name in the run.
type Named struct {
	Name string
	*File
}

// Add adds a file and returns its name in the run. The same content under the same key at
// the same step is one file.
func (p *Place) Add(kind, ext string, f *File) string {
	name := FileName(kind, p.Key, p.Step, f.SHA256[:20], ext)
	p.Files = append(p.Files, Named{name, f})
	return name
}

// Warn adds a sentence about what was omitted.
func (p *Place) Warn(text string) { p.Warnings = append(p.Warnings, text) }
