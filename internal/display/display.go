// Package display shows runs on a terminal: the link of each when it starts, the
// progress of the final upload, and a summary.
package display

import (
	"cmp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/wandgo/wandgo/internal/history"
	"github.com/wandgo/wandgo/internal/media"
	"github.com/wandgo/wandgo/internal/oneline"
	"github.com/wandgo/wandgo/internal/plaintext"
)

// Display shows one run on a [Screen]. A nil Display is silent. It is safe for
// concurrent use.
type Display struct {
	screen *Screen
	name   string

	// Guarded by screen.mu.
	progress Progress
	changed  time.Time     // when progress changed
	waiting  time.Duration // since then, 0 if that is not long
	waited   bool          // a line says so

	mu     sync.Mutex // never held for long: callers of Log wait for it
	trends map[string]*trend
	media  mediaValues
	charts map[string][2]string // key and kind of the chart that a table belongs to, by the table's key
	rows   int64
	logged int64  // artifacts
	newID  string // to upload the run with; "" for its own
}

// Run makes the display of a run with this name.
func (s *Screen) Run(name string) *Display {
	if s == nil {
		return nil
	}
	return &Display{screen: s, name: clean(name), trends: make(map[string]*trend), media: make(mediaValues)}
}

// Chart says that a table which rows have is that of the chart at key. entry is what the
// config has about the chart.
func (d *Display) Chart(key string, entry []byte) {
	if d == nil {
		return
	}
	table, text := media.ChartText(entry)
	d.mu.Lock()
	defer d.mu.Unlock()
	if table == "" || len(d.charts) >= maxKnownMedia {
		return
	}
	if d.charts == nil {
		d.charts = make(map[string][2]string)
	}
	d.charts[table] = [2]string{key, text}
}

// Start shows that the run started. It waits briefly for the terminal.
func (d *Display) Start(url string, resumed bool) {
	if d == nil {
		return
	}
	how := ""
	if resumed {
		how = " resumed"
	}
	s := d.screen
	text := s.line(d.run() + how)
	if url != "" {
		text += s.line(s.style.Cyan(clean(url)))
	}
	d.event(text, d.run()+cmp.Or(how, " started")+behind(": ", clean(url)))
}

// event shows text, or in a log file one line, and waits briefly for the terminal.
func (d *Display) event(text, line string) {
	if d.screen.plain {
		text = d.screen.line(line)
	}
	d.screen.show(text)
	d.screen.await()
}

// behind is text with what goes before it, "" for an empty text.
func behind(before, text string) string {
	if text == "" {
		return ""
	}
	return before + text
}

// UploadAs sets the id with which the run can be uploaded, because the server never accepts
// its own again.
func (d *Display) UploadAs(id string) {
	if d != nil {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.newID = id
	}
}

// upload is the command that uploads a directory.
func (d *Display) upload(dir string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	command := "wandgo sync "
	if d.newID != "" {
		command += "--id " + plaintext.ShellWord(d.newID) + " "
	}
	return command + plaintext.ShellPath(dir)
}

// Offline shows that the run continues on disk only, and why; reason may be "". It
// waits briefly for the terminal.
func (d *Display) Offline(dir, reason string) {
	if d == nil {
		return
	}
	s := d.screen
	text, state := "", "offline" // from the start: nothing was refused
	if reason != "" {
		text, state = s.line(s.style.Yellow(clean(reason))), "continuing offline"
	}
	d.event(text+s.long(d.label()+state+"; stored in", s.style.Bold(clean(dir))),
		d.label()+"offline"+behind(": ", clean(reason))+"; stored in "+clean(dir)+"; to upload it: "+d.upload(dir))
}

// Nowhere shows that the run continues and is stored nowhere, and why. It waits briefly
// for the terminal.
func (d *Display) Nowhere(reason string) {
	if d == nil {
		return
	}
	s := d.screen
	what := d.label() + "continuing without server and disk, " + s.style.Red("this run is not stored")
	d.event(s.line(s.style.Yellow(clean(reason)))+s.line(what), what+": "+clean(reason))
}

// Lost shows that the server no longer accepts the run, why, and that the run
// continues. dir is where unsent data is stored, "" if it is lost.
func (d *Display) Lost(dir, reason string) {
	if d == nil {
		return
	}
	s := d.screen
	const words = "continuing offline; unsent data is stored in"
	where := words + " " + s.style.Bold(clean(dir))
	shown := s.long(d.label()+words, s.style.Bold(clean(dir)))
	if dir == "" {
		where = "continuing without server and disk: " + s.style.Red("unsent data is lost")
		shown = s.line(d.label() + where)
	}
	if s.plain {
		if dir != "" {
			where += "; to upload it: " + d.upload(dir)
		}
		s.show(s.line(d.label() + where + ": " + clean(reason)))
		return
	}
	s.show(s.line(d.label()+s.style.Yellow(clean(reason))) + shown)
}

// Stopped shows that a user stopped the run in the web UI.
func (d *Display) Stopped() {
	if d != nil {
		d.screen.show(d.screen.line(d.label() + d.screen.style.Yellow("stopped in the web UI")))
	}
}

// Warn shows a sentence about a run that continues.
func (d *Display) Warn(text string) {
	if d != nil {
		d.screen.show(d.screen.line(d.label() + d.screen.style.Yellow(clean(text))))
	}
}

// run names the run. Every line about one run begins with it, because several may print.
func (d *Display) run() string { return "run " + d.screen.style.Bold(d.name) }

// label is run before a message.
func (d *Display) label() string { return d.run() + ": " }

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

// Artifact counts an artifact of the run.
func (d *Display) Artifact() {
	if d == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.logged++
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
			continue
		}
		d.media.add(k.prefix+row.Keys[i], v)
	}
}

// maxTrends is how many metrics have a trend.
const maxTrends = 200

// trend returns the trend of a metric. It is not shown if there are enough others, or
// if the key is not the program's.
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
	Dir  string // where unsent data is stored; may be ""
	Rest string // where the rest of it is, if Dir could not be written any more
	Code int    // the exit code
	Err  error  // why there is unsent data
}

// End shows how the run ended, a summary, and where the data is. It waits briefly for
// the terminal.
func (d *Display) End(e End) {
	if d == nil {
		return
	}
	s := d.screen
	d.mu.Lock()
	text, what := d.table(), counted(d.rows, "row")
	if d.rows == 0 && d.logged > 0 {
		what = counted(d.logged, "artifact")
	}
	d.mu.Unlock()
	if s.plain {
		d.finish(s.line(d.plainEnd(e, what)))
		s.await()
		return
	}
	text = s.line(d.outcome(e)) + text
	if e.Err != nil {
		text += s.line(s.style.Red(clean(oneline.Text(e.Err))))
	}
	switch {
	case e.Err != nil && e.Dir != "":
		text += s.long("unsent data is stored in", d.place(e)) + s.long("to upload it:", d.remedy(e))
	case e.Err != nil:
	case e.Dir != "":
		text += s.long(what+" stored in", d.place(e)) + s.long("to upload the run:", d.uploadAll(e))
	default:
		text += s.line(what + " uploaded: " + s.style.Cyan(clean(e.URL)))
	}
	d.finish(text)
	s.await()
}

// outcome says how the run ended.
func (d *Display) outcome(e End) string {
	if e.Code != 0 {
		return d.run() + " " + d.screen.style.Red("failed with exit code "+strconv.Itoa(e.Code))
	}
	return d.run() + " " + d.screen.style.Green("finished")
}

// plainEnd is the one line of a log file about the end of a run. what is counted.
func (d *Display) plainEnd(e End, what string) string {
	how, why := d.outcome(e), ""
	if e.Err != nil {
		why = behind("; ", clean(oneline.Text(e.Err)))
	}
	switch {
	case e.Err != nil && e.Dir != "" && onlyTypeClash(e.Err):
		return how + why + ". Log it under another name, or with the type of the existing one; the unsent data is in " + d.place(e)
	case e.Err != nil && e.Dir != "":
		return how + "; unsent data is stored in " + d.place(e) + "; to upload it: " + d.remedy(e) + why
	case e.Err != nil:
		return how + why
	case e.Dir != "":
		return how + ": " + what + " stored in " + d.place(e) + "; to upload the run: " + d.uploadAll(e)
	}
	return how + ": " + what + " uploaded" + behind(": ", clean(e.URL))
}

func counted(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.FormatInt(n, 10) + " " + noun + "s"
}

// place is where the data is stored.
func (d *Display) place(e End) string {
	where := d.screen.style.Bold(clean(e.Dir))
	if e.Rest != "" {
		where += " and " + d.screen.style.Bold(clean(e.Rest))
	}
	return where
}

// uploadAll is the command that uploads what is on disk at the end.
func (d *Display) uploadAll(e End) string {
	if e.Rest == "" {
		return d.upload(e.Dir)
	}
	return d.upload(e.Dir) + " " + plaintext.ShellPath(e.Rest)
}
