package syncrun

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/filestream"
	"github.com/wandgo/wandgo/internal/oneline"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/rundir"
	"github.com/wandgo/wandgo/internal/sink"
)

// requestBytes is about how much is sent between two waits for the server's
// acknowledgement. It bounds the memory of a replay, and how much is sent again after an
// interruption.
const requestBytes = 4 << 20

// upload is the second pass over a log: it replays the records into the server's sink.
type upload struct {
	*job
	resume     *resumePoint
	at         sink.Target
	created    *Created
	config     []byte
	oldSummary []byte                 // of the run that the log continues
	keepStep   []byte                 // the server's summary with the greatest step, if late rows would hide it
	summary    atomic.Pointer[[]byte] // the stream reads it on its goroutine
	alerts     []int64                // indices in the log of those to send
	saved      rundir.Uploaded
	writer     string // the server's name for the process, in shared mode
	later      bool   // another process continued the run, and decided how it ended
	stale      bool   // the server's config, labels and summary are newer than the log's
	ended      bool   // the server knows that the run ended, with code
	code       int32

	sink     *sink.Server
	warning  atomic.Pointer[string] // what the server warns of
	waiting  int                    // bytes since the last flush
	tooLong  int64                  // lines longer than the server accepts
	files    Files
	mu       sync.Mutex
	missing  []string // guarded by mu
	rows     int64    // read from the log so far
	events   int64
	known    int64 // events that the server has
	reported time.Time
	noted    time.Time
}

// connect makes the sink for the run that the server created, and notes its names.
func (u *upload) connect(created *Created) {
	u.at, u.created = created.Target, created
	r := &u.result
	r.Entity, r.Project, r.RunID, r.Name, r.URL = created.Entity, created.Project, created.RunID, created.Name, created.URL
	u.sink = u.e.Server.Connect(u.at, sink.ServerConfig{
		Header:  sink.WriterHeader(u.writer),
		Offsets: record.Lines{History: u.resume.history, Events: u.resume.events, Console: u.resume.base.Console},
		Stream: filestream.Config{
			FlushOnly: true, MaxRequestBytes: requestBytes, MemoryLimit: 2 * requestBytes,
			OnWarning: func(text string) { u.warning.Store(&text) },
		},
		Summary: u.finalSummary,
	})
}

func (u *upload) run(ctx context.Context) (err error) {
	u.sink.Start() //nolint:contextcheck // the stream has a life of its own; ctx bounds the waits
	defer func() {
		u.sink.Close()
		u.count()
		if text := u.warning.Load(); text != nil {
			u.warn("%s", *text)
		}
		if err != nil { // another sync resumes there
			u.noteProgress(time.Time{})
			u.endRefused(ctx, err)
		}
	}()
	files := u.e.Server.Files(u.at, u.uploaded, u.skipped)
	defer files.Close()
	u.files = files
	u.saveFiles()

	output := newOutput()
	defer output.remove()
	if err := u.stream(ctx, output); err != nil {
		return err
	}
	if !u.stale && !u.resume.behind {
		line := u.contents.summary(u.oldSummary, u.resume.shift)
		u.summary.Store(&line)
	} else if u.keepStep != nil {
		u.summary.Store(&u.keepStep)
	}
	if u.contents.Preempting && !u.stale && !u.ended {
		if err := u.sink.Put(&record.Preempting{}); err != nil {
			return u.explain(ctx, ctx, err)
		}
	}
	if u.finalSummary() != nil {
		if err := u.sink.Put(&record.Summary{}); err != nil {
			return u.explain(ctx, ctx, err)
		}
	}
	if err := u.flush(ctx); err != nil {
		return err
	}
	u.save(u.contents.Rows, u.contents.State.Events)
	filesErr := u.finishFiles(ctx, output)
	if !u.live || u.log.Dir.Offline() { // a run in progress sends its own alerts and artifacts
		filesErr = errors.Join(filesErr, u.finishArtifacts(ctx, u.at, u.saveAgain))
		u.raise(ctx)
	}
	if err := u.finish(ctx); err != nil {
		return err
	}
	u.reportOmissions()
	u.mu.Lock()
	slices.Sort(u.result.Files)
	u.result.MissingFiles = u.missing
	u.mu.Unlock()
	return filesErr
}

// finalSummary returns the summary at the end of the log. It is nil if there is none, and
// until all rows are in the sink.
func (u *upload) finalSummary() []byte {
	if line := u.summary.Load(); line != nil {
		return *line
	}
	return nil
}

// put accounts for a line that was put into the sink, with the sink's error. It waits for
// the server after requestBytes.
func (u *upload) put(ctx context.Context, bytes int, err error) error {
	if _, long := errors.AsType[*filestream.LineTooLongError](err); long {
		u.tooLong++
		return nil
	}
	if err != nil {
		return u.explain(ctx, ctx, u.failure(err))
	}
	if u.waiting += bytes; u.waiting < requestBytes {
		return nil
	}
	return u.flush(ctx)
}

// flush waits until the server has acknowledged everything so far.
func (u *upload) flush(ctx context.Context) error {
	within, cancel := u.retryTimeout(ctx)
	defer cancel()
	u.waiting = 0
	if err := u.sink.Flush(within); err != nil {
		return u.explain(ctx, within, u.failure(err))
	}
	u.noteProgress(time.Now())
	return nil
}

// finish sends the rest and the end of the run.
func (u *upload) finish(ctx context.Context) error {
	within, cancel := u.retryTimeout(ctx)
	defer cancel()
	code, ends := u.exit()
	if err := u.sink.FinishRows(within, int(code), ends); err != nil {
		return u.explain(ctx, within, u.failure(err))
	}
	return nil
}

// endRefused reports the end of the run to a server that refused the rows.
func (u *upload) endRefused(ctx context.Context, refusal error) {
	code, ends := u.exit()
	if !ends {
		return
	}
	within, cancel := u.retryTimeout(ctx)
	defer cancel()
	if err := u.sink.EndRefused(within, refusal, int(code)); err != nil {
		u.warn("the server did not accept the end of the run: %s", oneline.Text(u.explain(ctx, within, err)))
	}
}

// retryTimeout bounds one wait for the server.
func (u *upload) retryTimeout(ctx context.Context) (context.Context, context.CancelFunc) {
	if limit := u.e.Options.RetryTimeout; limit > 0 {
		return context.WithTimeout(ctx, limit)
	}
	return context.WithCancel(ctx)
}

// failure returns why the server did not accept something: the error of the last request,
// or err if that is not known.
func (u *upload) failure(err error) error {
	if last := u.sink.Interrupt(); last != nil {
		return last
	}
	return err
}

func (u *upload) explain(ctx, within context.Context, err error) error {
	return u.e.Server.Explain(ctx, within, u.at, err)
}

// exit returns the exit code to send, and whether to send one. A log without an exit
// record must not change how the run ended according to the server. That end is sent
// again, because every request sets the run back to running.
func (u *upload) exit() (code int32, ends bool) {
	switch s := u.contents; {
	case u.later:
		return u.code, u.ended && !u.e.Options.Continued
	case u.live, s.Exit != nil && s.Exit.NotComplete, s.Exit == nil && u.e.Options.Continued:
		return 0, false
	case s.Exit == nil && u.ended:
		return u.code, true
	}
	return int32(u.contents.exitCode()), true
}

// count sets the result's numbers to what the server has acknowledged.
func (u *upload) count() {
	stats := u.sink.Stats()
	u.result.RowsSent, u.result.EventsSent = stats.History.Acked, stats.Events.Acked
}

// reportOmissions warns about skipped lines.
func (u *upload) reportOmissions() {
	if u.tooLong > 0 {
		u.warn("%d lines were skipped because they are longer than the server accepts", u.tooLong)
	}
	if u.sink.Stats().SummaryTooLong {
		u.warn("the summary was skipped because it is longer than the server accepts")
	}
}

// noteEvery is the shortest time between two saves of the progress.
const noteEvery = time.Second

// noteProgress saves how much of the log the server has, at most every noteEvery. With the
// zero time it always saves.
func (u *upload) noteProgress(now time.Time) {
	if !now.IsZero() && now.Sub(u.noted) < noteEvery {
		return
	}
	u.noted = now
	p, stats := u.resume, u.sink.Stats()
	rows := p.skip + stats.History.Acked
	if p.late != nil {
		rows = p.noted
	}
	u.save(rows, max(p.counted, u.known+stats.Events.Acked))
}

// save saves how much of the log the server has.
func (u *upload) save(rows, events int64) {
	u.saved = rundir.Uploaded{
		Base: u.resume.base, History: rows, Events: events,
		Entity: u.at.Entity, Project: u.at.Project, RunID: u.at.RunID, Name: u.created.Name,
		Late: u.resume.moved, Writer: u.writer, StorageID: u.created.StorageID, BaseURL: u.target.BaseURL,
	}
	u.saveAgain()
}

func (u *upload) saveAgain() {
	u.saved.Alerts, u.saved.AlertsSeen, u.saved.Artifacts = u.alerts, int64(len(u.contents.Alerts)), u.artifacts
	u.job.save(u.saved)
}

// acknowledge records that the server has acknowledged everything.
func (u *upload) acknowledge() {
	if u.live {
		return
	}
	left := u.leftOut()
	u.saved.Done, u.saved.Bytes = !u.postponedArtifacts, u.log.Size
	u.saved.Whole, u.saved.LeftOut = left == "" && !u.postponedArtifacts, left
	u.saveAgain()
}

// progressEvery is the shortest time between two reports of the progress.
const progressEvery = 100 * time.Millisecond

func (u *upload) progress() {
	if u.rows%256 != 0 {
		return
	}
	if now := time.Now(); now.Sub(u.reported) >= progressEvery {
		u.reported = now
		u.report(Progress{Phase: Sending, Done: u.rows, Total: u.contents.Rows})
	}
}
