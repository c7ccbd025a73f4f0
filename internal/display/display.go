// Package display shows a person at a terminal what becomes of runs: the link of
// each when it starts, progress while its end is uploaded, and at last a summary.
package display

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/wandgo/wandgo/internal/history"
	"github.com/wandgo/wandgo/internal/metric"
)

// Display shows one run on a [Screen]. A nil Display is silent. It is safe for
// concurrent use.
type Display struct {
	screen *Screen
	name   string

	progress Progress // guarded by screen.mu

	mu      sync.Mutex // held for counting only: whoever logs waits for it
	trends  map[string]*trend
	keys    []string // of the row before, and the trends of those that were numbers
	recent  []*trend
	rows    int64
	freezer metric.Freezer
	inside  []uintptr // the maps around the value at hand
}

// Run makes the display of a run of this name.
func (s *Screen) Run(name string) *Display {
	if s == nil {
		return nil
	}
	return &Display{screen: s, name: clean(name), trends: make(map[string]*trend)}
}

// Start tells that the run began.
func (d *Display) Start(url string, resumed bool) {
	if d == nil {
		return
	}
	verb := "run "
	if resumed {
		verb = "resumed run "
	}
	s := d.screen
	text := s.line(verb + s.style.Bold(d.name))
	if url != "" {
		text += s.line(s.style.Cyan(url))
	}
	s.say(text)
	s.await()
}

// Offline tells that the run goes on on disk, and why; reason may be "".
func (d *Display) Offline(dir, reason string) {
	if d == nil {
		return
	}
	s := d.screen
	text := ""
	if reason != "" {
		text = s.line(s.style.Yellow(clean(reason)))
	}
	s.say(text + s.line("going on without the server; the data is kept in "+s.style.Bold(clean(dir))))
	s.await()
}

// Nowhere tells that the run goes on and is kept nowhere, and why.
func (d *Display) Nowhere(reason string) {
	if d == nil {
		return
	}
	s := d.screen
	s.say(s.line(s.style.Yellow(clean(reason))) +
		s.line("going on without the server and without a place on disk: "+s.style.Red("nothing of this run is kept")))
	s.await()
}

// Lost tells that the server stopped taking the run while it goes on, why, and where
// it is kept; dir is "" where the disk has no place either.
func (d *Display) Lost(dir, reason string) {
	if d == nil {
		return
	}
	s := d.screen
	where := "going on without the server; what it does not have is kept in " + s.style.Bold(clean(dir))
	if dir == "" {
		where = "going on without the server and without a place on disk: " + s.style.Red("what it does not have is lost")
	}
	s.say(s.line(d.label()+s.style.Yellow(clean(reason))) + s.line(d.label()+where))
}

// Stopped tells that a user stopped the run in the web UI.
func (d *Display) Stopped() {
	if d != nil {
		d.screen.say(d.screen.line(d.label() + d.screen.style.Yellow("the run was stopped in the web UI")))
	}
}

// label begins what is said while several runs may be going on.
func (d *Display) label() string { return d.screen.style.Bold(d.name) + ": " }

// Row takes the numbers of a row into the trends. The keys are in order, and mostly
// those of the row before.
func (d *Display) Row(keys []string, values []any) {
	if d == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.rows++
	if !slices.Equal(keys, d.keys) {
		d.keys = append(d.keys[:0], keys...)
		d.recent = append(d.recent[:0], make([]*trend, len(keys))...)
	}
	for i, v := range values {
		if f, ok := metric.Number(v); !ok {
			d.value(keys[i], v)
		} else if t := d.recent[i]; t != nil {
			t.add(f)
		} else {
			d.recent[i] = d.point(keys[i], f)
		}
	}
}

// object takes in what is in a map. One that is inside itself, or deeper than what
// the history has, is passed over.
func (d *Display) object(prefix string, object map[string]any) {
	p := reflect.ValueOf(object).Pointer()
	if len(d.inside) >= history.MaxDepth || slices.Contains(d.inside, p) {
		return
	}
	d.inside = append(d.inside, p)
	for key, v := range object {
		d.value(prefix+key, v)
	}
	d.inside = d.inside[:len(d.inside)-1]
}

// value takes in a value if it is a number, or has numbers in it, of whatever kind
// the summary shows.
func (d *Display) value(name string, v any) {
	if f, ok := metric.Number(v); ok {
		d.point(name, f)
		return
	}
	switch v := v.(type) {
	case nil, bool, string:
		return
	case map[string]any:
		d.object(name+".", v)
		return
	}
	if kind := reflect.TypeOf(v).Kind(); kind == reflect.Slice || kind == reflect.Array {
		return // no number, and may be long
	}
	frozen, _ := d.freezer.Freeze(v)
	if object, ok := frozen.(map[string]any); ok {
		d.object(name+".", object)
	} else if f, ok := metric.Number(frozen); ok {
		d.point(name, f)
	}
}

// maxTrends bounds how many metrics are followed at all.
const maxTrends = 200

// point takes in a value of a metric and returns its trend, nil where it has none.
func (d *Display) point(key string, v float64) *trend {
	t := d.trends[key]
	if t == nil {
		if len(d.trends) == maxTrends || strings.HasPrefix(key, "_") {
			return nil
		}
		t = &trend{}
		d.trends[key] = t
	}
	t.add(v)
	return t
}

// End is how a run ended.
type End struct {
	URL  string
	Dir  string // where what the server does not have is kept; "" where it has all
	Code int    // the exit code
	Err  error  // why the server does not have all
}

// End shows the summary, where the run is, and whether it ended well.
func (d *Display) End(e End) {
	if d == nil {
		return
	}
	s := d.screen
	how := s.style.Green("finished")
	if e.Code != 0 {
		how = s.style.Red("failed with exit code " + strconv.Itoa(e.Code))
	}
	d.mu.Lock()
	text, rows := d.table(), d.rows
	d.mu.Unlock()
	text = s.line("run "+s.style.Bold(d.name)+" "+how) + text
	switch {
	case e.Err != nil && e.Dir != "":
		text += s.line(s.style.Red(clean(e.Err.Error()))) +
			s.line("what the server does not have is kept in "+s.style.Bold(clean(e.Dir))) +
			s.line("to bring it there later: wandgo sync "+clean(e.Dir))
	case e.Err != nil:
		text += s.line(s.style.Red(clean(e.Err.Error())))
	case e.Dir != "":
		text += s.line(counted(rows)+" kept in "+s.style.Bold(clean(e.Dir))) +
			s.line("to bring them to the server later: wandgo sync "+clean(e.Dir))
	default:
		text += s.line(counted(rows) + " on the server: " + s.style.Cyan(e.URL))
	}
	d.arrived(text)
	s.await()
}

func counted(rows int64) string {
	if rows == 1 {
		return "1 row is"
	}
	return strconv.FormatInt(rows, 10) + " rows are"
}
