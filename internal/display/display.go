// Package display shows a person at a terminal what becomes of runs: the link of
// each when it starts, progress while its end is uploaded, and at last a summary.
package display

import (
	"strconv"
	"strings"
	"sync"

	"github.com/wandgo/wandgo/internal/history"
)

// Display shows one run on a [Screen]. A nil Display is silent. It is safe for
// concurrent use.
type Display struct {
	screen *Screen
	name   string

	progress Progress // guarded by screen.mu

	mu     sync.Mutex // held for counting only, because Log waits for it
	trends map[string]*trend
	rows   int64
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

// Row adds the numbers of a row to the trends.
func (d *Display) Row(row *history.Row) {
	if d == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.rows++
	d.add(row, "", "")
}

// known is what a Display remembers about the keys of a row.
type known struct {
	owner  *Display
	prefix string   // of the names of its metrics
	trends []*trend // by index; nil before the first number
}

// add adds the numbers of row, which is the object at key of a row whose metrics have
// the prefix above. key is "" for a whole row.
func (d *Display) add(row *history.Row, above, key string) {
	k, ok := row.Memo[history.MemoDisplay].(*known)
	if !ok || k.owner != d {
		k = &known{owner: d, trends: make([]*trend, len(row.Keys))}
		if key != "" {
			k.prefix = above + key + "."
		}
		row.Memo[history.MemoDisplay] = k
	}
	for i, v := range row.Values {
		if object, ok := v.(*history.Row); ok {
			d.add(object, k.prefix, row.Keys[i])
			continue
		}
		if f, ok := history.Number(v); ok {
			if k.trends[i] == nil {
				k.trends[i] = d.trend(k.prefix + row.Keys[i])
			}
			k.trends[i].add(f)
		}
	}
}

// maxTrends bounds how many metrics are followed at all.
const maxTrends = 200

// trend returns the trend of a metric. It is not among those that are shown if there
// are enough of them, or if the key is not the program's.
func (d *Display) trend(name string) *trend {
	if t := d.trends[name]; t != nil {
		return t
	}
	t := &trend{}
	if len(d.trends) < maxTrends && !strings.HasPrefix(name, "_") {
		d.trends[name] = t
	}
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
