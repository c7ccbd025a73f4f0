package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/rundir"
	"github.com/wandgo/wandgo/internal/sink"
	"github.com/wandgo/wandgo/internal/syncrun"
	"github.com/wandgo/wandgo/internal/term"
)

var lsCommand = command{
	name: "ls", args: "[path ...] [--json]",
	summary: "list the runs on this disk and what is uploaded",
	long: `
Lists the runs on this disk, of wandgo and of the official client: how they
ended and whether they are uploaded. If the server refused a run, shows the
cause. Reads every log completely; sends nothing.

A path is a log (run-ID.wandb), the directory of a run, or a directory of runs.
Without paths, lists the runs in the directory "wandb" of the settings, and in
the temporary directories that are used if that one cannot be written.

Flags:
  --json  print one JSON document: a list of runs (path, dir, runId, name,
          entity, project, started, rows, state, exitCode, synced, marked,
          rowsUploaded, artifacts, artifactsUploaded, refused, bytes,
          damagedParts, writer, error)

STATE:
  finished, failed  the log has an exit code
  running           the process is alive or, if that is unknown, the log
                    changed within the last five minutes
  crashed           the log ends without an exit code
  unreadable        the log cannot be read

UPLOAD:
  synced            the server of the settings has acknowledged the whole run,
                    with its files and artifacts
  marked            only a mark of the official client says so. It leaves the
                    mark after failed uploads too
  N rows, none      the server has N rows, or none
  N rows or more    N rows are recorded on this disk; the server may have a few
                    more of a run that is running or crashed
  unknown           not recorded on this disk
  any other value   the code of the cause if the server refused the run

The exit status is 33 if a path does not exist or has no run.

The columns in a pipe (see wandgo help): state, upload, id, name, project,
start, number of rows, size, directory.

NAME and PROJECT are those on the server if the run was uploaded, else those in
the log.

Examples:
  wandgo ls
  wandgo ls --json | jq -r '.[] | select(.synced | not) | .dir'
`,
	run: runLs,
}

// listed is a run in the JSON of ls.
type listed struct {
	Path     string     `json:"path"`
	Dir      string     `json:"dir"`
	RunID    string     `json:"runId"`
	Name     string     `json:"name"`
	Entity   string     `json:"entity"`
	Project  string     `json:"project"`
	Started  *time.Time `json:"started"`
	Rows     int64      `json:"rows"`
	State    string     `json:"state"`
	ExitCode *int32     `json:"exitCode"`
	// Synced reports whether the server has acknowledged the whole run, Marked
	// whether the official client's mark says so.
	Synced bool `json:"synced"`
	Marked bool `json:"marked"`
	// RowsUploaded is how many rows the server has according to this disk, null if
	// nothing is recorded. The server may have more of a run without an exit code.
	RowsUploaded *int64 `json:"rowsUploaded"`
	// Artifacts is how many artifacts the run logged, ArtifactsUploaded how many of them
	// the server has according to this disk, null if nothing is recorded.
	Artifacts         int64  `json:"artifacts"`
	ArtifactsUploaded *int64 `json:"artifactsUploaded"`
	Refused           string `json:"refused"`
	Bytes             int64  `json:"bytes"`
	DamagedParts      int64  `json:"damagedParts"`
	Writer            string `json:"writer"`
	Error             string `json:"error"`

	behind bool   // the server may have more than RowsUploaded
	dir    string // the argument for sync and inspect: the directory, or the log if several share it
}

func runLs(ctx context.Context, a *app, c command, args []string) error {
	set := c.flags()
	asJSON := set.Bool("json", false, "")
	paths, err := a.parsePaths(c, set, args)
	if err != nil {
		return err
	}
	find, given := syncrun.Find, len(paths) > 0
	resolved, err := a.settings()
	if err == nil && !given {
		paths, find = a.runRoots(resolved), syncrun.FindIn
	}
	if err != nil {
		return err
	}
	logs, err := find(paths...)
	if err != nil && (given || !syncrun.NoRuns(err)) {
		return err
	}
	runs := []listed{}
	for _, l := range logs {
		if ctx.Err() != nil {
			return exitCode(exitInterrupted)
		}
		runs = append(runs, list(l, resolved.BaseURL.Text))
	}
	if *asJSON {
		err = encodeJSON(a.stdout, runs)
	} else {
		err = a.listRuns(runs, paths, given)
	}
	return failed("list the runs", err)
}

// list describes one log and its upload.
func list(l *syncrun.Log, server string) listed {
	r := listed{
		Path: l.Path, Dir: l.Dir.Path(), RunID: l.Dir.RunID(), Bytes: l.Size, Writer: l.Producer, State: "unreadable",
		Synced: l.Acknowledged(sink.Target{BaseURL: server}), Marked: l.Dir.Synced(),
	}
	if l.Err != nil {
		r.Error = l.Err.Error()
		return r
	}
	s, err := syncrun.Read(l)
	if err != nil {
		r.Error = err.Error()
	}
	r.Rows, r.DamagedParts, r.Artifacts = s.Rows, s.SkippedTotal, s.Artifacts
	if run := s.Run; run != nil {
		r.RunID, r.Name, r.Entity, r.Project = run.ID, run.DisplayName, run.Entity, run.Project
		if !run.StartTime.IsZero() {
			r.Started = &run.StartTime
		}
	}
	switch {
	case s.Exit == nil && l.InUse(false):
		r.State = "running"
	case s.Exit == nil:
		r.State = "crashed"
	case s.Exit.Code == 0:
		r.State, r.ExitCode = "finished", &s.Exit.Code
	default:
		r.State, r.ExitCode = "failed", &s.Exit.Code
	}
	note, noted := l.Dir.LoadUploaded()
	if noted && note.BaseURL == server {
		r.Name, r.Entity, r.Project = cmp.Or(note.Name, r.Name), cmp.Or(note.Entity, r.Entity), cmp.Or(note.Project, r.Project)
	}
	switch {
	case r.Synced:
		r.RowsUploaded, r.ArtifactsUploaded = &r.Rows, &r.Artifacts
	case noted && note.BaseURL == server:
		r.RowsUploaded, r.ArtifactsUploaded = &note.History, new(int64(len(note.Artifacts)))
		// A process notes its progress every few seconds. A sync notes the id of the run.
		r.behind = s.Exit == nil && note.StorageID == ""
	case l.Dir.Offline() && !r.Marked:
		r.RowsUploaded, r.ArtifactsUploaded = new(int64), new(int64)
	}
	if !r.Synced {
		r.Refused = refusedCode(l.Dir)
	}
	return r
}

// refusedCode is the code of the cause why the server refused the run, "" if it did
// not.
func refusedCode(dir *rundir.Dir) string {
	var reason struct {
		Cause string `json:"cause"`
	}
	text := dir.LoadRefusal()
	if text == nil || json.Unmarshal(text, &reason) != nil {
		return ""
	}
	return reason.Cause
}

// listRuns prints the runs, and below a table what to know about them and how to upload the rest. In a
// pipe, what is wrong with a run goes to stderr.
func (a *app) listRuns(runs []listed, paths []string, given bool) error {
	number := plain
	if a.interactive() {
		number = plaintext.Grouped
	}
	rows := make([][]string, len(runs))
	inDir := make(map[string]int)
	for i := range runs {
		inDir[runs[i].Dir]++
	}
	var missing []string
	for i := range runs {
		r := &runs[i]
		r.dir = relative(r.Dir)
		if inDir[r.Dir] > 1 {
			r.dir = relative(r.Path)
		}
		started := ""
		if r.Started != nil {
			started = a.time(*r.Started)
		}
		rows[i] = []string{r.State, r.upload(number), r.RunID, r.Name, strings.Trim(r.Entity+"/"+r.Project, "/"), started, number(r.Rows), a.size(r.Bytes), r.dir}
		if !a.interactive() {
			continue
		}
		for k, text := range rows[i] {
			rows[i][k] = cmp.Or(text, "-")
		}
		if !r.Synced && !r.Marked && r.State != "running" && r.Error == "" && !r.onlyClash() {
			missing = append(missing, r.dir)
		}
	}
	err := a.list([]column{
		{title: "STATE"},
		{title: "UPLOAD"},
		{title: "RUN", optional: 2}, // the directory has it too
		{title: "NAME", optional: 4},
		{title: "PROJECT", optional: 5},
		{title: "STARTED", optional: 3},
		{title: "ROWS", right: true},
		{title: "SIZE", right: true, optional: 1},
		{title: "DIRECTORY", whole: true},
	}, rows, "No runs in "+strings.Join(paths, ", ")+".")
	p := a.printer(true)
	p.err = err
	if !a.interactive() {
		p.w = a.stderr
	}
	for i := range runs {
		p.flaws(&runs[i])
	}
	if len(missing) > 0 {
		p.toUpload(missing, paths, given)
	}
	return p.err
}

// onlyClash reports whether all that the server lacks is one artifact of another type: an
// upload would fail again.
func (r *listed) onlyClash() bool {
	return r.Refused == errors.Code(errors.ErrTypeClash) && r.RowsUploaded != nil && *r.RowsUploaded >= r.Rows &&
		r.ArtifactsUploaded != nil && *r.ArtifactsUploaded+1 >= r.Artifacts
}

// flaws prints what is wrong with a run.
func (p *printer) flaws(r *listed) {
	path := printable(relative(r.Path))
	if r.Error != "" {
		p.printf("%s: %s\n", path, printable(r.Error))
	}
	if r.DamagedParts > 0 {
		p.printf("%s: damaged; see wandgo inspect --summary\n", path)
	}
	if r.ArtifactsUploaded != nil && *r.ArtifactsUploaded < r.Artifacts && r.State != "running" {
		p.printf("%s: %d of %s not uploaded", path, r.Artifacts-*r.ArtifactsUploaded, counted(r.Artifacts, "artifact"))
		if r.onlyClash() {
			p.printf(": its name has another type on the server. Log it again under another name")
		}
		p.printf("\n")
	}
}

// toUpload prints the command that uploads the missing runs.
func (p *printer) toUpload(missing, paths []string, given bool) {
	command, arguments := []string{"wandgo sync"}, missing
	switch {
	case given:
		arguments = paths
	case len(missing) > maxDirs:
		arguments = nil // sync looks in the same directories
	}
	for _, path := range arguments {
		command = append(command, plaintext.ShellPath(path))
	}
	lead, text := "To upload "+counted(len(missing), "run")+":", strings.Join(command, " ")
	if p.width > 0 && term.Width(lead+" "+text) > p.columns() { // only what is copied may be longer
		p.printf("\n%s\n\n    %s\n", lead, text)
		return
	}
	p.printf("\n%s %s\n", lead, text)
}

// upload says how much is uploaded. number writes the number of rows.
func (r *listed) upload(number func(int64) string) string {
	switch {
	case r.Synced:
		return "synced"
	case r.Refused != "":
		return r.Refused
	case r.Marked:
		return "marked"
	case r.RowsUploaded == nil, *r.RowsUploaded == 0 && r.behind:
		return "unknown"
	case *r.RowsUploaded == 0:
		return "none"
	}
	text := number(*r.RowsUploaded) + " row"
	if *r.RowsUploaded != 1 {
		text += "s"
	}
	if r.behind {
		text += " or more"
	}
	return text
}

// size writes a number of bytes with a unit.
func size(n int64) string {
	f, unit := float64(n), "B"
	for _, next := range []string{"kB", "MB", "GB", "TB"} {
		if f < 1000 {
			break
		}
		f, unit = f/1000, next
	}
	if unit == "B" || f >= 100 {
		return fmt.Sprintf("%.0f %s", f, unit)
	}
	return fmt.Sprintf("%.1f %s", f, unit)
}
