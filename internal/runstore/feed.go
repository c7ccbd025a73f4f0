package runstore

import (
	"bytes"
	"io/fs"
	"strings"
	"time"

	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/jsonx"
	"github.com/wandgo/wandgo/internal/record"
)

// Feed is a run that is in memory, such as one of a test server. Its methods may be called
// at the same time. What they return must not change later.
type Feed interface {
	// Read returns the run as it is now. It must be cheap, because it is called often.
	Read() Fed
	// File returns the content of one of the run's files, and whether there is one.
	File(name string) ([]byte, bool)
	// Artifact returns the content of a file of an artifact, by the id that its client gave
	// to it, and whether there is one.
	Artifact(id, path string) ([]byte, bool)
}

// Fed is a run of a [Feed].
type Fed struct {
	Run record.Run
	// Config and Summary are JSON objects.
	Config, Summary []byte
	State           State
	Exit            *int32
	// History, Events and Console are the lines as a server stores them.
	History, Events, Console []string
	// Edits changes if a line was changed that was there before.
	Edits int
	Files []string
	// Changed is the time of the last change.
	Changed time.Time
	// Details returns what takes longer to read. It is called after changes; nil is none.
	Details func() Details
}

// Details are facts about a run of a [Feed].
type Details struct {
	// Metrics are the definitions of metrics.
	Metrics []record.Metric
	// Environment is nil if it is not known.
	Environment *record.Environment
	// Writer is the program that logs: "wandgo" with its version, or the version of the
	// official client. "" if it is not known.
	Writer string
}

// newFedRun returns the run of a feed.
func newFedRun(s *Store, name string, f Feed) *Run {
	r := &Run{key: keyOf(name), store: s, feed: f, state: &journal.State{LastStep: -1}}
	r.refreshFeed()
	return r
}

// refreshFeed reads what is new in a feed.
func (r *Run) refreshFeed() {
	now := r.feed.Read()
	r.mu.Lock()
	old := r.fed
	r.fed = now
	same := old.Changed.Equal(now.Changed) && len(old.History) == len(now.History) && len(old.Console) == len(now.Console) &&
		old.State == now.State && r.info.Load() != nil
	r.mu.Unlock()
	if same {
		return
	}
	if now.Edits != old.Edits || len(now.History) < len(old.History) || len(now.Events) < len(old.Events) {
		r.forget()
		old = Fed{}
	}
	b := newBuilder()
	for i, line := range now.History[len(old.History):] {
		b.line(&b.part.rows, line, int64(len(old.History)+i))
	}
	for i, line := range now.Events[len(old.Events):] {
		b.line(&b.part.events, line, int64(i))
	}
	p := b.finish()
	details := Details{}
	if now.Details != nil {
		details = now.Details()
	}
	r.mu.Lock()
	if p.rows.rows+p.events.rows > 0 {
		if n := len(r.parts); n > 0 && r.parts[n-1].rows.rows < maxFedRows {
			r.parts = append(r.parts[:n-1:n-1], joinParts(r.parts[n-1], p))
		} else {
			r.parts = append(r.parts[:n:n], p)
		}
	}
	s := &journal.State{LastStep: -1, Rows: int64(len(now.History)), Events: int64(len(now.Events))}
	run := now.Run
	s.Run = &run
	s.Metrics, s.Header = details.Metrics, &record.Header{Producer: details.Writer}
	if details.Environment != nil {
		s.Environments = []record.Environment{*details.Environment}
	}
	s.Config.Merge(nil, now.Config)
	s.Summary.Merge(nil, now.Summary)
	for _, p := range r.parts {
		if c := p.rows.column(KeyStep); c != nil && c.stat.rows > 0 {
			s.LastStep = int64(c.stat.last)
		}
	}
	if now.Exit != nil {
		s.Exit = &record.Exit{Code: *now.Exit}
	}
	r.state = s
	r.mu.Unlock()
	r.publish(true)
}

// maxFedRows is how many rows of a feed make a part.
const maxFedRows = 50_000

// line adds a row as a line of JSON, whose number is n.
func (b *builder) line(t *table, text string, n int64) {
	line := []byte(text)
	b.offset = n
	start := jsonx.SkipSpace(line, 0)
	if start < len(line) && line[start] == '{' && jsonx.Valid(line) {
		jsonx.EachMember(line, start, func(key, keyEnd, at int) int {
			end := jsonx.Skip(line, at, 0)
			if end < 0 {
				return end
			}
			name, _, _ := jsonx.Unquote(nil, line[key:keyEnd])
			if t == &b.part.rows {
				b.value(name, line[at:end])
			} else if f, ok := parseNumber(line[at:end]); ok && string(name) != KeyRuntime && string(name) != "_wandb" {
				t.set(t.at([]byte(strings.TrimPrefix(string(name), "system."))), f)
			}
			return end
		})
	}
	t.endRow() // a line that is no row counts, so that the numbers are those of the server
}

// consoleLines reads the lines of a server's console.
func consoleLines(text []string) []ConsoleLine {
	lines := make([]ConsoleLine, len(text))
	for i, s := range text {
		lines[i] = parseConsoleLine(s)
		lines[i].Number = i
	}
	return lines
}

// fedFiles lists the files of a feed.
func (r *Run) fedFiles() (files []File, more bool) {
	r.mu.Lock()
	names, changed := r.fed.Files, r.fed.Changed
	r.mu.Unlock()
	for _, name := range names[:min(len(names), MaxFiles)] {
		if content, ok := r.feed.File(name); ok {
			files = append(files, File{Path: name, Size: int64(len(content)), Changed: Seconds(changed)})
		}
	}
	return files, len(names) > MaxFiles
}

// memoryFile is a file of a feed.
type memoryFile struct {
	*bytes.Reader
	changed time.Time
}

// Close does nothing.
func (memoryFile) Close() error { return nil }

// Changed returns the time of the last change.
func (f memoryFile) Changed() time.Time { return f.changed }

// openFed opens what a feed has for a file.
func (r *Run) openFed(content []byte, ok bool) (OpenedFile, error) {
	if !ok {
		return nil, fs.ErrNotExist
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return memoryFile{bytes.NewReader(content), r.fed.Changed}, nil
}
