package session

import (
	"fmt"
	"slices"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/runconfig"
	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/settings"
	"github.com/wandgo/wandgo/internal/sink"
)

// Labels are the settings of a run that can change while it is running, beside its
// config.
type Labels struct {
	Name, Notes    string
	Group, JobType string
	Tags           []string
}

// Check checks the labels against the server's rules.
func (l *Labels) Check(key secret.Key) error {
	err := settings.CheckNames(key, settings.Named{Field: "name", Text: l.Name, Check: settings.CheckName},
		settings.Named{Field: "group", Text: l.Group, Check: settings.CheckGroup},
		settings.Named{Field: "job type", Text: l.JobType, Check: settings.CheckJobType},
		settings.Named{Field: "notes", Text: l.Notes, Check: settings.CheckNotes})
	if err != nil {
		return err
	}
	for _, tag := range l.Tags {
		if err := settings.CheckHoldsNoKey(key, "tag", tag); err != nil {
			return err
		}
		if err := settings.CheckTag(tag); err != nil {
			return err
		}
	}
	return nil
}

// Describe puts the labels into the description of a run.
func (l *Labels) Describe(rec *record.Run) {
	rec.DisplayName, rec.Notes = l.Name, l.Notes
	rec.Group, rec.JobType, rec.Tags = l.Group, l.JobType, l.Tags
}

// Labels returns the labels as they are.
func (s *Session) Labels() Labels {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.labels
	l.Tags = slices.Clone(l.Tags)
	return l
}

// Relabel changes the labels, unless the result breaks a rule.
func (s *Session) Relabel(change func(*Labels) error, features ...runconfig.Feature) error {
	return s.change("change %s", func() error {
		l := s.labels
		err := change(&l)
		if err == nil {
			err = l.Check(s.env.Settings.Key)
		}
		if err != nil {
			return err
		}
		s.labels = l
		for _, f := range features {
			s.config.Own.Use(f)
		}
		s.putConfig()
		rec := &record.Run{ID: s.plan.ID, Entity: s.plan.Entity, Project: s.plan.Project, StartTime: s.plan.Started}
		l.Describe(rec)
		_ = s.sink.Put(rec)
		return nil
	})
}

// UpdateConfig changes the config. Keys that have another value already are changed
// only with overwrite.
func (s *Session) UpdateConfig(values any, overwrite bool) error {
	return s.change("update config of %s", func() error {
		changed, err := s.config.Update(values, overwrite)
		if changed {
			s.config.Own.Use(runconfig.FeatureConfigItem)
			s.putConfig()
		}
		return err
	})
}

// Config decodes a value of the config.
func (s *Session) Config(key string, v any) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ok, err := s.config.Get(key, v)
	if err != nil {
		return ok, fmt.Errorf("read config[%q] of %s: %w", key, s, err)
	}
	return ok, nil
}

// Use records that the run uses a feature.
func (s *Session) Use(f runconfig.Feature) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errors.ErrRunFinished
	}
	s.config.Own.Use(f)
	return nil
}

// putConfig stores the config as it is. s.mu is held. The sink reports trouble.
func (s *Session) putConfig() {
	_ = s.sink.Put(&record.Config{Update: configItems(s.config.Values())})
	_ = s.sink.Put(s.telemetry())
}

// settingsInput is the request that sends the settings to the server. It has only what
// may have changed, so that other writers' changes stay.
func (s *Session) settingsInput(labels bool) graphql.UpsertBucketInput {
	s.mu.Lock()
	defer s.mu.Unlock()
	rec := &record.Run{ID: s.plan.ID, Entity: s.plan.Entity, Project: s.plan.Project}
	if labels {
		s.labels.Describe(rec)
	}
	return sink.Upsert(rec, s.config.Wire(), "")
}
