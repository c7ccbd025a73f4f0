package client

import (
	"fmt"
	"slices"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/runconfig"
)

// UpdateConfig adds to the run's config: values is a map with string keys or a
// struct with JSON tags, encoded at once. A key that is set to another value
// already is not changed and named in the error (ErrInvalidInput), as is one that
// cannot be stored; all others are taken. Numbers are compared by value, so that
// what a program sets anew after a resume is the same however the server wrote it.
// The server learns of it within seconds. It is safe for concurrent use and does
// not wait for the network.
func (r *Run) UpdateConfig(values any) error { return r.updateConfig(values, false) }

// OverwriteConfig is [Run.UpdateConfig] where values that are set already change.
func (r *Run) OverwriteConfig(values any) error { return r.updateConfig(values, true) }

func (r *Run) updateConfig(values any, overwrite bool) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return fmt.Errorf("update config of %s: %w", r, errors.ErrRunFinished)
	}
	changed, err := r.config.Update(values, overwrite)
	if changed {
		r.config.Own.Use(runconfig.FeatureConfigItem)
		r.changed(false)
	}
	if err != nil {
		return fmt.Errorf("update config of %s: %w", r, flat{err})
	}
	return nil
}

// Config decodes the config's value of a key into v, as encoding/json does, and
// reports whether there is one. A resumed run has the keys it had before.
func (r *Run) Config(key string, v any) (bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	ok, err := r.config.Get(key, v)
	if err != nil {
		return ok, fmt.Errorf("read config[%q] of %s: %w", key, r, err)
	}
	return ok, nil
}

// changed brings a change of the config, or with relabelled of a label, to disk
// and server. r.mu is held.
func (r *Run) changed(relabelled bool) {
	if r.rec != nil {
		err := r.rec.config(&r.config)
		if relabelled {
			err = errors.Join(err, r.rec.relabel(r))
		}
		r.note(err)
	}
	if r.up != nil {
		r.up.updater.change(relabelled)
	}
}

// SetName changes the name shown in the web UI. Like the other setters it is
// brought to the server within seconds, does not wait for the network, and
// returns an *errors.InputError for what breaks a rule. The empty text is such: a
// server takes it for an unchanged one, so that nothing can be emptied.
func (r *Run) SetName(name string) error {
	return r.setLabel("name", name, func(l *labels) *string { return &l.name }, runconfig.FeatureRunName)
}

// SetNotes changes the run's notes. They cannot be emptied.
func (r *Run) SetNotes(notes string) error {
	return r.setLabel("notes", notes, func(l *labels) *string { return &l.notes })
}

// SetGroup changes the group under which the web UI sorts the run. It cannot be
// emptied.
func (r *Run) SetGroup(group string) error {
	return r.setLabel("group", group, func(l *labels) *string { return &l.group })
}

// SetJobType changes the run's job type, at most 64 characters. It cannot be
// emptied.
func (r *Run) SetJobType(t string) error {
	return r.setLabel("job type", t, func(l *labels) *string { return &l.jobType })
}

func (r *Run) setLabel(field, text string, of func(*labels) *string, features ...runconfig.Feature) error {
	return r.relabel(func(l *labels) error {
		*of(l) = text
		return keptFull(field, text == "")
	}, features...)
}

// SetTags replaces the run's tags. They cannot be emptied: no tags are an
// *errors.InputError.
func (r *Run) SetTags(tags ...string) error {
	return r.relabel(func(l *labels) error {
		l.tags = slices.Clone(tags)
		return keptFull("tags", len(tags) == 0)
	}, runconfig.FeatureRunTags)
}

// AddTags adds tags that the run does not have yet.
func (r *Run) AddTags(tags ...string) error {
	return r.relabel(func(l *labels) error {
		l.tags = slices.Clone(l.tags)
		for _, t := range tags {
			if !slices.Contains(l.tags, t) {
				l.tags = append(l.tags, t)
			}
		}
		return nil
	}, runconfig.FeatureRunTags)
}

// keptFull is the error of a label that was to be emptied.
func keptFull(field string, empty bool) error {
	if !empty {
		return nil
	}
	return &errors.InputError{Field: field, Rule: "cannot be emptied: the server takes nothing for unchanged"}
}

// relabel changes the labels unless the result breaks a rule.
func (r *Run) relabel(change func(*labels) error, features ...runconfig.Feature) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return fmt.Errorf("change %s: %w", r, errors.ErrRunFinished)
	}
	l := r.labels
	err := change(&l)
	if err == nil {
		err = l.check(r.client.settings.Key)
	}
	if err != nil {
		return fmt.Errorf("change %s: %w", r, err)
	}
	r.labels = l
	for _, f := range features {
		r.config.Own.Use(f)
	}
	r.changed(true)
	return nil
}
