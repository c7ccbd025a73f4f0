package api

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/jsonx"
	"github.com/wandgo/wandgo/internal/runpath"
)

// Run is a snapshot of a run on the server. Its fields do not change later; [Run.Reload] reads it
// again.
type Run struct {
	// Entity, Project and ID are the run's path.
	Entity, Project, ID string
	// Name is the name shown in the web UI.
	Name                                string
	Notes, Group, JobType, Host, Commit string
	Tags                                []string
	// State is running, finished, failed, crashed, killed, pending, preempting, preempted,
	// or a value that this client does not know.
	State string
	// Sweep is the id of the sweep that the run is part of, or "".
	Sweep string
	// User is the name of the account that the run belongs to.
	User string
	// ReadOnly reports that this key may not change the run.
	ReadOnly bool
	// CreatedAt is when the run was created, and HeartbeatAt is the time of the last request of
	// its process. A time that the server does not return is zero.
	CreatedAt, HeartbeatAt time.Time
	// Rows, EventRows and LogLines are the numbers of history rows, rows of system metrics and
	// console lines.
	Rows, EventRows, LogLines int
	// Config is the config without the client's own part, and Summary the last value of each
	// metric. They are nil if the server's text is not a JSON object; Raw has the text.
	Config, Summary map[string]any
	// Raw has the texts that the server sent, unknown members included.
	Raw RawRun

	api       *API
	storageID string
}

// RawRun has the JSON texts of a run, as the server sent them. They may have NaN and Infinity
// as bare words, which encoding/json does not read.
type RawRun struct{ Config, Summary string }

func (a *API) run(at runpath.Path, n *graphql.StoredRun) *Run {
	r := &Run{
		Entity: at.Entity, Project: at.Project, ID: n.Name,
		Name: gqlclient.Value(n.DisplayName), Notes: gqlclient.Value(n.Notes), Group: gqlclient.Value(n.Group), JobType: gqlclient.Value(n.JobType), Host: gqlclient.Value(n.Host),
		Commit: gqlclient.Value(n.Commit), Tags: n.Tags, State: gqlclient.Value(n.State), Sweep: gqlclient.Value(n.SweepName), ReadOnly: gqlclient.Value(n.ReadOnly),
		CreatedAt: gqlclient.Time(&n.CreatedAt), HeartbeatAt: gqlclient.Time(n.HeartbeatAt),
		Rows: gqlclient.Value(n.HistoryLineCount), EventRows: gqlclient.Value(n.EventsLineCount), LogLines: gqlclient.Value(n.LogLineCount),
		Raw: RawRun{Config: gqlclient.Value(n.Config), Summary: gqlclient.Value(n.SummaryMetrics)},
		api: a, storageID: n.Id,
	}
	if n.User != nil {
		r.User = gqlclient.Value(n.User.Username)
	}
	r.Config = configOf(r.Raw.Config)
	r.Summary, _ = jsonx.ParseObject([]byte(r.Raw.Summary)) // nil, as the field says
	return r
}

// configOf returns the values of a config: {"lr":{"value":0.1}}.
func configOf(text string) map[string]any {
	entries, err := jsonx.ParseObject([]byte(text))
	if err != nil {
		return nil
	}
	delete(entries, "_wandb")
	for key, entry := range entries {
		if wrapper, ok := entry.(map[string]any); ok {
			if value, ok := wrapper["value"]; ok {
				entries[key] = value
			}
		}
	}
	return entries
}

// timeLayout is how the server writes times, in UTC.
const timeLayout = "2006-01-02T15:04:05"

func (r *Run) path() runpath.Path {
	return runpath.Path{Entity: r.Entity, Project: r.Project, ID: r.ID}
}

// Path returns "entity/project/id".
func (r *Run) Path() string { return r.path().String() }

// String names the run.
func (r *Run) String() string { return "run " + r.Path() }

// Reload reads the run again. It blocks until there is a response, and returns the errors of
// [API.Run].
func (r *Run) Reload(ctx context.Context) (*Run, error) {
	return r.api.read(ctx, diagnose.OpReadRun, r.path())
}

// explain is the public error of a request about the run. Asked for the run again, the server
// may show why it was not in the response: the key may have been revoked, for example.
func (r *Run) explain(ctx context.Context, op diagnose.Op, err error) error {
	if !errors.Is(err, errNoRun) {
		return r.api.explain(ctx, op, r.path(), err)
	}
	if _, err := r.api.read(ctx, op, r.path()); err != nil && !errors.Is(err, errors.ErrRunMissing) {
		return err
	}
	return r.api.missingRun(op, r.path(), "it was deleted since it was read, or hidden from this key")
}

// errNoRun stands for a response without the run.
var errNoRun = errors.New("the server shows no such run")

// Row is a row of the history or of the system metrics, by metric. NaN and infinities are
// float64.
type Row map[string]any

// Step returns the row's step, or -1 if it has none.
func (r Row) Step() int64 {
	switch v := r["_step"].(type) {
	case int64:
		return v
	case float64:
		return int64(v)
	}
	return -1
}

// Float returns a metric's value as a float64, and whether the row has a number there.
func (r Row) Float(key string) (float64, bool) {
	switch v := r[key].(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

// finite turns the texts by which a JSON response stands for NaN and infinities into numbers.
func (r Row) finite() {
	for key, value := range r {
		if s, ok := value.(string); ok && slices.Contains([]string{"NaN", "Infinity", "-Infinity"}, s) {
			r[key], _ = jsonx.Parse([]byte(s))
		}
	}
}

// rowsOf reads rows of a response.
func rowsOf[T ~string | ~[]byte](lines []T) ([]Row, error) {
	rows := make([]Row, 0, len(lines))
	var d jsonx.ObjectReader
	for i, line := range lines {
		row, err := d.Read([]byte(line))
		if err != nil {
			return nil, fmt.Errorf("read row %d: %w", i, err)
		}
		rows = append(rows, row)
	}
	return rows, nil
}
