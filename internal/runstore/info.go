package runstore

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/jsonx"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/runconfig"
	"github.com/wandgo/wandgo/internal/rundir"
)

// State is how a run stands.
type State string

// The states of a run.
const (
	Running    State = "running"    // a process writes the log
	Preempting State = "preempting" // and its machine is about to be taken away
	Finished   State = "finished"   // exit code 0
	Failed     State = "failed"     // another exit code
	Crashed    State = "crashed"    // the log has no exit code, and no process writes it
	Killed     State = "killed"     // a user stopped it
)

// Info describes a run. It does not change; do not change it.
type Info struct {
	Key                                string
	ID, Name, Entity, Project          string
	Group, JobType, Sweep, Notes, Host string
	Tags                               []string
	State                              State
	Exit                               *int32
	Started                            time.Time // zero if it is not known
	Duration                           time.Duration
	Rows                               int
	Step                               int64 // of the last row, -1 if there is none
	Writer                             string
	Ours, Offline                      bool
	// Unsent is how many rows a server lacks according to the notes beside the log, -1 if
	// they do not say.
	Unsent int
	// Read and Size are how much of the log was read, and its size.
	Read, Size int64
	// Dir is the run's directory.
	Dir string
	// Config and Summary are nested, with the types of [jsonx.Parse]. Of a run without an
	// end, Summary has the last values of the metrics that the log's summary lacks. Media
	// is a text, such as "image 256×256".
	Config, Summary map[string]any
	// Charts are the descriptions of the charts that were logged, by key.
	Charts map[string]any
	// Classes are the names of the classes of masks, by the mask's key.
	Classes map[string]any
	// Values are the leaves of both by their dotted names, as config.lr and summary.loss.
	// They are strings, bools or float64.
	Values map[string]any
	// Metrics are sorted by name, as are System.
	Metrics, System []Metric
	// Axes are the metrics that can be an x-axis: those that others have as step metric.
	Axes         []string
	Environment  *record.Environment
	ConsoleLines int
	// Damage is what could not be read, up to a limit, and DamageTotal how many parts that
	// are.
	Damage      []journal.Skipped
	DamageTotal int64
	// Missing is how many records the log does not have, of those that were numbered: they
	// were in a damaged part, or the disk took nothing when they were logged.
	Missing int64
	// Refusal is why the server refused the run, nil if it did not.
	Refusal error
	// Err is why the log cannot be read.
	Err error
	// Lives are the processes of a run that several processes continued, the first first; nil
	// if it was one. Dir is that of the last.
	Lives []Life

	shared bool // several processes write the run at the same time
}

// notes are what the files beside a log say.
type notes struct {
	uploaded rundir.Uploaded
	noted    bool
	synced   bool
	refusal  error
	stamp    [3]time.Time
}

// readNotes reads the files beside the log if they changed. It reports whether they did.
func (r *Run) readNotes() bool {
	n := notes{}
	for i, name := range []string{r.dir.Journal() + ".uploaded", r.dir.Journal() + ".synced", r.dir.Path() + "/refusal.json"} {
		if info, err := os.Stat(name); err == nil {
			n.stamp[i] = info.ModTime()
		}
	}
	if n.stamp == r.notes.stamp {
		return false
	}
	n.uploaded, n.noted = r.dir.LoadUploaded()
	n.synced = r.dir.Synced()
	n.refusal = errors.FromJSON(r.dir.LoadRefusal())
	if p, ok := errors.AsType[*errors.PermissionError](n.refusal); ok {
		p.Dir = r.dir.Path()
	} else if e, ok := errors.AsType[*errors.RequestError](n.refusal); ok {
		e.Dir = r.dir.Path()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.notes = n
	return true
}

// startOf returns the start of a run in seconds since 1970, 0 if it is not known.
func startOf(s *journal.State) float64 {
	if s.Run == nil {
		return 0
	}
	return Seconds(s.Run.StartTime)
}

// Seconds is a time in seconds since 1970, 0 for the zero time.
func Seconds(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMicro()) / 1e6
}

// describe makes the run's Info anew.
func (r *Run) describe() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.feed != nil {
		r.describeFeed()
		return
	}
	s := r.state
	run := s.Run
	if run == nil {
		run = &record.Run{ID: r.dir.RunID(), StartTime: r.dir.Started()}
	}
	i := newInfo(r.key, run, s)
	i.Offline, i.Size, i.Read, i.Dir = r.dir.Offline(), r.size, r.done, r.dir.Path()
	i.Refusal, i.Err = r.notes.refusal, r.err
	if n := r.notes.uploaded; r.notes.noted {
		i.Name, i.Entity, i.Project = cmp.Or(n.Name, i.Name), cmp.Or(n.Entity, i.Entity), cmp.Or(n.Project, i.Project)
	}
	if i.Started.IsZero() {
		i.Started = r.dir.Started()
	}
	if s.Header != nil {
		i.Writer = s.Header.Producer
	}
	i.Ours = strings.HasPrefix(i.Writer, "wandgo") || i.Writer == "" && s.Telemetry.PythonVersion == "" && s.Telemetry.CLIVersion != ""
	i.setState(s, r.inUse)
	i.countUnsent(&r.notes)
	if n := len(r.parts); n > 0 {
		if tail := r.parts[n-1].tail; !r.inUse && len(tail) > 0 { // the end of a log that is being written is not damage
			i.Damage, i.DamageTotal = append(i.Damage, tail...), i.DamageTotal+int64(len(tail))
		}
	}
	for k, p := range r.parts {
		i.ConsoleLines += p.newlines
		i.Missing += p.missing
		if k > 0 {
			i.Missing += r.parts[k-1].missingBefore(p)
		}
	}
	i.addColumns(r.parts, s)
	i.shared = slices.Contains(s.Telemetry.Feature, int32(runconfig.FeatureSharedMode))
	r.info.Store(i)
}

// newInfo describes a run without what its columns say.
func newInfo(key string, run *record.Run, s *journal.State) *Info {
	return &Info{
		Key: key, ID: run.ID, Name: run.DisplayName, Entity: run.Entity, Project: run.Project,
		Group: run.Group, JobType: run.JobType, Sweep: run.SweepID, Notes: run.Notes, Host: run.Host, Tags: run.Tags,
		Started: run.StartTime, Rows: int(s.Rows), Step: s.LastStep, Unsent: -1,
		Damage: slices.Clone(s.Skipped), DamageTotal: s.SkippedTotal,
	}
}

// addColumns adds what the columns say, and config, summary and machine.
func (i *Info) addColumns(parts []*part, s *journal.State) {
	lives := []life{{parts: parts}}
	i.Metrics, i.System = describeColumns(lives, History), describeColumns(lives, System)
	i.define(s.Metrics)
	i.Duration = i.duration(s)
	if len(s.Environments) > 0 {
		e := s.Environments[0]
		i.Environment = &e
		i.Host = cmp.Or(i.Host, e.Host)
		if e.Git == nil && s.Run != nil {
			e.Git = s.Run.Git
		}
	}
	i.setValues(s)
}

// describeFeed is describe for a feed.
func (r *Run) describeFeed() {
	i := newInfo(r.key, r.state.Run, r.state)
	i.State, i.Exit, i.Unsent, i.ConsoleLines = r.fed.State, r.fed.Exit, 0, len(r.fed.Console)
	if h := r.state.Header; h != nil {
		i.Writer, i.Ours = h.Producer, strings.HasPrefix(h.Producer, "wandgo")
	}
	i.addColumns(r.parts, r.state)
	r.info.Store(i)
}

func (i *Info) setState(s *journal.State, inUse bool) {
	switch {
	case s.Exit != nil && s.Exit.Code == 0:
		i.State, i.Exit = Finished, &s.Exit.Code
	case s.Exit != nil:
		i.State, i.Exit = Failed, &s.Exit.Code
	case inUse && s.Preempting:
		i.State = Preempting
	case inUse:
		i.State = Running
	default:
		i.State = Crashed
	}
}

// countUnsent says how many rows no server has.
func (i *Info) countUnsent(n *notes) {
	switch {
	case n.noted && n.uploaded.Done && n.uploaded.Bytes >= i.Size:
		i.Unsent = 0
	case n.noted:
		i.Unsent = max(0, i.Rows-int(n.uploaded.History))
	case n.synced: // the official client leaves the mark after a failed upload too
	case i.Offline:
		i.Unsent = i.Rows
	}
}

// duration is that of the last row or of the exit record.
func (i *Info) duration(s *journal.State) time.Duration {
	seconds := 0.0
	if s.Exit != nil {
		seconds = float64(s.Exit.Runtime)
	}
	for _, m := range i.Metrics {
		if m.Name == KeyRuntime && m.Last > seconds && m.Last < 1e10 {
			seconds = m.Last
		}
	}
	for _, m := range i.System {
		if m.Name == KeyTimestamp && !i.Started.IsZero() {
			if d := m.Last - Seconds(i.Started); d > seconds && d < 1e10 {
				seconds = d
			}
		}
	}
	return time.Duration(seconds * float64(time.Second))
}

// setValues decodes config and summary.
func (i *Info) setValues(s *journal.State) {
	i.Config, i.Summary = decode(s.Config.AppendJSON(nil)), decode(s.Summary.AppendJSON(nil))
	own, _ := i.Config["_wandb"].(map[string]any)
	i.Charts, _ = own["visualize"].(map[string]any)
	i.Classes, _ = own["mask/class_labels"].(map[string]any)
	delete(i.Config, "_wandb")
	delete(i.Summary, "_wandb")
	for k, v := range i.Summary { // a config may have any member _type
		i.Summary[k] = describeMedia(v)
	}
	i.Values = make(map[string]any, len(i.Config)+len(i.Summary))
	flatten(i.Values, "config", i.Config, 0)
	flatten(i.Values, "summary", i.Summary, 0)
	if s.Exit != nil {
		return
	}
	for _, m := range i.Metrics {
		if name := "summary." + m.Name; m.Numbers > 0 && (i.Values[name] == nil || i.State == Running) {
			i.Values[name] = m.Last
			if !strings.Contains(m.Name, ".") {
				i.Summary[m.Name] = m.Last
			}
		}
	}
}

func decode(text []byte) map[string]any {
	object, err := jsonx.ParseObject(text)
	if err != nil || object == nil {
		return map[string]any{}
	}
	return object
}

// flatten adds the leaves of an object by their dotted names. Lists are their JSON.
func flatten(to map[string]any, name string, v any, depth int) {
	switch v := v.(type) {
	case map[string]any:
		if depth > jsonx.MaxDepth {
			return
		}
		for k, member := range v {
			flatten(to, name+"."+k, member, depth+1)
		}
	case int64:
		to[name] = float64(v)
	case float64, string, bool:
		to[name] = v
	case []any:
		parts := make([]string, 0, min(len(v), 20))
		for _, e := range v[:min(len(v), 20)] {
			parts = append(parts, plain(e))
		}
		if len(v) > 20 {
			parts = append(parts, "…")
		}
		to[name] = "[" + strings.Join(parts, ", ") + "]"
	}
}

func plain(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int64, float64, bool:
		return fmt.Sprint(v)
	}
	return "…"
}
