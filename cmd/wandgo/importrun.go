package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/smallfile"
	"github.com/wandgo/wandgo/internal/tfevents"
)

// tensorBoardImport is one import.
type tensorBoardImport struct {
	app     *app
	out     *syncOutput
	options client.RunOptions // of every run
	root    string            // the directory of the runs on this disk
	entity  string            // where the runs go, as far as it is known without the server
	project string
	dryRun  bool
	writes  *client.Client // writes the runs
	uploads *client.Client
	runs    []*importedRun
	logs    []string // directories of the runs to upload
}

// importedRun is the outcome of one directory.
type importedRun struct {
	Dir      string            `json:"dir"`
	Name     string            `json:"name"`
	RunID    string            `json:"runId"`
	Outcome  string            `json:"outcome"`
	Log      string            `json:"log"`
	Rows     int64             `json:"rows"`
	Replaced int               `json:"replacedEvents"`
	Skipped  map[string]int    `json:"skippedValues"`
	Damage   []string          `json:"damage"`
	Damaged  int               `json:"damagedParts"`
	Warnings []string          `json:"warnings"`
	Upload   *client.SyncedRun `json:"upload"`

	restarted bool // a program was started again in the directory
}

// Outcomes of a directory.
const (
	importWritten = "written"
	importPresent = "present"
	importPlanned = "planned"
	importEmpty   = "empty"
)

// runID is the id of the run of a directory, the same whenever it is imported, and another
// one for what was trained in the same place later, or on another machine.
func runID(dir *tfevents.Dir, contents *tfevents.Contents) string {
	sum := sha256.Sum256([]byte(dir.Path + "\x00" + contents.Training))
	return "tb" + hex.EncodeToString(sum[:5])
}

// runName is the path below the imported directory, or the name of that one.
func runName(dir *tfevents.Dir) string {
	if dir.Name == "." {
		return filepath.Base(dir.Path)
	}
	return path.Clean(dir.Name)
}

// importEnv hides from the imported runs what describes this process: they took place
// elsewhere.
func importEnv(get func(string) string) func(string) string {
	return func(name string) string {
		switch name = strings.Replace(name, "WANDB__", "WANDB_X_", 1); name {
		case "WANDB_X_DISABLE_META", "WANDB_X_DISABLE_MACHINE_INFO", "WANDB_X_DISABLE_STATS", "WANDB_DISABLE_GIT":
			return "true"
		case "WANDB_CONSOLE":
			return "off"
		case "WANDB_RESUME", "WANDB_SWEEP_ID", "WANDB_SWEEP_PARAM_PATH", "WANDB_CONFIG_PATHS", "WANDB_NOTES", "WANDB_RUN_NOTES",
			"WANDB_LAUNCH_QUEUE_NAME", "WANDB_LAUNCH_QUEUE_ENTITY", "WANDB_LAUNCH_TRACE_ID":
			return ""
		}
		return get(name)
	}
}

// one writes the run of a directory, unless an earlier import left it on this disk.
func (t *tensorBoardImport) one(ctx context.Context, dir *tfevents.Dir, r *importedRun) error {
	t.out.reading(r.Name, 0)
	contents, err := dir.Scan(ctx)
	if err != nil {
		return err
	}
	r.RunID = runID(dir, contents)
	r.Damage, r.Damaged, r.restarted = contents.Damage, contents.Damaged, contents.Restarted
	if t.dryRun {
		r.Outcome = importPlanned
		err = contents.Rows(ctx, func(row tfevents.Row) error {
			if len(row.Values) > 0 {
				r.Rows++
			}
			return nil
		})
	} else {
		var earlier []*client.SyncedRun
		if earlier, err = t.earlier(ctx, r.RunID); err != nil {
			return err
		}
		for _, log := range earlier {
			if whole(log) && imported(log.Dir) == t.digest(contents) {
				r.Outcome, r.Log, r.Rows = importPresent, log.Dir, log.Rows
				t.logs = append(t.logs, log.Dir)
				return nil
			}
		}
		r.Outcome = importWritten
		if err := t.write(ctx, contents, r); err != nil {
			return err
		}
		if r.Log != "" {
			t.logs = append(t.logs, r.Log)
		}
		for _, log := range earlier {
			// The new log has the rows of the earlier ones, which are not being written.
			if log.Outcome == client.SyncPlanned && log.Rows <= r.Rows {
				err = errors.Join(err, os.RemoveAll(log.Dir))
			}
		}
	}
	r.Replaced, r.Skipped = contents.Replaced, contents.Skipped
	if r.Rows == 0 {
		r.Outcome = importEmpty
	}
	return err
}

// whole reports whether an import wrote a log to its end.
func whole(log *client.SyncedRun) bool {
	return log.Err == nil && !log.Crashed && log.ExitCode != nil && *log.ExitCode == 0
}

// importedFile is beside a log, and has the digest of what was imported.
const importedFile = "imported.sha256"

// imported returns that digest, "" if the import did not end.
func imported(dir string) string {
	digest, err := smallfile.Read(filepath.Join(dir, importedFile))
	if err != nil {
		return ""
	}
	return string(digest)
}

// digest identifies what is imported: the records, and what the flags say of the run.
func (t *tensorBoardImport) digest(contents *tfevents.Contents) string {
	o := &t.options
	sum := sha256.Sum256([]byte(strings.Join(append([]string{contents.Digest, o.Group, o.JobType}, o.Tags...), "\x00")))
	return hex.EncodeToString(sum[:])
}

// earlier returns the logs that earlier imports of a run into the same project left on this
// disk.
func (t *tensorBoardImport) earlier(ctx context.Context, id string) ([]*client.SyncedRun, error) {
	entries, err := os.ReadDir(t.root)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var logs []*client.SyncedRun
	for _, entry := range entries {
		if !strings.HasPrefix(entry.Name(), "offline-run-") || !strings.Contains(entry.Name(), "-"+id) {
			continue
		}
		dir := filepath.Join(t.root, entry.Name())
		report, err := t.uploads.Sync(ctx, []string{dir}, client.SyncOptions{DryRun: true, IncludeSynced: true})
		if ctx.Err() != nil {
			return nil, err
		}
		if report == nil { // the directory has no log
			continue
		}
		for i := range report.Runs {
			// One for another place is not touched.
			if log := &report.Runs[i]; log.Entity == t.entity && log.Project == t.project {
				logs = append(logs, log)
			}
		}
	}
	return logs, nil
}

// write writes the run. What was written is removed if that fails.
func (t *tensorBoardImport) write(ctx context.Context, contents *tfevents.Contents, r *importedRun) (err error) {
	if contents.Started.IsZero() {
		return contents.Rows(ctx, func(tfevents.Row) error { return nil })
	}
	o := t.options
	o.ID, o.Name, o.Mode, o.Started, o.StatsInterval = r.RunID, r.Name, client.ModeOffline, contents.Started, -1
	run, err := t.writes.Init(ctx, o)
	if err != nil {
		return err
	}
	media, err := os.MkdirTemp("", "wandgo-import-")
	if err == nil {
		err = run.DefineMetric("*", client.MetricOptions{StepMetric: globalStep})
	}
	if err == nil {
		w := &rowWriter{run: run, dir: media, warned: make(map[string]bool), result: r, started: contents.Started}
		err = contents.Rows(ctx, func(row tfevents.Row) error {
			t.out.reading(r.Name, r.Rows)
			return w.write(row)
		})
	}
	_ = os.RemoveAll(media)
	if finished := run.Finish(context.WithoutCancel(ctx)); err == nil {
		err = finished
	}
	if err == nil {
		err = smallfile.Write(filepath.Join(run.Dir(), importedFile), []byte(t.digest(contents)))
	}
	if r.Log = run.Dir(); err != nil || r.Rows == 0 {
		err = errors.Join(err, os.RemoveAll(r.Log))
		r.Log = ""
	}
	return err
}

// match adds the uploads to the runs. If the server has rows that a restart of the program replaced, the error says so.
func (t *tensorBoardImport) match(report *client.SyncReport) {
	if report == nil {
		return
	}
	for _, r := range t.runs {
		for i := range report.Runs {
			if report.Runs[i].Dir != r.Log || r.Log == "" {
				continue
			}
			r.Upload = &report.Runs[i]
			if failed, ok := errors.AsType[*errors.RequestError](r.Upload.Err); ok && r.replaced() {
				failed.Hint = "the program was started again at an earlier step, and replaced rows that were imported before"
			}
		}
	}
}

// replaced reports whether the upload failed because a program that was started again replaced rows that are on the
// server.
func (r *importedRun) replaced() bool {
	return r.restarted && r.Upload != nil && errors.Is(r.Upload.Err, errors.ErrRunExists)
}

// adviseRestarts says how to go on with directories in which uploaded rows were replaced.
func (t *tensorBoardImport) adviseRestarts() {
	p := &printer{w: t.app.stderr}
	for _, r := range t.runs {
		if r.replaced() {
			p.printf("\n")
			p.hanging("", "", "If more will be written to "+printable(r.Dir)+", rename it and import it under the new name instead: "+
				"a run's id is derived from the path, and later imports continue the run of the new one.")
			return
		}
	}
}

// done prints the line of a directory, and notes below it.
func (t *tensorBoardImport) done(r *importedRun) {
	if t.out.silent {
		return
	}
	t.out.erase()
	text := counted(r.Rows, "row")
	switch r.Outcome {
	case importEmpty:
		text = "no values"
	case importPresent:
		text += " on this disk from an earlier import"
	case importPlanned:
		text += ", run " + r.RunID
	}
	t.out.hanging(fmt.Sprintf("%-8s ", r.Outcome), strings.Repeat(" ", 9), printable(r.Name)+": "+text)
	for _, note := range r.notes() {
		t.out.hanging("         "+t.out.style.Yellow("- "), "           ", printable(note))
	}
}

// notes say what of the directory is missing.
func (r *importedRun) notes() []string {
	notes := slices.Clone(r.Damage)
	if more := r.Damaged - len(r.Damage); more > 0 {
		notes = append(notes, "and "+counted(more, "more damaged part"))
	}
	if r.Replaced > 0 {
		notes = append(notes, counted(r.Replaced, "event")+" from before a restart left out")
	}
	for _, kind := range sortedKeys(r.Skipped) {
		notes = append(notes, "skipped: "+kind+" ("+counted(r.Skipped[kind], "value")+")")
	}
	return append(notes, r.Warnings...)
}
