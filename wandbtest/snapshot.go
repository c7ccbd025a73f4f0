package wandbtest

import (
	"context"
	"time"

	"github.com/wandgo/wandgo/internal/fakeserver/jsontext"
)

// RunKey names a run.
type RunKey struct{ Entity, Project, ID string }

// RunView is a snapshot of a stored run. It does not change later, and changing it does not
// change the server.
type RunView struct {
	RunKey
	// StorageID is the server's own id of the run.
	StorageID                          string
	DisplayName, Notes, Group, JobType string
	Host, Commit, Sweep                string
	Tags                               []string
	// Owner is the user that the run belongs to.
	Owner string
	// Config is the decoded config, without the "value" wrappers. The client's own part
	// has the key "_wandb".
	Config map[string]any
	// RawConfig is the config as it was sent.
	RawConfig string
	// Summary is the decoded last summary. NaN and infinities are floats.
	Summary map[string]any
	// RawSummary is the summary line as it was sent.
	RawSummary string
	// HistoryLines and EventLines are the lines as they were sent, one JSON
	// object each; [RunView.History] and [RunView.Events] decode them.
	HistoryLines, EventLines []string
	// Logs are the lines of output.log.
	Logs []string
	// Writers has one entry for each process that writes a run in shared mode, in the
	// order of their first request; nil for other runs. HistoryLines, EventLines and
	// Logs have the lines of all processes in the order of arrival, and the server gives
	// each history row its _step in that order.
	Writers []WriterView
	// Streamed has the lines of any other file of the file stream, by name.
	Streamed map[string][]string
	// Files are the contents of the uploaded files, by name.
	Files map[string][]byte
	// Uploaded are the names of files that the client reported as uploaded.
	Uploaded []string
	// Alerts are the alerts that were raised. An alert within the Wait of the last one of
	// its title is dropped.
	Alerts []Alert
	// State is what the web page shows. Before the final post it is one of
	//
	//   - "running";
	//   - "preempting": the client reported a preemption;
	//   - "crashed", "preempted": the same two after five minutes without a post, by the
	//     server's clock.
	//
	// After the final post it is one of
	//
	//   - "finished": the exit code is 0, or the client reported none;
	//   - "failed": any other exit code;
	//   - "crashed": exit code 254;
	//   - "killed": a user had requested that the run stop, as with [Server.StopRun].
	State string
	// ExitCode is nil until the client reports one.
	ExitCode *int
	// Stopped says that a user requested that the run stop, as with [Server.StopRun].
	Stopped bool
	// Preempting says that the client has ever reported a preemption.
	Preempting bool
	// Deleted says that the run was deleted. Its data can still be read here; its id
	// cannot be used again.
	Deleted bool
	// Upserts counts upsertBucket calls, Streams the posts to the file stream, and
	// Heartbeats the posts without content.
	Upserts, Streams, Heartbeats int
	// Overwritten counts history lines that replaced another at their index. Missing
	// counts indexes without a line below the highest one.
	Overwritten, Missing int
	// Posts are at least the last 10,000 posts to the file stream, in the order of
	// arrival. [RunView.Violations] checks them.
	Posts []Post
	// CreatedAt and HeartbeatAt are by the server's clock.
	CreatedAt, HeartbeatAt time.Time

	faulted []string  // violations of posts
	starts  []int     // see referee
	taken   time.Time // the moment, by the server's clock
	// artifact is the server's ArtifactByID. The tables of the history refer to artifacts.
	artifact func(id string) (ArtifactView, bool)
}

// Alert is an alert of a run.
type Alert struct {
	Title, Text, Severity string
	// Wait is the time during which further alerts with the same title are dropped.
	Wait time.Duration
}

// History decodes the history rows. Numbers, NaN and infinities are float64. The map of a
// line that is not a JSON object is nil.
func (v RunView) History() []map[string]any { return decodeRows(v.HistoryLines) }

// Events decodes the rows of system metrics like [RunView.History].
func (v RunView) Events() []map[string]any { return decodeRows(v.EventLines) }

func decodeRows(text []string) []map[string]any {
	rows := make([]map[string]any, len(text))
	for i, line := range text {
		rows[i], _ = jsontext.DecodeObject(line)
	}
	return rows
}

// Run returns a snapshot of the run, and whether it exists. Deleted runs are returned as
// well.
func (s *Server) Run(entity, project, id string) (RunView, bool) {
	r := s.findRun(entity, project, id)
	if r == nil {
		return RunView{}, false
	}
	v := r.view(s.cfg.clock())
	v.artifact = s.ArtifactByID
	return v, true
}

// ReadRun is [Server.Run] for a caller that looks often: it costs the same however long the
// run is. Of the fields, Config, Summary, Files, Alerts, Posts, Streamed and Writers are not
// set; RawConfig, RawSummary and [Server.RunFile] have what they are made of. Uploaded has
// the names of all files that the server has.
func (s *Server) ReadRun(entity, project, id string) (RunView, bool) {
	r := s.findRun(entity, project, id)
	if r == nil {
		return RunView{}, false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.brief(s.cfg.clock()), true
}

// RunFile returns the content of an uploaded file, and whether there is one. The content
// must not be changed.
func (s *Server) RunFile(entity, project, id, name string) ([]byte, bool) {
	r := s.findRun(entity, project, id)
	if r == nil {
		return nil, false
	}
	return r.upload(name)
}

// findRun returns the run, deleted or not, or nil.
func (s *Server) findRun(entity, project, id string) *run {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if p := s.realm.project(entity, project); p != nil {
		return p.runs[id]
	}
	return nil
}

// Runs lists all runs in the order of their creation, including deleted ones.
func (s *Server) Runs() []RunKey {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return keysOf(s.runs)
}

// WaitRun blocks until the run exists and satisfies cond, and returns it. A nil cond is
// satisfied by every run. cond is called once at the start and again after requests that
// change runs. If ctx ends first, WaitRun returns the last snapshot and an error that wraps
// ctx's.
func (s *Server) WaitRun(ctx context.Context, entity, project, id string, cond func(RunView) bool) (RunView, error) {
	return waitFor(ctx, &s.changed, "run "+entity+"/"+project+"/"+id, func() (RunView, bool) { return s.Run(entity, project, id) }, cond)
}
