package media

// Place is where a value is logged, and collects what it needs beside its row.
type Place struct {
	// Key is the last part of the key. Step is the row's step, or [StepSummary].
	Key, Step string

	Files    []Named
	Labels   []Labels
	Warnings []string
}

// StepSummary is the step of a value that is set in the summary.
const StepSummary = "summary"

// Named is a file with its name in the run.
type Named struct {
	Name string
	*File
}

// Labels are class labels for the config. The web page shows them for a mask or boxes.
type Labels struct {
	// Type is mask/class_labels or bounding_box/class_labels.
	Type, Key string
	Names     map[int]string
}

// Add adds a file and returns its name in the run. The same content under the same key at
// the same step is one file.
func (p *Place) Add(kind, ext string, f *File) string {
	name := FileName(kind, p.Key, p.Step, f.SHA256[:20], ext)
	p.Files = append(p.Files, Named{name, f})
	return name
}

// Label adds class labels of the element of a value that has this name.
func (p *Place) Label(typ, name string, names map[int]string) {
	if len(names) > 0 {
		p.Labels = append(p.Labels, Labels{Type: typ, Key: p.Key + "_wandb_delimeter_" + name, Names: names})
	}
}

// Warn adds a sentence about what was left out.
func (p *Place) Warn(text string) { p.Warnings = append(p.Warnings, text) }
