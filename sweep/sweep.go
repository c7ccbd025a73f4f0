package sweep

import (
	"cmp"
	"context"
	"iter"
	"log/slog"
	"strings"
	"time"

	"github.com/wandgo/wandgo/api"
	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/connection"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/runpath"
	"github.com/wandgo/wandgo/internal/settings"
)

// State is the state of a sweep. A server may have others.
type State string

// The states.
const (
	// Pending sweeps have had no agent yet.
	Pending State = "PENDING"
	// Running sweeps have trials for agents.
	Running State = "RUNNING"
	// Paused sweeps have no new trials until they are resumed.
	Paused State = "PAUSED"
	// Finished sweeps have no new trials.
	Finished State = "FINISHED"
	// Canceled sweeps have no new trials, and the running ones are stopped.
	Canceled State = "CANCELED"
)

// Sweep is a snapshot of a sweep on the server. Its fields do not change later.
type Sweep struct {
	Entity, Project, ID string
	Name, Description   string
	Method              Method
	State               State
	// Config is the config in YAML. [Parse] reads it.
	Config string
	// Runs is how many runs the sweep has, and Expected how many it will have, 0 if unknown.
	Runs, Expected int
	// Best is the best value of the metric so far, or nil before the first.
	Best *float64
	// CreatedAt is zero if the server does not return it.
	CreatedAt time.Time

	storageID string
	client    *client.Client
}

// Path returns "entity/project/id".
func (s *Sweep) Path() string { return s.at().String() }

func (s *Sweep) at() runpath.Path {
	return runpath.Path{Entity: s.Entity, Project: s.Project, ID: s.ID}
}

// URL returns the address of the sweep's page.
func (s *Sweep) URL() string {
	return settings.ProjectURL(connection.Of(s.client).Settings.AppURL, s.Entity, s.Project) + "/sweeps/" + s.ID
}

// Create creates a sweep and returns its id. See [New].
func Create(ctx context.Context, c *client.Client, cfg *Config) (string, error) {
	s, err := New(ctx, c, cfg)
	if err != nil {
		return "", err
	}
	return s.ID, nil
}

// New creates a sweep. The server's warnings about the config go to the client's
// logger, and so do keys of parameters that are not known here. It blocks until there is a response.
//
// Errors:
//   - *errors.InputError, or several joined: the config is invalid. No request was made.
//   - *errors.PermissionError: the server refused; it says why.
//   - *errors.RequestError: other failures, with ErrInvalidInput if the server does not accept the
//     config.
//   - the error of ctx.
func New(ctx context.Context, c *client.Client, cfg *Config) (*Sweep, error) {
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	text, err := cfg.YAML()
	if err != nil {
		return nil, err
	}
	conn := connection.Of(c)
	at := runpath.Path{Entity: cmp.Or(cfg.Entity, conn.Settings.Entity.Text), Project: cmp.Or(cfg.Project, conn.Settings.Project.Text)}
	if err := settings.CheckNames(conn.Settings.Key,
		settings.Named{Field: "entity", Text: at.Entity, Check: settings.CheckEntity},
		settings.Named{Field: "project", Text: at.Project, Check: settings.CheckProject}); err != nil {
		return nil, err
	}
	if err := checkKey(c, diagnose.OpCreateSweep, at); err != nil {
		return nil, err
	}
	resp, err := graphql.UpsertSweep(ctx, conn.GraphQL, graphql.UpsertSweepInput{
		EntityName: gqlclient.Optional(at.Entity), ProjectName: &at.Project, Config: new(string(text)),
		Description: gqlclient.Optional(cfg.Description), DisplayName: gqlclient.Optional(cfg.Name),
	})
	if err != nil {
		return nil, explain(ctx, c, diagnose.OpCreateSweep, at, err)
	}
	if resp.UpsertSweep == nil || resp.UpsertSweep.Sweep == nil {
		return nil, failed(c, diagnose.OpCreateSweep, at, errors.ErrUnexpectedAnswer, errors.New("the response has no sweep"))
	}
	for _, w := range append(doubts("parameters", cfg.Parameters), resp.UpsertSweep.ConfigValidationWarnings...) {
		conn.Log.Warn("sweep config", slog.String("warning", w))
	}
	made := resp.UpsertSweep.Sweep
	at.ID = made.Name
	if made.Project != nil {
		at.Project, at.Entity = made.Project.Name, made.Project.Entity.Name
	}
	return read(ctx, c, at)
}

// Get returns a sweep: "entity/project/id", "project/id", "id", or the address of its page. It blocks
// until there is a response.
//
// Errors:
//   - *errors.InputError: the path is invalid. No request was made.
//   - *errors.RequestError that matches ErrSweepMissing: the server shows no such sweep.
//   - *errors.PermissionError: the server refused, or shows no such project.
//   - *errors.RequestError: other failures.
//   - the error of ctx.
func Get(ctx context.Context, c *client.Client, path string) (*Sweep, error) {
	at, err := locate(c, path)
	if err != nil {
		return nil, err
	}
	return read(ctx, c, at)
}

// locate reads the path of a sweep. What it lacks comes from the client's settings.
func locate(c *client.Client, path string) (runpath.Path, error) {
	at, err := runpath.Sweep(path)
	s := connection.Of(c).Settings
	at.Entity, at.Project = cmp.Or(at.Entity, s.Entity.Text), cmp.Or(at.Project, s.Project.Text)
	return at, err
}

func read(ctx context.Context, c *client.Client, at runpath.Path) (*Sweep, error) {
	if err := checkKey(c, diagnose.OpReadSweep, at); err != nil {
		return nil, err
	}
	resp, err := graphql.ReadSweep(ctx, connection.Of(c).GraphQL, gqlclient.Optional(at.Entity), &at.Project, at.ID)
	if err == nil && resp.Project == nil {
		err = diagnose.ErrNoProject
	}
	if err != nil {
		return nil, explain(ctx, c, diagnose.OpReadSweep, at, err)
	}
	at.Entity, at.Project = cmp.Or(resp.Project.EntityName, at.Entity), cmp.Or(resp.Project.Name, at.Project)
	if resp.Project.Sweep == nil {
		return nil, failed(c, diagnose.OpReadSweep, at, errors.ErrSweepMissing, nil)
	}
	return sweepOf(c, at, resp.Project.Sweep), nil
}

func sweepOf(c *client.Client, at runpath.Path, n *graphql.StoredSweep) *Sweep {
	return &Sweep{
		Entity: at.Entity, Project: at.Project, ID: n.Name, Method: Method(n.Method), State: State(n.State), Config: n.Config,
		Name: gqlclient.Value(n.DisplayName), Description: gqlclient.Value(n.Description), CreatedAt: gqlclient.Time(&n.CreatedAt),
		Runs: n.RunCount, Expected: gqlclient.Value(n.RunCountExpected), Best: n.BestLoss, storageID: n.Id, client: c,
	}
}

// List lists the sweeps of a project: "entity/project" or "project", with the client's entity by
// default. It blocks while a page is read. Its errors are those of [Get], but
// for ErrSweepMissing.
func List(ctx context.Context, c *client.Client, project string) iter.Seq2[*Sweep, error] {
	at, err := runpath.Project(project)
	if err == nil {
		at.Entity = cmp.Or(at.Entity, connection.Of(c).Settings.Entity.Text)
		err = checkKey(c, diagnose.OpListSweeps, at)
	}
	if err != nil {
		return func(yield func(*Sweep, error) bool) { yield(nil, err) }
	}
	return gqlclient.Pages(func(cursor *string) (p gqlclient.Page[*Sweep], err error) {
		resp, err := graphql.ListSweeps(ctx, connection.Of(c).GraphQL, gqlclient.Optional(at.Entity), &at.Project, cursor, api.DefaultPageSize)
		if err == nil && resp.Project == nil {
			err = diagnose.ErrNoProject
		}
		if err != nil {
			return p, explain(ctx, c, diagnose.OpListSweeps, at, err)
		}
		page := resp.Project.Sweeps
		if page == nil {
			return p, nil
		}
		for _, e := range page.Edges {
			p.Items, p.Next = append(p.Items, sweepOf(c, at, &e.Node)), e.Cursor
		}
		p.More = page.PageInfo.HasNextPage && len(page.Edges) > 0
		return p, nil
	})
}

// Trials lists the sweep's runs. q.Filter is applied in addition. Its errors are those of [api.API.Runs].
func (s *Sweep) Trials(ctx context.Context, q api.Query) iter.Seq2[*api.Run, error] {
	q.Filter = api.And(api.Property("sweep").Eq(s.ID), q.Filter)
	return api.New(s.client).Runs(ctx, s.Entity+"/"+s.Project, q)
}

// BestTrial returns the run with the best value of the metric, nil if no run has one. It blocks until
// there is a response. Its errors are those of [Sweep.Trials], and an *errors.InputError if the config
// names no metric.
func (s *Sweep) BestTrial(ctx context.Context) (*api.Run, error) {
	cfg, err := Parse([]byte(s.Config))
	if cfg == nil || cfg.Metric.Name == "" {
		return nil, errors.Join(&errors.InputError{Field: "sweep config", Rule: "names no metric"}, err)
	}
	order := "summary." + cfg.Metric.Name
	if cfg.Metric.Goal == Maximize {
		order = "-" + order
	}
	for run, err := range s.Trials(ctx, api.Query{Filter: api.Summary(cfg.Metric.Name).Exists(), Order: order, PageSize: 1}) {
		return run, err
	}
	return nil, nil //nolint:nilnil // no run has a value, as the comment says
}

// Pause makes agents wait instead of starting trials. Running trials continue.
func (s *Sweep) Pause(ctx context.Context) error {
	return s.become(ctx, Paused)
}

// Resume ends a pause, or restarts a finished sweep. A grid then tries the points again whose runs were
// deleted, as those of failed trials may be.
func (s *Sweep) Resume(ctx context.Context) error {
	return s.become(ctx, Running)
}

// Stop ends the sweep: agents stop after their current trials.
func (s *Sweep) Stop(ctx context.Context) error {
	return s.become(ctx, Finished)
}

// Cancel ends the sweep and stops its running trials.
func (s *Sweep) Cancel(ctx context.Context) error {
	return s.become(ctx, Canceled)
}

// become changes the state. It reads the current state first: a sweep that is over can only run again.
// It blocks until there is a response.
//
// Errors:
//   - *errors.RequestError that matches ErrInvalidInput: the sweep is over.
//   - those of [Get].
func (s *Sweep) become(ctx context.Context, state State) error {
	now, err := read(ctx, s.client, s.at())
	if err != nil {
		return err
	}
	over := now.State == Finished || now.State == Canceled
	if over && state != Running && state != now.State {
		return failed(s.client, diagnose.OpChangeSweep, s.at(), errors.ErrInvalidInput, errors.New("it is over: "+strings.ToLower(string(now.State))))
	}
	_, err = graphql.UpsertSweep(ctx, connection.Of(s.client).GraphQL, graphql.UpsertSweepInput{
		Id: &now.storageID, EntityName: gqlclient.Optional(s.Entity), ProjectName: &s.Project, State: new(string(state)),
	})
	if err != nil {
		return explain(ctx, s.client, diagnose.OpChangeSweep, s.at(), err)
	}
	return nil
}
