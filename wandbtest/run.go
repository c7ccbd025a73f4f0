package wandbtest

import (
	"encoding/base64"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wandgo/wandgo/internal/fakeserver/jsontext"
	"github.com/wandgo/wandgo/internal/fakeserver/store"
)

// crashAfter is how long a run may be silent before it counts as crashed, or as
// preempted if it said that it would be.
const crashAfter = 5 * time.Minute

// exitCrashed is the exit code with which a client reports that the run crashed.
const exitCrashed = 254

// run is one run as stored. Of the fields above mu only inputs, stopped and deleted change.
type run struct {
	key       RunKey
	number    int
	storageID string
	created   time.Time
	owner     string
	project   *project
	// inputs are the artifacts that it used, guarded by Server.mu.
	inputs []*artifact
	// What a user requested in the web UI.
	stopped, deleted atomic.Bool

	mu sync.Mutex
	// What upsertBucket sets; "" and nil are "never set".
	displayName, notes, description, group, jobType string
	host, commit, sweep                             string
	config, summary                                 string
	tags                                            []string
	// What the file stream sets.
	history, events, logs store.Lines
	index                 stepIndex // of history
	streamed              map[string]*store.Lines
	writers               []*writer // of a run in shared mode
	uploads               map[string][]byte
	uploaded              []string
	uploadedSet           map[string]bool
	alerts                []Alert
	quietUntil            map[string]time.Time // by an alert's title
	complete              bool
	pending               bool // it waits for a process that writes it
	exitCode              *int
	preempting            bool
	leaving               bool // preempting, and not resumed since
	heartbeat             time.Time
	upserts, streams      int
	heartbeats            int
	posts                 []Post
	metrics               map[string]bool // keys of rows, if their number is limited
	referee               referee         // of the only writer
}

// globalID returns an opaque and unique id, as GraphQL servers do.
func globalID(parts ...string) string {
	return base64.StdEncoding.EncodeToString([]byte(strings.Join(parts, ":")))
}

// file returns the lines of a file of the file stream. Call with mu held.
func (r *run) file(name string) *store.Lines {
	switch name {
	case historyFile:
		return &r.history
	case eventsFile:
		return &r.events
	case consoleFile:
		return &r.logs
	}
	if r.streamed[name] == nil {
		r.streamed[name] = &store.Lines{}
	}
	return r.streamed[name]
}

// state returns the run's state at the time now. Call with mu held.
func (r *run) state(now time.Time) string {
	switch {
	case r.pending:
		return "pending"
	case r.complete && r.stopped.Load():
		return "killed"
	case r.complete && (r.exitCode == nil || *r.exitCode == 0):
		return "finished"
	case r.complete && *r.exitCode == exitCrashed:
		return "crashed"
	case r.complete:
		return "failed"
	case r.leaving && r.silent(now):
		return "preempted"
	case r.leaving:
		return "preempting"
	case r.silent(now):
		return "crashed"
	}
	return "running"
}

// silent reports whether the last post is too old for the run to count as alive. Call with
// mu held.
func (r *run) silent(now time.Time) bool { return now.Sub(r.heartbeat) > crashAfter }

// hear records a post to the run. ended says whether the run had ended before. A post after
// the end, or after a silence, comes from another process that resumes the run and was not
// preempted yet. Call with mu held.
func (r *run) hear(ended, preempting bool, now time.Time) {
	r.pending = false
	if ended || r.silent(now) {
		r.leaving = false
	}
	r.leaving = r.leaving || preempting
	r.preempting = r.preempting || preempting
	r.heartbeat = now
}

// alert raises an alert, unless the Wait of the last alert of its title is not over. It is
// not publicly known how W&B's servers respond to an alert that they drop; this one returns
// false.
func (r *run) alert(a Alert, now time.Time) (raised bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now.Before(r.quietUntil[a.Title]) {
		return false
	}
	r.quietUntil[a.Title] = now.Add(a.Wait)
	r.alerts = append(r.alerts, a)
	return true
}

func (r *run) storeUpload(name string, content []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.uploads[name] = content
	if len(r.writers) == 0 { // or it is not known whose it is
		r.referee.uploaded(name, r.upserts)
	}
}

func (r *run) upload(name string) ([]byte, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	content, ok := r.uploads[name]
	return content, ok
}

// view copies the run. Large parts are shared, which is safe because the data of a snapshot
// never changes in place; see store.Lines.
func (r *run) view(now time.Time) RunView {
	r.mu.Lock()
	defer r.mu.Unlock()
	v := r.brief(now)
	v.Config, v.Files, v.Uploaded, v.Alerts = configValues(r.config), maps.Clone(r.uploads), slices.Clone(r.uploaded), slices.Clone(r.alerts)
	v.Upserts, v.Streams, v.Heartbeats, v.Missing = r.upserts, r.streams, r.heartbeats, r.history.Missing()
	v.Posts, v.faulted, v.starts, v.taken = slices.Clip(r.posts), r.faulted(), slices.Clone(r.referee.starts), now
	v.Streamed = make(map[string][]string, len(r.streamed))
	for name, l := range r.streamed {
		v.Streamed[name] = l.All()
	}
	v.Writers = r.writerViews()
	for _, w := range v.Writers {
		v.Missing += w.Missing
	}
	v.Summary, _ = jsontext.DecodeObject(r.summary) // nil until there is one
	return v
}

// brief is view without what takes longer the more there is of it. Call with mu held.
func (r *run) brief(now time.Time) RunView {
	v := RunView{
		RunKey: r.key, StorageID: r.storageID, Owner: r.owner, CreatedAt: r.created,
		DisplayName: r.displayName, Notes: r.notes, Group: r.group, JobType: r.jobType,
		Host: r.host, Commit: r.commit, Sweep: r.sweep, Tags: slices.Clone(r.tags),
		RawConfig: r.config, RawSummary: r.summary,
		HistoryLines: r.history.All(), EventLines: r.events.All(), Logs: r.logs.All(),
		Uploaded: slices.Sorted(maps.Keys(r.uploads)),
		State:    r.state(now), Stopped: r.stopped.Load(), Preempting: r.preempting, Deleted: r.deleted.Load(),
		Overwritten: r.history.Overwritten(), HeartbeatAt: r.heartbeat,
	}
	if r.exitCode != nil {
		v.ExitCode = new(*r.exitCode)
	}
	return v
}

// configValues decodes a config and unwraps its values.
func configValues(text string) map[string]any {
	wrapped, err := jsontext.DecodeObject(text)
	if err != nil {
		return nil
	}
	values := make(map[string]any, len(wrapped))
	for name, w := range wrapped {
		if m, ok := w.(map[string]any); ok {
			if v, ok := m["value"]; ok {
				values[name] = v
				continue
			}
		}
		values[name] = w
	}
	return values
}
