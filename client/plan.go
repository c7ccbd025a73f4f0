package client

import (
	"cmp"
	"math"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/environment"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/resume"
	"github.com/wandgo/wandgo/internal/runconfig"
	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/session"
	"github.com/wandgo/wandgo/internal/settings"
	"github.com/wandgo/wandgo/internal/sink"
)

// plan is a run before it exists: the options with the environment's filled in.
type plan struct {
	session.Plan
	mode         string
	resume       Resume                 // how to treat a run of this id that exists
	fork, rewind *runconfig.BranchPoint // where to start from; nil for the beginning
	warnings     []string               // about what was dropped
}

// plan resolves and validates the options. It makes no request.
func (c *Client) plan(opts RunOptions) (*plan, error) {
	s := c.env.Settings
	opts, warnings := c.inSweep(opts)
	p := &plan{
		Plan: session.Plan{
			Entity:  cmp.Or(opts.Entity, s.Entity.Text),
			Project: cmp.Or(opts.Project, s.Project.Text),
			ID:      cmp.Or(opts.ID, s.RunID.Text),
			Labels: session.Labels{
				Name:    cmp.Or(opts.Name, s.Name.Text),
				Group:   cmp.Or(opts.Group, s.Group.Text),
				JobType: cmp.Or(opts.JobType, s.JobType.Text),
				Notes:   cmp.Or(opts.Notes, s.Notes.Text),
				Tags:    slices.Clone(opts.Tags),
			},
			Started:       time.Now(),
			OnLost:        opts.OnLost,
			StatsInterval: opts.StatsInterval,
			Sources:       sourcesOf(opts.MetricSources),
			Sweep:         cmp.Or(opts.Trial.Sweep, s.Sweep.Text),
			Program:       cmp.Or(s.Program, os.Args[0]),
			Host:          s.Host,
			GraphQL:       c.env.GraphQL,
		},
		mode:     cmp.Or(string(opts.Mode), s.Mode.Text),
		resume:   Resume(cmp.Or(string(opts.Resume), s.Resume.Text)),
		warnings: warnings,
	}
	if p.Past = !opts.Started.IsZero(); p.Past {
		p.Started = opts.Started
	}
	if notes := strings.ReplaceAll(p.Labels.Notes, "\x00", ""); notes != p.Labels.Notes {
		p.Labels.Notes = notes // the server's database cannot store them
		p.warnings = append(p.warnings, "the NUL characters in the notes were dropped")
	}
	if p.Labels.Tags == nil {
		p.Labels.Tags = slices.Clone(s.Tags)
	}
	if p.Host == "" {
		p.Host, _ = os.Hostname() // what cannot be found out stays empty
	}
	if s.Machine.NoInfo {
		p.Host = ""
	}
	if err := p.branch(opts, s.Key); err != nil {
		return nil, err
	}
	if err := p.check(s.Key); err != nil {
		return nil, c.from(opts, err)
	}
	if p.mode == settings.ModeShared {
		if err := c.share(p, opts.Shared); err != nil {
			return nil, c.from(opts, err)
		}
	}
	if err := p.configure(opts, s); err != nil {
		return nil, err
	}
	p.OnFinished = func(clean bool) {
		if clean && p.mode != settings.ModeDisabled {
			resume.Forget(s.RunRoot())
		}
		if c.ownedByRun {
			_ = c.Close()
		}
	}
	if p.mode != settings.ModeDisabled {
		m := s.Machine
		p.SaveDiff = (opts.SaveDiff || m.SaveDiff) && !m.NoCode && !m.NoGit && !m.NoInfo && p.Writer.Describes()
		p.Machine = session.DescribeMachine(s, c.env.Log, p.Writer, environment.ThisProcess(c.environ(), p.Started))
		p.Config.Own.Environments = p.Machine.Config(nil)
	}
	c.chooseID(p)
	p.Resume = p.resume != "" && p.resume != ResumeNever
	return p, nil
}

// branch reads the options that start a run from a step of another, or of itself.
func (p *plan) branch(opts RunOptions, key secret.Key) error {
	given := 0
	for _, option := range []string{string(p.resume), opts.ForkFrom.String(), opts.RewindTo.String()} {
		if option != "" {
			given++
		}
	}
	if given > 1 {
		return &errors.InputError{Field: "Resume, ForkFrom and RewindTo", Rule: "exclude each other"}
	}
	if p.resume == ResumeMust && p.ID == "" {
		return &errors.InputError{Field: "run id", Rule: "is required by resume mode must; set RunOptions.ID or WANDB_RUN_ID"}
	}
	var err error
	if p.fork, err = opts.ForkFrom.moment("ForkFrom", key); err != nil {
		return err
	}
	if p.rewind, err = opts.RewindTo.moment("RewindTo", key); err != nil {
		return err
	}
	switch {
	case p.fork != nil:
		if p.fork.RunID == p.ID {
			return opts.ForkFrom.invalid("ForkFrom", "must name another run than the new one")
		}
		p.Forked, p.State = true, &resume.State{Step: p.fork.Step + 1}
	case p.rewind != nil:
		p.ID = cmp.Or(p.ID, p.rewind.RunID)
		if p.rewind.RunID != p.ID {
			return opts.RewindTo.invalid("RewindTo", "must name the run itself")
		}
		p.State = &resume.State{Step: p.rewind.Step + 1}
	}
	return nil
}

// moment is the step as the server is asked for it, nil for the zero RunStep.
func (s RunStep) moment(field string, key secret.Key) (*runconfig.BranchPoint, error) {
	switch {
	case s == (RunStep{}):
		return nil, nil //nolint:nilnil // no step is given
	case s.RunID == "":
		return nil, s.invalid(field, "must name a run")
	case s.Step < 0, s.Step == math.MaxInt64:
		return nil, s.invalid(field, "must have a step from 0 on")
	}
	if err := checkNames(key, "", "", s.RunID); err != nil {
		in, _ := errors.AsType[*errors.InputError](err)
		return nil, &errors.InputError{Field: field, Value: secret.Redact(in.Value), Rule: in.Rule}
	}
	return &runconfig.BranchPoint{RunID: s.RunID, Step: s.Step}, nil
}

func (s RunStep) invalid(field, rule string) error {
	return &errors.InputError{Field: field, Value: secret.Redact(s.String()), Rule: rule}
}

// check finds what cannot be right before any request. key must be in none of it.
func (p *plan) check(key secret.Key) error {
	switch p.mode {
	case settings.ModeOnline, settings.ModeOffline, settings.ModeDisabled, settings.ModeShared, "":
	default:
		return &errors.InputError{Field: "mode", Value: secret.Redact(p.mode), Rule: "must be online, offline, disabled or shared"}
	}
	switch p.resume {
	case "", ResumeAllow, ResumeMust, ResumeNever, ResumeAuto:
	default:
		return &errors.InputError{Field: "resume", Value: secret.Redact(string(p.resume)), Rule: "must be allow, must, never or auto"}
	}
	err := checkNames(key, p.Entity, p.Project, p.ID)
	if err != nil {
		return err
	}
	return p.Labels.Check(key)
}

// withoutReserved turns the errors of reserved keys of the config into warnings. from is the
// file that has them, "" for the options.
func (p *plan) withoutReserved(from string, err error) error {
	reserved, rest := runconfig.SplitReserved(err)
	for _, in := range reserved {
		text := in.Field + " is reserved and was dropped"
		if from != "" {
			text = in.Field + " of " + from + " is reserved and was dropped"
		}
		p.warnings = append(p.warnings, text)
	}
	return rest
}

// configure puts the config together and notes what the run makes use of.
func (p *plan) configure(opts RunOptions, s *settings.Settings) error {
	_, err := p.Config.Update(opts.Config, false)
	if err := p.withoutReserved("", err); err != nil {
		return err
	}
	if err := p.readConfigFiles(s, opts); err != nil {
		return err
	}
	own := &p.Config.Own
	own.UseIf(runconfig.FeatureInitName, p.Labels.Name != "")
	own.UseIf(runconfig.FeatureInitID, p.ID != "" && p.rewind == nil)
	own.UseIf(runconfig.FeatureInitTags, p.Labels.Tags != nil)
	own.UseIf(runconfig.FeatureInitConfig, len(opts.Config) > 0)
	own.UseIf(runconfig.FeatureOffline, p.mode == settings.ModeOffline)
	own.UseIf(runconfig.FeatureFork, p.fork != nil)
	own.UseIf(runconfig.FeatureRewind, p.rewind != nil)
	own.Launch = s.Launch
	own.Branch = cmp.Or(p.fork, p.rewind)
	return nil
}

func (p *plan) question(op diagnose.Op) diagnose.Question {
	return diagnose.Question{Op: op, Entity: p.Entity, Project: p.Project, RunID: p.ID}
}

// upsert is the request that creates the run. Empty settings are omitted, so
// that the server keeps or chooses.
func (p *plan) upsert() graphql.UpsertBucketInput {
	rec := &record.Run{ID: p.ID, Entity: p.Entity, Project: p.Project, SweepID: p.Sweep, Host: p.Host}
	if p.Machine != nil {
		git := p.Machine.Git()
		rec.Git = &git
	}
	if p.State != nil {
		rec.StorageID = p.State.StorageID
	}
	p.Labels.Describe(rec)
	return sink.Upsert(rec, p.Config.Wire(), p.Program)
}

// checkNames applies the rules for names, before any request.
func checkNames(key secret.Key, entity, project, runID string) error {
	return settings.CheckNames(key, settings.Named{Field: "entity", Text: entity, Check: settings.CheckEntity},
		settings.Named{Field: "project", Text: project, Check: settings.CheckProject},
		settings.Named{Field: "run id", Text: runID, Check: settings.CheckRunID})
}
