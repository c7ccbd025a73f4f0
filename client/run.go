package client

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/alert"
	"github.com/wandgo/wandgo/internal/display"
	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/history"
	"github.com/wandgo/wandgo/internal/metric"
	"github.com/wandgo/wandgo/internal/resume"
	"github.com/wandgo/wandgo/internal/runconfig"
	"github.com/wandgo/wandgo/internal/runfiles"
	"github.com/wandgo/wandgo/internal/settings"
	"github.com/wandgo/wandgo/internal/summary"
	"github.com/wandgo/wandgo/internal/sysmetrics"
)

// Run is a run in progress: online, or kept on disk where the program chose to
// go on without the server. Make it with [Init] or [Client.Init] and end it with
// [Run.Finish]. Its methods are safe for concurrent use, and only those wait for the
// network that take a context or a timeout: Finish, FinishWithCode, FinishOnPanic and
// Alert.
type Run struct {
	client     *Client
	ownsClient bool

	// Fixed when the run starts.
	id, entity, project, url string
	started                  time.Time
	earlier                  time.Duration // how long the run had been running before
	resumed                  bool
	ctx                      context.Context         // ends when the run ends or is stopped
	cancel                   context.CancelCauseFunc // of ctx
	disabled                 bool                    // it leaves no trace
	writer                   *writer                 // nil unless others write the run as well
	graphql                  *gqlclient.Client       // says who writes
	stepIgnored              sync.Once               // the warning about steps in shared mode
	display                  *display.Display        // nil where nobody looks
	stats                    *sysmetrics.Sampler     // nil if not measured
	lookups                  lookups

	mu       sync.Mutex
	encoder  history.Encoder
	line     []byte // buffer for one row, reused
	step     int64
	open     openRow // metrics of the current step that wait for more
	config   runconfig.Config
	labels   labels
	metrics  metric.Set
	summary  summary.Summary
	files    *runfiles.Uploader // nil for a disabled run
	screen   *screen            // nil for a disabled run, and where the console is to stay out
	rec      *recorder          // nil for a disabled run, and where the disk has no place
	up       *upload            // nil for a run without the server
	why      reasons            // why the run is not, or no longer, online
	alerter  *alert.Alerter     // nil for a disabled run, and where the disk has no place
	homeless bool               // neither the server nor the disk has it
	news     error              // for the next call that writes a row to tell, once
	closed   bool
	lasted   time.Duration // how long the run went on, once it is closed

	ending   chan struct{} // holds one token; taken by the Finish that works
	finished bool          // guarded by the token
	result   error         // guarded by the token

	watches []func() // stop what OnSignal began
}

func (c *Client) newRun(p *plan) *Run {
	r := &Run{
		client:   c,
		id:       p.id,
		entity:   p.entity,
		project:  p.project,
		started:  p.started,
		config:   p.config,
		labels:   p.labels,
		resumed:  p.resumed,
		disabled: p.mode == settings.ModeDisabled,
		writer:   p.writer,
		graphql:  p.graphql,
		ending:   make(chan struct{}, 1),
	}
	r.encoder.Limit = int(c.settings.FileStream.MaxLineBytes)
	r.ctx, r.cancel = context.WithCancelCause(context.Background())
	r.ending <- struct{}{}
	if s := p.state; s != nil {
		r.step = s.Step
		r.earlier = s.Runtime
		if err := r.restore(s); err != nil {
			c.log.Warn("take over the resumed run's summary and metrics", "run", r.String(), "error", err)
		}
	}
	return r
}

// restore takes over what the summary showed and how metrics were defined.
func (r *Run) restore(s *resume.State) error {
	var errs []error
	if len(s.Summary) > 0 {
		errs = append(errs, r.summary.Load(s.Summary))
	}
	if m := r.config.Own.Metrics; len(m) > 0 {
		errs = append(errs, r.metrics.Load(m))
	}
	return errors.Join(errs...)
}

// startOnline is called with the server's answer, which has the last word on
// all names.
func (c *Client) startOnline(p *plan, b *graphql.Run) *Run {
	if b.HistoryLineCount != nil && *b.HistoryLineCount > 0 && !p.resumed && p.rewind == nil {
		// The run has rows and is not continued: they are its parent's, which the
		// server gave the fork, or those of a run of this id that was not to be
		// resumed. Ours come after.
		if p.state == nil {
			p.state = new(resume.State)
		}
		p.state.HistoryLines = int64(*b.HistoryLineCount)
	}
	r := c.newRun(p)
	r.id = first(b.Name, r.id)
	if b.DisplayName != nil {
		r.labels.name = first(*b.DisplayName, r.labels.name)
	}
	if b.Project != nil {
		r.project = first(b.Project.Name, r.project)
		r.entity = first(b.Project.Entity.Name, r.entity)
	}
	r.url = settings.RunURL(c.settings.AppURL, r.entity, r.project, r.id)
	rec, err := c.openRecorder(r, p, true)
	if err != nil { // the server has the run; the disk is the second line only
		c.log.Warn("the run is not kept on disk", "run", r.String(), "error", err)
	}
	r.rec = rec
	r.findTwin()
	r.up = newUpload(c, r, p)
	r.equip(p, true)
	r.up.stream.Start()
	r.display.Start(r.url, r.resumed)
	c.log.Info("run created", "entity", r.entity, "project", r.project, "run", r.id, "url", r.url, "resumed", r.resumed)
	return r
}

// startOffline keeps the run on disk; cause is nil where the user asked for it.
func (c *Client) startOffline(p *plan, cause error) (*Run, error) {
	r := c.newRun(p)
	if p.resume != "" && !p.resumed {
		c.log.Warn("resuming is left aside where the server cannot be asked: steps begin at 0, and a sync puts the rows behind those that the server has", "run", r.String(), "resume", p.resume)
	}
	r.why.set(partRows, cause)
	rec, err := c.openRecorder(r, p, false)
	if err == nil {
		if err = rec.refusal(cause); err != nil {
			err = errors.Join(err, rec.writer.Close())
		}
	}
	if err != nil {
		return nil, fmt.Errorf("start offline run %s: %w", p.where(), flat{err})
	}
	r.rec = rec
	r.equip(p, false)
	r.display.Offline(rec.dir.Path(), oneLine(cause))
	return r, nil
}

// startHomeless is for a program that chose to go on without the server where the
// disk has no place either. It goes on all the same; each row that it logs is lost,
// and Log says so.
func (c *Client) startHomeless(p *plan, cause error) *Run {
	r := c.newRun(p)
	r.why.set(partRows, cause)
	r.homeless = true
	c.display.Run(r.shownName()).Nowhere(oneLine(cause)) // and nothing more: there will be nothing to show
	c.log.Warn("the run is kept nowhere: the server did not take it, and the disk has no place", "run", r.String(), "error", cause)
	return r
}

// equip begins what every run has beside its rows.
func (r *Run) equip(p *plan, online bool) {
	r.display = r.client.display.Run(r.shownName())
	if !r.client.settings.NoConsole {
		r.screen = &screen{run: r}
	}
	r.alerter = alert.New(r.graphql, r.entity, r.project, r.id)
	r.files = r.client.openFiles(r, online)
	r.saveMachineFiles(p.machine)
	r.startStats(p)
	r.lookUp(p)
}

func oneLine(err error) string {
	if err == nil {
		return ""
	}
	return flat{err}.Error()
}

// shownName is what a person at a terminal knows the run by.
func (r *Run) shownName() string { return first(r.labels.name, r.id) }

func (c *Client) startDisabled(p *plan) *Run { return c.newRun(p) }

// ID returns the run's permanent name within its project.
func (r *Run) ID() string { return r.id }

// Entity returns the team or user that owns the project: the server's answer,
// which may differ from what was asked. For a run that never reached the server
// it is what was asked, and may be "".
func (r *Run) Entity() string { return r.entity }

// Project returns the run's project.
func (r *Run) Project() string { return r.project }

// Name returns the name shown in the web UI, "" if the server has not given one.
func (r *Run) Name() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.labels.name
}

// Resumed reports whether the run had been going on before and continues where
// the server stands.
func (r *Run) Resumed() bool { return r.resumed }

// Context returns a context that ends when a user stops the run in the web UI,
// with [ErrStopped] as its cause, or when the run is finished; where
// WANDB_STOP_ON_FATAL_ERROR is set also when the server stops taking the run, with
// what [Run.Err] returns as its cause. A training loop that watches it stops when
// it is asked to.
func (r *Run) Context() context.Context { return r.ctx }

// ErrStopped is the cause of the end of [Run.Context] when a user stopped the
// run in the web UI.
var ErrStopped = errors.New("the run was stopped in the web UI")

// URL returns the address of the run's page, "" for a run that never reached
// the server.
func (r *Run) URL() string { return r.url }

// Dir returns the directory in which the run is kept on disk, "" for a disabled
// run and where the disk has no place. What the server does not get is in there,
// for wandgo sync or the official wandb sync to bring it later.
func (r *Run) Dir() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.rec == nil {
		return ""
	}
	return r.rec.dir.Path()
}

// Err returns why the run is not, or no longer, online: the refusal that
// OnRefused chose to survive, or what ended the upload later on, usually an
// *errors.PermissionError. While the rows still reach the server, it is why changes of
// the settings, or files, do not; that ends when the settings are taken after all,
// which Finish tries. It is nil while all is well, and for runs that are offline or
// disabled by request.
func (r *Run) Err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.why.first()
}

// Step returns the step that the next row will have. It is -1 in shared mode, in
// which the server numbers the rows of all processes as they arrive.
func (r *Run) Step() int64 {
	if r.writer != nil {
		return -1
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.step
}

// String names the run.
func (r *Run) String() string { return fmt.Sprintf("run %s/%s/%s", r.entity, r.project, r.id) }

// Format prints what String returns, whatever the verb, and nothing of what
// other goroutines may be changing.
func (r *Run) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, r.String()) }
