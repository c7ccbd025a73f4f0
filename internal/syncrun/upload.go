package syncrun

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/filestream"
	"github.com/wandgo/wandgo/internal/rundir"
)

// upload brings a log to the server. A run that is live goes on: the server is
// not told that it ended.
func (j *job) upload(ctx context.Context, live bool) error {
	srv, l, s := j.e.Server, j.log, j.survey
	old, err := j.ask(ctx)
	if err != nil {
		return err
	}
	note := j.note(old)
	if old != nil && j.superseded(old, note) {
		return j.settle(old, note, rundir.Lines{}, live)
	}
	var p *place
	step, rewinds, err := j.rewinds(old, note)
	switch {
	case err != nil:
	case rewinds:
		old, p, err = j.rewind(ctx, step)
	default:
		p, err = locate(l, old, note, j.loadShift(note), s.Exit == nil && !live)
	}
	switch {
	case errors.Is(err, ErrConflict) && j.maybeThere() && !j.e.Options.IncludeSynced:
		return j.skip("the server has other or later rows of this run, so that it cannot be told whether it has these; --id uploads them as another run")
	case err != nil:
		return err
	case p.nothing:
		if p.doubtful > 0 {
			j.warn("the server has later rows of the run; whether the last %d of the log are there, too, is not known", p.doubtful)
		}
		return j.settle(old, note, p.base, live)
	case j.isThere(old, note, p):
		j.synced = true
		if err := j.settle(old, note, p.base, live); err != nil {
			return err
		}
		return j.skip(alreadyThere)
	}
	var config map[string]json.RawMessage
	var storageID string
	if old != nil {
		config, storageID = old.config, old.storageID
	}
	j.result.Continued = old != nil
	u := &upload{job: j, place: p, alerts: j.alerts(old, note, p), live: live}
	u.stale = s.Exit == nil && p.behind && !live
	u.ended = old != nil && old.ended() && !p.appended && !p.rewound
	if u.ended {
		u.code = codeOf(old.state)
	}
	in := s.upsert(j.target, storageID, nil, false)
	if !u.stale { // the server's config and labels are newer
		u.config = s.config(config, j.environment)
		// Somebody may have renamed a run that was online meanwhile.
		labels := note == nil || l.Dir.Offline() || s.relabelled
		in = s.upsert(j.target, storageID, u.config, labels)
	}
	created, err := srv.Upsert(ctx, in)
	if err != nil {
		if errors.Is(err, errors.ErrRunDeleted) && j.maybeThere() {
			return j.skip("the server had the run, which was deleted there since; --id uploads it as another run")
		}
		return err
	}
	r := &j.result
	r.Entity, r.Project, r.RunID = created.Entity, created.Project, created.RunID
	r.Name, r.URL = created.Name, created.URL
	if old == nil { // a fork has its parent's rows
		p.history, p.base.History = created.HistoryLines, created.HistoryLines
	}
	u.at, u.created = created.Target, created
	if p.appended || old == nil || note == nil {
		u.saveShift()
		u.noteProgress(time.Time{})
	}
	if old != nil && p.appended {
		u.oldSummary = old.summary
	}
	if err := u.run(ctx); err != nil {
		return err
	}
	u.acknowledge()
	return j.mark(live)
}

// ask asks how far the server has the run. A server that cannot be reached is not
// asked again for other runs.
func (j *job) ask(ctx context.Context) (*standing, error) {
	j.e.mu.Lock()
	down := j.e.down
	j.e.mu.Unlock()
	if down != nil {
		return nil, j.sameReason(down)
	}
	j.tell(Progress{Phase: Asking})
	status, err := j.e.Server.Status(ctx, j.target)
	if err != nil {
		if e, ok := errors.AsType[*errors.RequestError](err); ok && ctx.Err() == nil &&
			errors.Is(e.Cause, errors.ErrServerUnavailable) && e.StatusCode == 0 {
			j.e.mu.Lock()
			j.e.down = j.sameReason(err) // one of its own, which nobody changes
			j.e.mu.Unlock()
		}
		return nil, err
	}
	return standingOf(status)
}

// sameReason is an error about another run, for this one.
func (j *job) sameReason(err error) error {
	e, ok := errors.AsType[*errors.RequestError](err)
	if !ok {
		return err
	}
	same := *e
	same.Entity, same.Project, same.RunID, same.Dir = j.target.Entity, j.target.Project, j.target.RunID, ""
	return &same
}

// isThere reports whether the server has everything of a run of which something says
// so, as far as the server tells.
func (j *job) isThere(old *standing, note *rundir.Uploaded, p *place) bool {
	s := j.survey
	return old != nil && !broken(note) && j.maybeThere() && !j.e.Options.IncludeSynced && !j.cleans() &&
		!p.appended && (p.found || s.Rows == 0) && p.skip >= s.Rows && old.events-p.base.Events >= s.State.Events &&
		(old.ended() || old.state == "" || s.Exit != nil && s.Exit.NotComplete)
}

// broken reports whether a note is that of a sync that broke off. The server may have
// been told of the run's end then, and lack files.
func broken(note *rundir.Uploaded) bool { return note != nil && note.StorageID != "" && !note.Done }

// settle notes that there is nothing to send. Where nothing was sent earlier either,
// nobody knows of the files.
func (j *job) settle(old *standing, note *rundir.Uploaded, base rundir.Lines, live bool) error {
	j.result.Continued = true
	if !live {
		n := rundir.Uploaded{
			Base: base, Entity: j.target.Entity, Project: j.target.Project, RunID: j.target.RunID,
			StorageID: old.storageID, BaseURL: j.e.Options.BaseURL, LeftOut: j.leftOut(),
		}
		if note != nil {
			left := n.LeftOut
			n = *note
			n.RunID, n.LeftOut = j.target.RunID, cmp.Or(left, n.LeftOut)
		}
		n.Done, n.Bytes = true, j.log.Size
		n.History, n.Events = max(n.History, j.survey.Rows), max(n.Events, j.survey.State.Events)
		j.save(n)
	}
	return j.mark(live)
}

// mark says on disk, for the official client too, that there is nothing left to do.
func (j *job) mark(live bool) error {
	if live {
		j.result.Outcome = Running
		return nil
	}
	j.result.Outcome = Synced
	if err := j.log.Dir.MarkSynced(); err != nil {
		j.unwritable(err)
	}
	return nil
}

// upload is the second pass over a log.
type upload struct {
	*job
	place      *place
	at         Target
	created    *Created
	config     []byte
	oldSummary []byte // of what the log continues
	summary    []byte
	alerts     []int64 // places in the log of those to be raised
	saved      rundir.Uploaded
	live       bool // the run goes on
	stale      bool // the log ends before the run did, and says nothing that is new
	ended      bool // the server was told, with the code, that the run ended
	code       int32

	q       requests
	files   Files
	mu      sync.Mutex
	names   []string // uploaded and not reported yet; guarded by mu
	missing []string // guarded by mu
	rows    int64    // that the log gave so far
	events  int64
	told    time.Time
	noted   time.Time
}

func (u *upload) run(ctx context.Context) (err error) {
	u.q = requests{
		send:    func(ctx context.Context, body []byte) error { return u.e.Server.Send(ctx, u.at, body) },
		history: lines{file: filestream.History, offset: u.place.history},
		events:  lines{file: filestream.Events, offset: u.place.events},
		taken:   func() { u.noteProgress(time.Now()) },
	}
	defer func() {
		if err != nil { // another sync goes on there
			u.result.RowsSent -= u.q.history.count
			u.result.EventsSent -= u.q.events.count
			u.noteProgress(time.Time{})
		}
	}()
	files, err := u.e.Server.Files(u.at, u.uploaded, u.skipped)
	if err != nil {
		return err
	}
	defer files.Close()
	u.files = files
	u.saveFiles()

	output := newOutput()
	defer output.remove()
	if err := u.stream(ctx, output); err != nil {
		return err
	}
	u.last()
	if err := u.q.flush(ctx, nil); err != nil {
		return err
	}
	u.save(u.survey.Rows, u.survey.State.Events)
	filesErr := u.finishFiles(ctx, output)
	if !u.live || u.log.Dir.Offline() { // the alerts of a run that goes on are its own affair
		u.raise(ctx)
	}
	u.q.uploaded = u.take()
	u.result.Files = append(u.result.Files, u.q.uploaded...)
	slices.Sort(u.result.Files)
	if err := u.q.flush(ctx, u.exit()); err != nil {
		return err
	}
	if u.q.tooLong > 0 {
		u.warn("%d lines are longer than the server takes and were left out", u.q.tooLong)
	}
	u.mu.Lock()
	u.result.MissingFiles = u.missing
	u.mu.Unlock()
	return filesErr
}

// exit is the code with which the server is told that the run ended, nil if it is not
// told. A log that does not have the end must not change what the server knows of it;
// as every request says that a run goes on, the server is told that again.
func (u *upload) exit() *int32 {
	switch s := u.survey; {
	case u.live, s.Exit != nil && s.Exit.NotComplete:
		return nil
	case s.Exit == nil && u.ended:
		return new(u.code)
	}
	return new(int32(u.survey.exitCode()))
}

// codeOf is an exit code with which a run is in a state.
func codeOf(state string) int32 {
	if state == "finished" {
		return 0
	}
	return crashed
}

// last gathers what is sent once, after the rows.
func (u *upload) last() {
	if !u.stale && !u.place.behind {
		u.summary = u.survey.summary(u.oldSummary, u.place.shift)
		u.q.summary = u.summary
	}
}

// noteEvery bounds how often it is noted how far the upload is.
const noteEvery = time.Second

// noteProgress notes what the server has of the log by now; the zero time is not too
// early.
func (u *upload) noteProgress(now time.Time) {
	if !now.IsZero() && now.Sub(u.noted) < noteEvery {
		return
	}
	u.noted = now
	p := u.place
	u.save(max(p.skip, u.rows-u.q.history.count), max(p.counted, u.events-u.q.events.count, 0))
}

// save notes how much of the log the server has.
func (u *upload) save(rows, events int64) {
	u.saved = rundir.Uploaded{
		Base: u.place.base, History: rows, Events: events,
		Entity: u.at.Entity, Project: u.at.Project, RunID: u.at.RunID,
		StorageID: u.created.StorageID, BaseURL: u.e.Options.BaseURL,
	}
	u.saveAgain()
}

func (u *upload) saveAgain() {
	u.saved.Alerts, u.saved.AlertsSeen = u.alerts, int64(len(u.survey.Alerts))
	u.job.save(u.saved)
}

// acknowledge notes that the server has acknowledged everything.
func (u *upload) acknowledge() {
	if u.live {
		return
	}
	left := u.leftOut()
	u.saved.Done, u.saved.Bytes = true, u.log.Size
	u.saved.Whole, u.saved.LeftOut = left == "", left
	u.saveAgain()
}

// progressEvery bounds how often progress is told.
const progressEvery = 100 * time.Millisecond

func (u *upload) progress() {
	if u.rows%256 != 0 {
		return
	}
	if now := time.Now(); now.Sub(u.told) >= progressEvery {
		u.told = now
		u.tell(Progress{Phase: Sending, Done: u.rows, Total: u.survey.Rows})
	}
}
