package wandbtest

import (
	"fmt"
	"slices"

	"github.com/wandgo/wandgo/internal/fakeserver/store"
)

// referee records where the posts of one writer of a run violate the protocol. It checks
// each post before it is stored, for what cannot be seen in the stored run later.
type referee struct {
	violations
	// ended says that the final post has arrived, after this many upserts of the run.
	ended   bool
	upserts int
	// starts are the numbers of the first rows of processes that continued the run after another
	// had ended it.
	starts []int
}

// violations are what a client did wrong. No more than maxViolations are recorded.
type violations []string

const maxViolations = 100

func (v *violations) note(format string, args ...any) {
	if len(*v) < maxViolations {
		*v = append(*v, fmt.Sprintf(format, args...))
	}
}

// judge checks a post. upserts is how many upserts the run had, and files has the lines that the
// writer sent before. It returns how many rows are new, and whether the post repeats an earlier
// one, for example because its response was lost.
func (f *referee) judge(post streamPost, files func(string) *store.Lines, upserts int) (rows int, repeated bool) {
	sent, fresh := 0, 0
	for _, c := range post.files {
		if c.name != historyFile && c.name != eventsFile {
			continue // the summary is always line 0, and the console may go back
		}
		n := f.compare(c, files(c.name))
		sent, fresh = sent+len(c.content), fresh+n
		if c.name == historyFile {
			rows += n
		}
	}
	repeated = sent > 0 && fresh == 0
	if f.ended {
		again := post.complete && fresh == 0
		switch {
		case upserts != f.upserts: // another process, which resumes the run
			f.ended = false
			f.starts = append(f.starts, files(historyFile).Count())
		case again:
			repeated = true
		default:
			f.note("a post after the final one")
		}
	}
	if post.complete {
		f.ended, f.upserts = true, upserts
	}
	return rows, repeated
}

// compare compares consecutive lines with the stored ones, and returns how many are new.
func (f *referee) compare(c streamChunk, have *store.Lines) (fresh int) {
	if end := have.Count(); c.offset > end {
		f.note("%s: lines start at %d; want %d", c.name, c.offset, end)
	}
	told := false
	for i, text := range c.content {
		before, ok := have.At(c.offset + i)
		switch {
		case !ok:
			fresh++
		case before != text && !told:
			f.note("%s: line %d was sent again with other content", c.name, c.offset+i)
			told = true
		}
	}
	return fresh
}

// complete checks the writer's lines when it ends the run.
func (f *referee) complete(files func(string) *store.Lines) {
	for _, name := range []string{historyFile, eventsFile} {
		if n := files(name).Missing(); n > 0 {
			f.note("%s: %d lines are missing at the final post", name, n)
		}
	}
}

// uploaded checks a file that reaches the object store.
func (f *referee) uploaded(name string, upserts int) {
	if f.ended && upserts == f.upserts {
		f.note("file %q was uploaded after the final post", name)
	}
}

// rewound reports that only the first n rows are left.
func (f *referee) rewound(n int) {
	f.starts = slices.DeleteFunc(f.starts, func(start int) bool { return start > n })
}

// faulted returns the notes about all writers of the run. Call with mu held.
func (r *run) faulted() []string {
	notes := slices.Clone(r.referee.violations)
	for _, w := range r.writers {
		for _, n := range w.referee.violations {
			notes = append(notes, "writer "+w.id+": "+n)
		}
	}
	return notes
}
