// Package session is a live run: it turns the calls of a program into records and puts
// them into a sink. Whether a record goes to disk, to the server or to neither is the
// sink's decision.
package session

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/artifacts/draft"
	"github.com/wandgo/wandgo/internal/connection"
	"github.com/wandgo/wandgo/internal/display"
	"github.com/wandgo/wandgo/internal/filestream"
	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/metric"
	"github.com/wandgo/wandgo/internal/oneline"
	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/resume"
	"github.com/wandgo/wandgo/internal/runconfig"
	"github.com/wandgo/wandgo/internal/runfiles"
	"github.com/wandgo/wandgo/internal/settings"
	"github.com/wandgo/wandgo/internal/sink"
	"github.com/wandgo/wandgo/internal/summary"
	"github.com/wandgo/wandgo/internal/sysmetrics"
)

// Env is what all runs of a client share.
type Env struct {
	*connection.Connection
	Screen  *display.Screen // nil if no one looks
	Journal journal.Options
	TempDir string

	// Stream has the pacing and limits of a file stream.
	Stream filestream.Config
	// SettingsDelay, FileDelay and FilePoll are the pacing of settings and files.
	SettingsDelay, FileDelay, FilePoll time.Duration
	// References asks about the references of artifacts.
	References draft.Getter
}

// Plan is a run before it exists: what its creator chose, with the defaults filled in.
type Plan struct {
	Entity, Project, ID string
	Labels              Labels
	Sweep               string
	Host, Program       string
	Config              runconfig.Config
	Started             time.Time
	// Past says that the run took place before it was logged. Its runtime is measured by the
	// timestamps of the rows.
	Past   bool
	OnLost func(error)
	// OnFinished is called once at the end. clean says that the run ended well, and
	// that nothing of it is missing.
	OnFinished    func(clean bool)
	StatsInterval time.Duration
	Sources       []sysmetrics.Source
	SaveDiff      bool
	Machine       *Machine // nil for a disabled run
	Writer        *Writer  // nil unless others write the run as well
	GraphQL       *gqlclient.Client
	State         *resume.State // where the run continues; nil for a new one
	Resume        bool          // the run is continued if it exists
	Resumed       bool          // the run exists and is continued
	Unsent        error         // of earlier processes; nil if the server has all their rows
	Forked        bool
}

// Target names the run for the server of env.
func (p *Plan) Target(env *Env) sink.Target {
	return sink.Target{Entity: p.Entity, Project: p.Project, RunID: p.ID, BaseURL: env.Settings.BaseURL.Text}
}

// String names the run.
func (p *Plan) String() string {
	return plaintext.Line(fmt.Sprintf("run %s/%s/%s", p.Entity, p.Project, p.ID), plaintext.NoLimit)
}

// Session is a run in progress. Its methods are safe for concurrent use.
type Session struct {
	env     *Env
	plan    *Plan
	url     string
	prior   time.Duration // how long the run was running before this process
	display *display.Display
	sink    *sink.Both

	ctx    context.Context // ends when the run ends or is stopped
	cancel context.CancelCauseFunc

	mu       sync.Mutex // guards what follows, up to the empty line
	rows     rows
	past     time.Duration // with Plan.Past: the runtime of the last row
	config   runconfig.Config
	labels   Labels
	metrics  metric.Set
	summary  summary.Summary
	closed   bool
	duration time.Duration // of the run, after it is closed

	screen  *screen // nil for a disabled run, and if the console is not recorded
	stats   *sysmetrics.Sampler
	lookups lookups
	ending  ending
	digests draft.Digests // of the files of artifacts
}

// New creates the session of a run that stores nothing: a disabled one.
func New(env *Env, p *Plan) *Session {
	s := &Session{env: env, plan: p, config: p.Config, labels: p.Labels}
	s.rows.encoder.Limit = int(env.Settings.FileStream.MaxLineBytes)
	s.rows.encoder.Media, s.rows.media.run.ID = s.appendMedia, p.ID
	s.ctx, s.cancel = context.WithCancelCause(context.Background())
	s.ending.done = make(chan struct{})
	s.sink = new(sink.Both)
	if state := p.State; state != nil {
		s.rows.step, s.prior = state.Step, state.Runtime
		if err := s.restore(state); err != nil {
			env.Log.Warn("cannot restore the resumed run's summary and metrics", "run", s.String(), "error", err)
		}
	}
	return s
}

// restore restores the summary and the metric definitions.
func (s *Session) restore(state *resume.State) error {
	var errs []error
	if len(state.Summary) > 0 {
		errs = append(errs, s.summary.Load(state.Summary))
	}
	if m := s.config.Own.Metrics; len(m) > 0 {
		errs = append(errs, s.metrics.Load(m))
	}
	return errors.Join(errs...)
}

// StartOnline starts a run that the server has. b is the server's response, which
// decides about all names.
func StartOnline(env *Env, p *Plan, b *graphql.Run, rewound bool) *Session {
	if b.HistoryLineCount != nil && *b.HistoryLineCount > 0 && !p.Resumed && !rewound {
		// The run has rows and is not continued: they are its parent's, which the
		// server gave the fork, or those of a run of this id that was not to be
		// resumed. New rows come after them.
		if p.State == nil {
			p.State = new(resume.State)
		}
		p.State.Lines.History = int64(*b.HistoryLineCount)
	}
	s := New(env, p)
	s.adopt(b)
	s.url = settings.RunURL(env.Settings.AppURL, p.Entity, p.Project, p.ID)
	s.sink = sink.New(s.sinkConfig(true))
	if err := s.sink.OpenDisk(); err != nil { // the server has the run; the disk is the second line only
		env.Log.Warn("the run is not stored on disk", "run", s.String(), "error", err)
	}
	s.display = env.Screen.Run(s.shownName())
	s.sink.ReportUnsent(p.Unsent)
	s.sink.FindConcurrentWriter()
	s.sink.Connect(s.serverConfig())
	s.startBackground(true)
	s.sink.Start()
	s.display.Start(s.url, p.Resumed)
	env.Log.Info("run created", "entity", p.Entity, "project", p.Project, "run", p.ID, "url", s.url, "resumed", p.Resumed)
	return s
}

func (s *Session) adopt(b *graphql.Run) {
	p := s.plan
	set := func(field *string, value *string) {
		if value != nil && *value != "" {
			*field = *value
		}
	}
	set(&p.ID, &b.Name)
	s.rows.media.run.ID = p.ID
	set(&s.labels.Name, b.DisplayName)
	if b.Project != nil {
		set(&p.Project, &b.Project.Name)
		set(&p.Entity, &b.Project.Entity.Name)
	}
}

// StartOffline starts a run that is stored on disk only. cause is why, or nil if the
// user chose it.
func StartOffline(env *Env, p *Plan, cause error) (*Session, error) {
	s := New(env, p)
	s.sink = sink.New(s.sinkConfig(false))
	err := s.sink.OpenDisk()
	if err == nil {
		err = s.sink.Refused(cause)
	}
	if err != nil {
		return nil, fmt.Errorf("start offline %s: %w", s, oneline.Error(err))
	}
	s.display = env.Screen.Run(s.shownName())
	s.startBackground(false)
	s.otherID(cause)
	s.display.Offline(s.sink.Dir(), oneline.Text(cause))
	if p.Resume && p.State == nil && p.Writer == nil { // logs of a shared run are not moved
		if dir := s.sink.EarlierDir(); dir != "" {
			s.display.Warn("resume is ignored without the server: the run has a log in " + plaintext.ShellPath(dir) +
				", and the steps of this one start at 0 again; wandgo sync moves them behind the earlier ones")
		}
	}
	return s, nil
}

// StartUnpersisted starts a run that neither the server nor the disk has, for a program
// that chose to continue without the server. Each row that it logs is lost, and Log
// returns that.
func StartUnpersisted(env *Env, p *Plan, cause error) *Session {
	s := New(env, p)
	s.sink = sink.New(s.sinkConfig(false))
	s.sink.Unpersisted(cause)
	env.Screen.Run(s.shownName()).Nowhere(oneline.Text(cause)) // and nothing more: there will be nothing to show
	env.Log.Warn("the run is not stored: the server refused it, and its directory cannot be written", "run", s.String(), "error", cause)
	return s
}

// startBackground starts what every run has beside its rows.
func (s *Session) startBackground(online bool) {
	if !s.env.Settings.NoConsole {
		s.screen = &screen{session: s}
	}
	cfg := runfiles.Config{Logger: s.env.Log, IgnoreGlobs: s.env.Settings.Machine.IgnoreGlobs}
	if online {
		cfg.BatchWait, cfg.PollInterval = s.env.FileDelay, s.env.FilePoll
		cfg.Policy, cfg.Slots = &s.env.FilePolicy, s.env.Slots
		cfg.GraphQL, cfg.Transport = s.plan.GraphQL, s.env.Transport
	}
	s.sink.OpenFiles(cfg)
	s.sink.SaveOwn(fileMetadata, s.plan.Machine.text())
	s.sink.SaveOwn("requirements.txt", s.plan.Machine.requirements)
	s.startStats()
	s.startLookups()
}

// shownName is the name that a person at a terminal sees.
func (s *Session) shownName() string { return cmp.Or(s.labels.Name, s.plan.ID) }

func (s *Session) target() sink.Target { return s.plan.Target(s.env) }

func (s *Session) sinkConfig(online bool) sink.Config {
	return sink.Config{
		Log: s.env.Log, Name: s.String(), Target: s.target(), GraphQL: s.plan.GraphQL, Diagnoser: s.env.Diagnoser,
		Disk: sink.DiskConfig{
			Root: s.env.Settings.RunRoot(), TempDir: s.env.TempDir, RunID: s.plan.ID, Started: s.plan.Started,
			Online: online, Journal: s.env.Journal,
		},
		Events: sink.Events{
			Offline: s.rowsRefused,
			Warning: func(text string) { s.display.Warn(text) },
			Stopped: func() {
				s.display.Stopped()
				s.cancel(ErrStopped)
			},
		},
		OnLost: s.plan.OnLost,
		Opening: func(open func([]record.Record)) {
			s.mu.Lock()
			defer s.mu.Unlock()
			open(s.opening())
		},
		Exclusive:   s.plan.Writer == nil,
		Key:         s.env.Settings.Key,
		Writer:      s.plan.Writer.id(),
		ConsoleFile: s.plan.Writer.ConsoleFile(),
	}
}

func (s *Session) serverConfig() sink.ServerConfig {
	cfg := sink.ServerConfig{
		Transport: s.env.Transport, GraphQL: s.plan.GraphQL, Policy: s.env.StreamPolicy,
		Header: sink.WriterHeader(s.plan.Writer.id()), Started: s.plan.Started, Stream: s.env.Stream,
		SettingsDelay: s.env.SettingsDelay, Settings: s.settingsInput, Summary: s.summaryLine,
	}
	if state := s.plan.State; state != nil && s.plan.Writer == nil { // each of several writers counts its own lines
		cfg.Offsets = state.Lines
	}
	return cfg
}

// otherID makes the commands that are shown upload the run under another id if the server
// never accepts its own again. errors.Explain names the same id.
func (s *Session) otherID(cause error) {
	if errors.Is(cause, errors.ErrRunDeleted) {
		s.display.UploadAs(s.plan.ID + "-2")
	}
}

// rowsRefused is called when the server stopped accepting rows.
func (s *Session) rowsRefused(dir string, err error, finishing bool) {
	s.otherID(err)
	if !finishing { // Finish shows it
		s.display.Lost(dir, oneline.Text(err))
	}
	if s.env.Settings.StopOnFatalError {
		s.cancel(err)
	}
}

// ErrStopped is the cause of the end of the context when a user stopped the run in the
// web UI.
var ErrStopped = errors.New("the run was stopped in the web UI")

// ID is the run's permanent name within its project.
func (s *Session) ID() string { return s.plan.ID }

// Entity is the owner of the project.
func (s *Session) Entity() string { return s.plan.Entity }

// Project is the run's project.
func (s *Session) Project() string { return s.plan.Project }

// URL is the run's page, "" if the run never reached the server.
func (s *Session) URL() string { return s.url }

// Resumed reports whether the run is continued.
func (s *Session) Resumed() bool { return s.plan.Resumed }

// Context ends when the run ends or is stopped.
func (s *Session) Context() context.Context { return s.ctx }

// Stop ends the context.
func (s *Session) Stop(cause error) { s.cancel(cause) }

// Dir is the run's directory, or "".
func (s *Session) Dir() string { return s.sink.Dir() }

// Err is why the run is not online any more, or not whole.
func (s *Session) Err() error { return s.sink.Err() }

// Shared reports whether other processes write the run as well.
func (s *Session) Shared() bool { return s.plan.Writer != nil }

// String names the run.
func (s *Session) String() string { return s.plan.String() }

// Warn shows a sentence about the run, and logs it.
func (s *Session) Warn(text string) {
	s.env.Log.Warn(text, "run", s.String()) //nolint:sloglint // a sentence of a fixed list
	s.display.Warn(text)
}

// isClosed reports whether the run accepts nothing more.
func (s *Session) isClosed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

// Flush blocks until everything stored so far is on disk and, if the run is online, on
// the server, or ctx ends. A row that is still open is not flushed.
func (s *Session) Flush(ctx context.Context) error {
	err := errors.ErrRunFinished
	if !s.isClosed() {
		err = s.sink.Flush(ctx)
	}
	return s.failed("flush %s", err)
}

// MarkPreempting records that the machine is about to be taken away.
func (s *Session) MarkPreempting() error {
	return s.change("mark %s as preempting", func() error { return s.sink.Put(&record.Preempting{}) })
}

// change calls do with s.mu held, unless the run is finished. action is that of failed.
func (s *Session) change(action string, do func() error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := errors.ErrRunFinished
	if !s.closed {
		err = do()
	}
	return s.failed(action, err)
}

// failed wraps an error with what failed; action has %s for the run.
func (s *Session) failed(action string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf(action+": %w", s, oneline.Error(err))
}
