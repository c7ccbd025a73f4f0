package client

import (
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/settings"
)

// from adds to an error about one of a run's settings where the setting came
// from: the option, if it is given, else what the settings remember.
func (c *Client) from(opts RunOptions, err error) error {
	in, ok := errors.AsType[*errors.InputError](err)
	if !ok {
		return err
	}
	s := c.env.Settings
	for _, o := range []struct {
		field, option string
		given         bool
		source        string
	}{
		{"entity", "RunOptions.Entity", opts.Entity != "", s.Entity.Source},
		{"project", "RunOptions.Project", opts.Project != "", s.Project.Source},
		{"run id", "RunOptions.ID", opts.ID != "", s.RunID.Source},
		{"name", "RunOptions.Name", opts.Name != "", s.Name.Source},
		{"group", "RunOptions.Group", opts.Group != "", s.Group.Source},
		{"job type", "RunOptions.JobType", opts.JobType != "", s.JobType.Source},
		{"notes", "RunOptions.Notes", opts.Notes != "", s.Notes.Source},
		{"tag", "RunOptions.Tags", opts.Tags != nil, s.TagsSource},
		{"mode", "RunOptions.Mode", opts.Mode != "", s.Mode.Source},
		{"resume", "RunOptions.Resume", opts.Resume != "", s.Resume.Source},
		{"label", "RunOptions.Shared.Label", opts.Shared.Label != "", s.Shared.LabelSource},
	} {
		switch {
		case o.field != in.Field:
		case o.given:
			return settings.From(o.option, err)
		default:
			return settings.From(o.source, err)
		}
	}
	return err
}
