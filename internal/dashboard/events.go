package dashboard

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/wandgo/wandgo/internal/runstore"
)

// grown is the event about a run that has changed.
type grown struct {
	Key          string         `json:"key"`
	Rows         int            `json:"rows"`
	Step         int64          `json:"step"`
	State        runstore.State `json:"state"`
	Read         float64        `json:"read"`
	ConsoleLines int            `json:"consoleLines"`
	Size         int64          `json:"size"`
}

// listChange is the event about the list: the keys of runs that are new or have changed, and
// of those that are gone.
type listChange struct {
	Version int64    `json:"version"`
	Changed []string `json:"changed"`
	Gone    []string `json:"gone"`
}

// events sends what changes until the browser closes the connection. A page has one such
// stream, for its list and its runs together.
func (b *Board) events(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	list, keys := q.Get("list") != "", q["run"]
	stream := &eventStream{w: w, control: http.NewResponseController(w)}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no")
	if r.Method == http.MethodHead {
		return // it has no body, so nothing would notice that the browser is gone
	}
	defer func() { _ = stream.control.SetWriteDeadline(time.Time{}) }() // for the next request of the connection
	version, changed := b.store.Changed()
	known, _ := b.keys(version)
	stream.send("hello", map[string]int64{"version": version})
	ctx := r.Context()
	beat := time.NewTicker(b.beat)
	defer beat.Stop()
	for stream.err == nil {
		select {
		case <-changed:
			var v int64
			v, changed = b.store.Changed()
			if list {
				now, later := b.keys(version)
				gone := slices.DeleteFunc(known, func(key string) bool {
					_, there := slices.BinarySearch(now, key)
					return there
				})
				stream.send("runs", listChange{v, later, gone})
				known = now
			}
			for _, key := range keys {
				if run := b.store.Run(key); run != nil && run.Version() > version {
					i := run.Info()
					stream.send("run", grown{key, i.Rows, i.Step, i.State, newRow(i).Read, i.ConsoleLines, i.Size})
				}
			}
			version = v
			select { // what happens meanwhile is one event
			case <-time.After(b.pause):
			case <-ctx.Done():
			}
		case <-beat.C:
			stream.write(": still here\n\n")
		case <-ctx.Done():
			return
		}
	}
}

// keys returns the keys of all runs, sorted, and of those that changed after a version.
func (b *Board) keys(version int64) (all, later []string) {
	all, later = []string{}, []string{}
	for _, run := range b.store.Runs() {
		all = append(all, run.Key())
		if run.Version() > version {
			later = append(later, run.Key())
		}
	}
	return all, later
}

// stalledFor is how long a browser may take to accept an event. One that accepts nothing
// would otherwise hold the stream for ever.
const stalledFor = 30 * time.Second

// eventStream writes server-sent events until an error.
type eventStream struct {
	w       http.ResponseWriter
	control *http.ResponseController
	err     error
}

func (s *eventStream) send(name string, v any) {
	text, err := json.Marshal(v)
	if err != nil {
		s.err = err
		return
	}
	s.write(fmt.Sprintf("event: %s\ndata: %s\n\n", name, text))
}

func (s *eventStream) write(text string) {
	if s.err == nil {
		_ = s.control.SetWriteDeadline(time.Now().Add(stalledFor)) // a writer without deadlines cannot stall
		_, s.err = s.w.Write([]byte(text))
	}
	if s.err == nil {
		s.err = s.control.Flush()
	}
}
