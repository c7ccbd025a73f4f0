package client

import (
	"slices"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/runconfig"
	"github.com/wandgo/wandgo/internal/session"
)

// UpdateConfig adds to the run's config. values is a map with string keys or a struct
// with JSON tags, and is encoded at once. The server gets the change within seconds. It
// does not block on the network and is safe for concurrent use.
//
// A key that has another value already is not changed. Numbers are compared by value:
// a resumed program can set the same config again, however the server wrote it.
//
// Errors:
//   - ErrInvalidInput: the keys that the error names are set already, or cannot be
//     stored. All others were accepted.
//   - ErrRunFinished after Finish.
func (r *Run) UpdateConfig(values any) error { return r.session.UpdateConfig(values, false) }

// OverwriteConfig is [Run.UpdateConfig] that also changes keys that have a value.
func (r *Run) OverwriteConfig(values any) error { return r.session.UpdateConfig(values, true) }

// Config returns the run's config, to be read. A resumed run has the keys it had before, and
// a trial of a sweep has the parameters that were chosen for it.
func (r *Run) Config() RunConfig { return RunConfig{r.session} }

// SetName changes the name shown in the web UI. As with the other setters, the server gets the
// change within seconds, and the call does not block on the network. The error is an
// *errors.InputError for an invalid value, or ErrRunFinished. An empty name is invalid: the
// server reads it as unchanged, so a label cannot be emptied.
func (r *Run) SetName(name string) error {
	return r.setLabel("name", name, func(l *session.Labels) *string { return &l.Name }, runconfig.FeatureRunName)
}

// SetNotes changes the run's notes. They cannot be emptied.
func (r *Run) SetNotes(notes string) error {
	return r.setLabel("notes", notes, func(l *session.Labels) *string { return &l.Notes })
}

// SetGroup changes the group under which the web UI sorts the run. It cannot be
// emptied.
func (r *Run) SetGroup(group string) error {
	return r.setLabel("group", group, func(l *session.Labels) *string { return &l.Group })
}

// SetJobType changes the run's job type, at most 64 characters. It cannot be
// emptied.
func (r *Run) SetJobType(t string) error {
	return r.setLabel("job type", t, func(l *session.Labels) *string { return &l.JobType })
}

func (r *Run) setLabel(field, text string, of func(*session.Labels) *string, features ...runconfig.Feature) error {
	return r.session.Relabel(func(l *session.Labels) error {
		*of(l) = text
		return notEmptied(field, text == "")
	}, features...)
}

// SetTags replaces the run's tags. They cannot be emptied: no tags are an
// *errors.InputError.
func (r *Run) SetTags(tags ...string) error {
	return r.session.Relabel(func(l *session.Labels) error {
		l.Tags = slices.Clone(tags)
		return notEmptied("tags", len(tags) == 0)
	}, runconfig.FeatureRunTags)
}

// AddTags adds tags that the run does not have yet.
func (r *Run) AddTags(tags ...string) error {
	return r.session.Relabel(func(l *session.Labels) error {
		l.Tags = slices.Clone(l.Tags)
		for _, t := range tags {
			if !slices.Contains(l.Tags, t) {
				l.Tags = append(l.Tags, t)
			}
		}
		return nil
	}, runconfig.FeatureRunTags)
}

// notEmptied is the error of a label that was to be emptied.
func notEmptied(field string, empty bool) error {
	if !empty {
		return nil
	}
	return &errors.InputError{Field: field, Rule: "cannot be emptied: the server takes nothing for unchanged"}
}
