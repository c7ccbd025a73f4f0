package runstore

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/syncrun"
)

// Life is one process of a run that several processes continued: one log of it.
type Life struct {
	Dir     string  `json:"dir"`
	State   State   `json:"state"`
	Exit    *int32  `json:"exit"`
	Started float64 `json:"started"` // in seconds since 1970, 0 if it is not known
	// Rows is how many of the log's rows count: a later process may have rewound the run.
	Rows int `json:"rows"`
	// FirstStep and LastStep are those of the rows in the run, -1 if there are none.
	FirstStep int64 `json:"firstStep"`
	LastStep  int64 `json:"lastStep"`
}

// life is a log of a run, and how its rows continue those of the logs before it.
type life struct {
	run   *Run // that of the log
	info  *Info
	state *journal.State
	parts []*part
	// rows is how many rows of the history count.
	rows int
	// steps and runtime are added to the columns of these names.
	steps, runtime float64
	// zero is the time in seconds since 1970 from which the runtime counts.
	zero float64
}

// logLives returns the logs whose rows the run has, the first first.
func (r *Run) logLives() []life {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.lives != nil {
		return r.lives
	}
	return []life{{run: r, parts: r.parts, zero: startOf(r.state)}}
}

// shift returns what is added to a column of the history.
func (l *life) shift(column string) float64 {
	switch column {
	case KeyStep:
		return l.steps
	case KeyRuntime:
		return l.runtime
	}
	return 0
}

// beginning returns how the log begins, the zero Beginning if it has no start or no rows.
func (r *Run) beginning() syncrun.Beginning {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := slices.IndexFunc(r.parts, func(p *part) bool { return p.rows.rows > 0 })
	if startOf(r.state) == 0 || i < 0 {
		return syncrun.Beginning{}
	}
	first := func(name string) float64 {
		if c := r.parts[i].rows.column(name); c != nil && !math.IsNaN(c.stat.min) {
			return c.stat.min
		}
		return -1
	}
	return syncrun.Beginning{Started: r.state.Run.StartTime.UnixMicro(), Step: first(KeyStep), Runtime: first(KeyRuntime)}
}

// withoutCopies leaves out logs that are copies of those before them.
func withoutCopies(logs []*Run) []*Run {
	var originals syncrun.Originals
	return slices.DeleteFunc(logs, func(r *Run) bool {
		_, copied := originals.Add(r.dir.Path(), r.beginning())
		return copied
	})
}

// group makes one run of the logs that have the same entity, project and id. A copy of a
// log stays a run of its own, and so do the logs of a run that several processes write at
// the same time.
func (s *Store) group(logs []*Run) (runs []*Run, byKey map[string]*Run) {
	type identity struct{ entity, project, id string }
	lives := map[identity][]*Run{}
	byKey = make(map[string]*Run, len(logs))
	for _, r := range logs {
		byKey[r.key] = r
		if i := r.Info(); r.dir != nil && i.ID != "" && !i.shared {
			id := identity{i.Entity, i.Project, i.ID}
			lives[id] = append(lives[id], r)
		}
	}
	s.joining.Lock()
	defer s.joining.Unlock()
	kept := map[string]*Run{}
	for _, list := range lives {
		slices.SortFunc(list, func(a, b *Run) int {
			// Of copies, one in a directory whose name was not changed is first. Directories of the
			// same second have -2, -3 and so on at the end of their names.
			return cmp.Or(a.Info().Started.Compare(b.Info().Started), renamed(a)-renamed(b), a.dir.Started().Compare(b.dir.Started()),
				cmp.Compare(len(a.dir.Path()), len(b.dir.Path())), strings.Compare(a.dir.Path(), b.dir.Path()))
		})
		list = withoutCopies(list)
		if len(list) < 2 {
			continue
		}
		first := list[0].key
		joined := s.joined[first]
		if joined == nil {
			joined = &Run{key: first, store: s, dir: list[len(list)-1].dir}
		}
		kept[first] = joined
		joined.join(list)
		for _, r := range list {
			byKey[r.key] = joined
		}
	}
	s.joined = kept
	for _, r := range logs {
		if shown := byKey[r.key]; shown.key == r.key {
			runs = append(runs, shown)
		}
	}
	return runs, byKey
}

// renamed returns 1 if a directory's name does not say when the run started, 0 if it does.
func renamed(r *Run) int {
	if r.dir.Started().IsZero() {
		return 1
	}
	return 0
}

// join describes a run of several logs, unless nothing has changed.
func (r *Run) join(logs []*Run) {
	version := int64(0)
	for _, l := range logs {
		version = max(version, l.Version())
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.info.Load() != nil && version == r.Version() && len(r.lives) == len(logs) {
		return
	}
	old := r.lives
	r.lives = make([]life, len(logs))
	for i, l := range logs {
		next := &r.lives[i]
		next.run, next.info = l, l.Info()
		l.mu.Lock()
		next.parts, next.zero = l.parts, startOf(l.state)
		state := *l.state
		l.mu.Unlock()
		next.state, next.rows = &state, rowsOf(next.parts)
		if i == 0 {
			continue
		}
		if state.Run != nil {
			if step, ok := syncrun.Rewound(state.Run); ok {
				rewind(r.lives[:i], old, float64(step))
			}
		}
		next.follow(r.lives[:i])
	}
	r.describeLives()
	r.version.Store(version)
}

func rowsOf(parts []*part) (n int) {
	for _, p := range parts {
		n += p.rows.rows
	}
	return n
}

// follow finds out how a log continues those before it. An offline process counts from 0
// again; a sync then adds what the server has. One that asked the server goes on from there.
func (l *life) follow(before []life) {
	last := func(column string) float64 {
		out := -1.0
		for i := range before {
			if s := statOf(before[i].parts, column); s.rows > 0 && s.max+before[i].shift(column) > out {
				out = s.max + before[i].shift(column)
			}
		}
		return out
	}
	if syncrun.Continues(l.run.dir.Offline(), l.info.Ours, l.state.Run) {
		return
	}
	if s := statOf(l.parts, KeyStep); s.rows > 0 && s.min <= last(KeyStep) {
		l.steps = last(KeyStep) + 1 - s.min
	}
	if s, end := statOf(l.parts, KeyRuntime), last(KeyRuntime); s.rows > 0 && s.min <= end {
		l.runtime = end
	}
	if l.zero > before[0].zero {
		l.zero -= l.runtime
	}
}

// statOf summarizes a column of the history.
func statOf(parts []*part, name string) stat {
	out := noStat()
	for _, p := range parts {
		if c := p.rows.column(name); c != nil {
			out.join(c.stat)
		}
	}
	return out
}

// rewind leaves out the rows after a step. What was left out before is in old.
func rewind(lives, old []life, step float64) {
	for i := range lives {
		l := &lives[i]
		own := step - l.steps // the step as the log has it
		for k, p := range l.parts {
			c := p.rows.column(KeyStep)
			if c == nil || c.stat.rows == 0 || !(c.stat.max > own) {
				continue
			}
			parts := slices.Clone(l.parts[:k])
			if n := l.run.rowsUpTo(p, own); n > 0 {
				parts = append(parts, l.run.head(p, n, old))
			}
			l.parts, l.rows = parts, rowsOf(parts)
			break
		}
	}
}

// rowsUpTo returns how many rows of a part are in front of the first one after a step. A
// part that cannot be read has none.
func (r *Run) rowsUpTo(p *part, step float64) int {
	c, err := r.chunk(p, History, KeyStep, KeyStep)
	if err != nil {
		return 0
	}
	for i, x := range c.X {
		if x > step {
			return c.Row(i)
		}
	}
	return p.rows.rows
}

// head returns the first rows of a part, as a part whose columns stay in memory: it is less
// than a section of a log. System metrics and console are whole.
func (r *Run) head(p *part, n int, old []life) *part {
	for i := range old {
		if k := len(old[i].parts); k > 0 && old[i].parts[k-1].whole == p && old[i].parts[k-1].rows.rows == n {
			return old[i].parts[k-1]
		}
	}
	if r.load(p) != nil {
		return &part{from: p.from, to: p.to, begin: p.begin, whole: p, rows: table{last: -1}, events: table{last: -1}}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	out := &part{
		from: p.from, to: p.to, begin: p.begin, whole: p, rows: p.rows.head(n), events: p.events.head(p.events.rows),
		console: p.console, newlines: p.newlines,
	}
	return out
}

// head returns the first n rows of a table whose columns are in memory.
func (t *table) head(n int) table {
	out := table{rows: n, last: -1}
	for i := range t.columns {
		c := &t.columns[i]
		d := &out.columns[out.add(c.name)]
		d.stat, d.typ = noStat(), c.typ
		count := min(n, len(c.values))
		if c.rows != nil {
			count, _ = slices.BinarySearch(c.rows, uint32(n)) //nolint:gosec // a part has far fewer rows
			d.rows = c.rows[:count:count]
		}
		d.values = c.values[:count:count]
		for _, f := range d.values {
			d.stat.add(f)
		}
		for _, at := range c.at {
			if int(at.row) < n {
				d.at = append(d.at, at)
			}
		}
	}
	return out
}

// describeLives is describe for a run of several logs. Its state is that of the last one.
func (r *Run) describeLives() {
	first, last := &r.lives[0], &r.lives[len(r.lives)-1]
	s := journal.State{LastStep: -1}
	i := *last.info
	i.Key, i.Started, i.Lives = r.key, first.info.Started, nil
	i.Size, i.Read, i.Rows, i.ConsoleLines, i.Damage, i.DamageTotal, i.Missing = 0, 0, 0, 0, nil, 0, 0
	for k := range r.lives {
		l := &r.lives[k]
		i.Size, i.Read, i.Rows = i.Size+l.info.Size, i.Read+l.info.Read, i.Rows+l.rows
		i.ConsoleLines += l.info.ConsoleLines
		i.Damage, i.DamageTotal = append(i.Damage, l.info.Damage...), i.DamageTotal+l.info.DamageTotal
		i.Missing += l.info.Missing
		if i.Unsent >= 0 && l != last {
			i.Unsent = max(-1, i.Unsent+l.info.Unsent)
			if l.info.Unsent < 0 {
				i.Unsent = -1
			}
		}
		if i.Refusal == nil {
			i.Refusal = l.info.Refusal
		}
		if i.Err == nil {
			i.Err = l.info.Err
		}
		i.Duration = max(i.Duration, l.info.Duration+time.Duration(l.runtime*float64(time.Second)))
		s.Metrics = append(s.Metrics, l.state.Metrics...)
		one := Life{
			Dir: l.info.Dir, State: l.info.State, Exit: l.info.Exit, Started: Seconds(l.info.Started),
			Rows: l.rows, FirstStep: -1, LastStep: -1,
		}
		if c := statOf(l.parts, KeyStep); c.rows > 0 {
			one.FirstStep, one.LastStep = int64(c.min+l.steps), int64(c.max+l.steps)
			s.LastStep = max(s.LastStep, one.LastStep)
		}
		i.Lives = append(i.Lives, one)
	}
	i.Step = s.LastStep
	i.Metrics, i.System = describeColumns(r.lives, History), describeColumns(r.lives, System)
	i.define(s.Metrics)
	i.Config, i.Summary, i.Charts, i.Classes, i.Values = map[string]any{}, map[string]any{}, map[string]any{}, map[string]any{}, map[string]any{}
	for k := range r.lives { // what a process sets replaces what those before it set
		l := r.lives[k].info
		maps.Copy(i.Config, l.Config)
		maps.Copy(i.Summary, l.Summary)
		maps.Copy(i.Charts, l.Charts)
		maps.Copy(i.Classes, l.Classes)
		maps.Copy(i.Values, l.Values)
	}
	if i.Summary[KeyStep] != nil {
		i.Summary[KeyStep], i.Values["summary."+KeyStep] = i.Step, float64(i.Step)
	}
	if f, ok := i.Values["summary."+KeyRuntime].(float64); ok && last.runtime > 0 {
		i.Summary[KeyRuntime], i.Values["summary."+KeyRuntime] = f+last.runtime, f+last.runtime
	}
	r.info.Store(&i)
}
