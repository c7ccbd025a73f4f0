package client

import (
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/resume"
	"github.com/wandgo/wandgo/internal/runconfig"
	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/settings"
)

// plan is a run before it exists: the options with the environment's filled in.
type plan struct {
	mode            string
	entity, project string
	id              string
	labels          labels
	sweep           string
	host, program   string
	launch          settings.Launch
	config          runconfig.Config
	started         time.Time
	onLost          func(error)
	stats           time.Duration
	sources         []MetricSource
	saveDiff        bool
	machine         *machine // nil for a disabled run
	writer          *writer  // nil unless others write the run as well
	graphql         *gqlclient.Client

	resume       string         // how to treat a run of this id that exists
	fork, rewind *resume.Moment // where to start from; nil for the beginning
	state        *resume.State  // where the run stands; nil for a new one
	resumed      bool           // the run exists and is gone on with
}

// labels are the settings of a run that can change while it goes on.
type labels struct {
	name, notes    string
	group, jobType string
	tags           []string
}

// The resume modes.
const (
	resumeAllow = "allow"
	resumeMust  = "must"
	resumeNever = "never"
	resumeAuto  = "auto"
)

// plan resolves and validates the options. It makes no request.
func (c *Client) plan(opts RunOptions) (*plan, error) {
	s := c.settings
	p := &plan{
		mode:    first(opts.Mode, s.Mode.Text),
		entity:  first(opts.Entity, s.Entity.Text),
		project: first(opts.Project, s.Project.Text),
		id:      first(opts.ID, s.RunID.Text),
		labels: labels{
			name:    first(opts.Name, s.Name.Text),
			group:   first(opts.Group, s.Group.Text),
			jobType: first(opts.JobType, s.JobType.Text),
			notes:   first(opts.Notes, s.Notes.Text),
			tags:    slices.Clone(opts.Tags),
		},
		started: time.Now(),
		onLost:  opts.OnLost,
		stats:   opts.StatsInterval,
		sources: opts.MetricSources,
		sweep:   s.Sweep.Text,
		launch:  s.Launch,
		program: first(s.Program, os.Args[0]),
		host:    s.Host,
		graphql: c.graphql,
		resume:  first(opts.Resume, s.Resume.Text),
	}
	if p.labels.tags == nil {
		p.labels.tags = slices.Clone(s.Tags)
	}
	if p.host == "" {
		p.host, _ = os.Hostname() // what cannot be found out stays empty
	}
	if s.Machine.NoInfo {
		p.host = ""
	}
	if err := p.branch(opts); err != nil {
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
	if p.mode != settings.ModeDisabled {
		m := s.Machine
		p.saveDiff = (opts.SaveDiff || m.SaveDiff) && !m.NoCode && !m.NoGit && !m.NoInfo && p.writer.describes()
		p.machine = c.lookAround(p)
		p.config.Own.Environments = p.machine.config(nil)
	}
	c.settleID(p)
	return p, nil
}

// branch reads the options that start a run from another's step.
func (p *plan) branch(opts RunOptions) error {
	given := 0
	for _, s := range []string{p.resume, opts.ForkFrom, opts.RewindTo} {
		if s != "" {
			given++
		}
	}
	if given > 1 {
		return &errors.InputError{Field: "Resume, ForkFrom and RewindTo", Rule: "exclude each other"}
	}
	if opts.ForkFrom != "" {
		m, err := resume.ParseMoment(opts.ForkFrom)
		if err != nil {
			return &errors.InputError{Field: "ForkFrom", Value: secret.Redact(opts.ForkFrom), Rule: err.Error()}
		}
		if m.RunID == p.id {
			return &errors.InputError{Field: "ForkFrom", Value: secret.Redact(opts.ForkFrom), Rule: "must name another run than the new one"}
		}
		p.fork, p.state = &m, m.After()
	}
	if opts.RewindTo != "" {
		m, err := resume.ParseMoment(opts.RewindTo)
		if err != nil {
			return &errors.InputError{Field: "RewindTo", Value: secret.Redact(opts.RewindTo), Rule: err.Error()}
		}
		if p.id == "" {
			p.id = m.RunID
		}
		if m.RunID != p.id {
			return &errors.InputError{Field: "RewindTo", Value: secret.Redact(opts.RewindTo), Rule: "must name the run itself"}
		}
		p.rewind, p.state = &m, m.After()
	}
	return nil
}

// check finds what cannot be right before any request. key must be in none of it.
func (p *plan) check(key secret.Key) error {
	switch p.mode {
	case settings.ModeOnline, settings.ModeOffline, settings.ModeDisabled, settings.ModeShared, "":
	default:
		return &errors.InputError{Field: "mode", Value: secret.Redact(p.mode), Rule: "must be online, offline, disabled or shared"}
	}
	switch p.resume {
	case "", resumeAllow, resumeMust, resumeNever, resumeAuto:
	default:
		return &errors.InputError{Field: "resume", Value: secret.Redact(p.resume), Rule: "must be allow, must, never or auto"}
	}
	err := checkNames(key, named{"entity", p.entity, settings.CheckEntity}, named{"project", p.project, settings.CheckProject},
		named{"run id", p.id, settings.CheckRunID})
	if err != nil {
		return err
	}
	return p.labels.check(key)
}

func (l *labels) check(key secret.Key) error {
	err := checkNames(key, named{"name", l.name, settings.CheckName}, named{"group", l.group, settings.CheckGroup},
		named{"job type", l.jobType, settings.CheckJobType}, named{"notes", l.notes, settings.CheckNotes})
	if err != nil {
		return err
	}
	for _, tag := range l.tags {
		if err := settings.CheckHoldsNoKey(key, "tag", tag); err != nil {
			return err
		}
		if err := settings.CheckTag(tag); err != nil {
			return err
		}
	}
	return nil
}

// configure puts the config together and notes what the run makes use of.
func (p *plan) configure(opts RunOptions, s *settings.Settings) error {
	if _, err := p.config.Update(opts.Config, false); err != nil {
		return err
	}
	if err := readConfigFiles(&p.config, s); err != nil {
		return err
	}
	for _, f := range []struct {
		feature runconfig.Feature
		used    bool
	}{
		{runconfig.FeatureInitName, p.labels.name != ""},
		{runconfig.FeatureInitID, p.id != "" && p.rewind == nil},
		{runconfig.FeatureInitTags, p.labels.tags != nil},
		{runconfig.FeatureInitConfig, len(opts.Config) > 0},
		{runconfig.FeatureOffline, p.mode == settings.ModeOffline},
		{runconfig.FeatureFork, p.fork != nil},
		{runconfig.FeatureRewind, p.rewind != nil},
	} {
		if f.used {
			p.config.Own.Use(f.feature)
		}
	}
	p.config.Own.Launch = runconfig.Launch(p.launch)
	if p.fork != nil {
		p.config.Own.Branch = &runconfig.BranchPoint{RunID: p.fork.RunID, Step: p.fork.Step}
	}
	if p.rewind != nil {
		p.config.Own.Branch = &runconfig.BranchPoint{RunID: p.rewind.RunID, Step: p.rewind.Step}
	}
	return nil
}

func (p *plan) question() diagnose.Question {
	return diagnose.Question{Op: diagnose.OpCreateRun, Entity: p.entity, Project: p.project, RunID: p.id}
}

// upsert is the request that creates the run. Empty settings are left out, so
// that the server keeps or chooses.
func (p *plan) upsert() graphql.UpsertBucketInput {
	in := graphql.UpsertBucketInput{
		Name:       &p.id,
		ModelName:  optional(p.project),
		EntityName: optional(p.entity),
		Sweep:      optional(p.sweep),
		Host:       optional(p.host),
		JobProgram: optional(p.program),
		Config:     new(string(p.config.Wire())),
	}
	if p.machine != nil {
		git := p.machine.environment.Git
		in.Commit, in.JobRepo = optional(git.Commit), optional(git.Remote)
	}
	if p.state != nil {
		in.Id = optional(p.state.StorageID)
	}
	p.labels.describe(&in)
	return in
}

// describe puts the labels into a request.
func (l *labels) describe(in *graphql.UpsertBucketInput) {
	in.DisplayName = optional(l.name)
	in.GroupName = optional(l.group)
	in.JobType = optional(l.jobType)
	in.Notes = optional(l.notes)
	for _, t := range l.tags {
		in.Tags = append(in.Tags, new(t))
	}
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// where names the place of a run in logs.
func (p *plan) where() string { return fmt.Sprintf("%s/%s/%s", p.entity, p.project, p.id) }
