package client

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/environment"
	"github.com/wandgo/wandgo/internal/history"
	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/jsonx"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/runconfig"
	"github.com/wandgo/wandgo/internal/rundir"
	"github.com/wandgo/wandgo/internal/version"
)

// summaryEvery is how often the summary goes into the journal while rows come.
// Both are as fresh after a crash, as the journal itself reaches the disk once a
// second.
const summaryEvery = time.Second

// minConsumer is the least version of the official client that reads the form in
// which the journal is written.
const minConsumer = "0.70.0"

// recorder keeps a run on disk, whether or not the server has it too: rows go to
// the journal first and to the network second.
type recorder struct {
	dir         *rundir.Dir
	writer      *journal.Writer
	lastSummary time.Time
	faulty      bool // the disk failed, and that was logged

	alerting sync.Mutex
	alerts   int64 // how many are in the journal; guarded by alerting
}

// openRecorder makes the run's directory and begins its journal. online says
// whether the server is to have it too.
func (c *Client) openRecorder(r *Run, p *plan, online bool) (*recorder, error) {
	dir, err := c.makeRunDir(r, online)
	if err != nil {
		return nil, err
	}
	w, err := journal.Create(dir.Journal(), c.journal)
	if err != nil {
		return nil, err
	}
	rec := &recorder{dir: dir, writer: w}
	for _, body := range []record.Record{
		&record.Header{Producer: "wandgo " + version.Module(), MinConsumer: minConsumer},
		r.runRecord(p),
		telemetryRecord(&r.config),
	} {
		if err := w.Append(body); err != nil {
			return nil, errors.Join(fmt.Errorf("begin journal: %w", err), w.Close())
		}
	}
	if err := p.machine.record(rec); err != nil {
		return nil, errors.Join(fmt.Errorf("begin journal: %w", err), w.Close())
	}
	return rec, nil
}

// makeRunDir makes the run's directory. Where it has no place, as in a container
// whose working directory is read-only, the temporary directory serves, as with the
// official client: a run that is to survive a refusal needs one.
func (c *Client) makeRunDir(r *Run, online bool) (*rundir.Dir, error) {
	dir, err := rundir.Create(c.settings.RunRoot(), r.id, online, r.started)
	if err == nil {
		return dir, nil
	}
	tmp, tmpErr := os.MkdirTemp(c.tempDir(), rundir.TempPattern)
	if tmpErr == nil {
		dir, tmpErr = rundir.Create(filepath.Join(tmp, "wandb"), r.id, online, r.started)
	}
	if tmpErr != nil {
		return nil, errors.Join(err, tmpErr)
	}
	c.log.Warn("the run is kept in the temporary directory", "run", r.String(), "dir", dir.Path(), "error", err)
	return dir, nil
}

// tempDir is the temporary directory.
func (c *Client) tempDir() string { return first(c.getenv("TMPDIR"), os.TempDir()) }

// runRecord describes the run.
func (r *Run) runRecord(p *plan) *record.Run {
	rec := &record.Run{
		ID: r.id, Entity: r.entity, Project: r.project,
		Config: &record.Config{Update: configItems(r.config.Values())},
		Group:  r.labels.group, JobType: r.labels.jobType, DisplayName: r.labels.name,
		Notes: r.labels.notes, Tags: r.labels.tags,
		SweepID: p.sweep, Host: p.host,
		StartingStep: r.step, StartTime: r.started,
		Resumed: r.resumed, Runtime: int32(r.earlier.Seconds()),
		Forked: p.fork != nil,
	}
	if p.state != nil {
		rec.StorageID = p.state.StorageID
	}
	if p.machine != nil && p.machine.environment.Git != (environment.Git{}) {
		git := p.machine.environment.Git
		rec.Git = &record.Git{RemoteURL: git.Remote, Commit: git.Commit}
	}
	own := r.config.Own.Launch.Entries()
	if b := r.config.Own.Branch; b != nil {
		rec.BranchPoint = &record.BranchPoint{Run: b.RunID, Value: float64(b.Step), Metric: "_step"}
		own["branch_point"] = b // the official sync rewinds by that one, and forks by this one
	}
	if len(own) > 0 {
		if text, err := json.Marshal(own); err == nil {
			rec.Config.Update = append(rec.Config.Update, record.Item{Key: "_wandb", Value: text})
		}
	}
	return rec
}

// configItems are the entries of a JSON object, in order.
func configItems(values json.RawMessage) []record.Item {
	var entries map[string]json.RawMessage
	if json.Unmarshal(values, &entries) != nil {
		return nil
	}
	items := make([]record.Item, 0, len(entries))
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		items = append(items, record.Item{Key: key, Value: entries[key]})
	}
	return items
}

func telemetryRecord(c *runconfig.Config) *record.Telemetry {
	t := &record.Telemetry{CLIVersion: version.Module(), Platform: runconfig.Platform()}
	for _, f := range c.Own.Features() {
		t.Feature = append(t.Feature, int32(f))
	}
	return t
}

// row keeps one row, and now and then the summary.
func (rec *recorder) row(line []byte, layout jsonx.Layout, step int64, now time.Time, summary func() []byte) error {
	err := rec.writer.AppendRow(&record.Row{Line: line, Layout: layout, Step: step})
	if now.Sub(rec.lastSummary) >= summaryEvery {
		rec.lastSummary = now
		err = errors.Join(err, rec.writer.AppendSummaryLine(summary()))
	}
	return err
}

// config keeps the config as it is now.
func (rec *recorder) config(c *runconfig.Config) error {
	return errors.Join(
		rec.writer.Append(&record.Config{Update: configItems(c.Values())}),
		rec.writer.Append(telemetryRecord(c)),
	)
}

// relabel keeps the labels as they are now.
func (rec *recorder) relabel(r *Run) error {
	return rec.writer.Append(&record.Run{
		ID: r.id, Entity: r.entity, Project: r.project, StartTime: r.started,
		Group: r.labels.group, JobType: r.labels.jobType, DisplayName: r.labels.name,
		Notes: r.labels.notes, Tags: r.labels.tags,
	})
}

// finish keeps the end of the run and closes the journal.
func (rec *recorder) finish(r *Run, code int) error {
	return errors.Join(
		rec.writer.Append(telemetryRecord(&r.config)),
		rec.closingSummary(r),
		rec.writer.Append(&record.Exit{Code: int32(code), Runtime: int32(r.seconds()), NotComplete: !r.writer.ends()}),
		rec.writer.Close(),
	)
}

// closingSummary keeps the summary as it is in the end, each key as one value: that
// takes the place of all that was kept of it before, nested values included.
func (rec *recorder) closingSummary(r *Run) error {
	var enc history.Encoder
	var body record.Summary
	whole := r.summary.Snapshot()
	for _, key := range slices.Sorted(maps.Keys(whole)) {
		text, err := enc.AppendValue(nil, whole[key])
		if err != nil || len(text) == 0 { // cannot be: only encodable values are kept
			continue
		}
		body.Update = append(body.Update, record.Item{Key: key, Value: text})
	}
	return rec.writer.Append(&body)
}

// refusal keeps why the server does not have the run.
func (rec *recorder) refusal(cause error) error {
	if cause == nil {
		return nil
	}
	return rec.dir.SaveRefusal(asJSON(cause))
}

// lost reports whether an error says that the record was not kept, as opposed to
// one that tells of trouble while it waits in memory.
func lost(err error) bool {
	return errors.Is(err, journal.ErrLost) || errors.Is(err, journal.ErrTooLarge) || errors.Is(err, journal.ErrDeleted) || errors.Is(err, journal.ErrClosed)
}

// asJSON is the cause for machines.
func asJSON(cause error) json.RawMessage {
	var v any = map[string]string{"error": cause.Error()}
	if p, ok := errors.AsType[*errors.PermissionError](cause); ok {
		v = p
	} else if e, ok := errors.AsType[*errors.RequestError](cause); ok {
		v = e
	}
	text, err := json.Marshal(v)
	if err != nil {
		return json.RawMessage("{}")
	}
	return text
}
