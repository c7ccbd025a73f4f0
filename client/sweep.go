package client

import "strings"

// inSweep returns the options of a run that is a trial of a sweep (WANDB_SWEEP_ID). The
// agent chooses where the trial belongs, and the program's own choice is ignored, as
// by the official client: the run would be outside of its sweep.
func (c *Client) inSweep(opts RunOptions) RunOptions {
	if c.settings.Sweep.Text == "" {
		return opts
	}
	var ignored []string
	for _, o := range []struct {
		name  string
		value *string
	}{{"Entity", &opts.Entity}, {"Project", &opts.Project}, {"ID", &opts.ID}} {
		if *o.value != "" {
			ignored = append(ignored, o.name)
			*o.value = ""
		}
	}
	if len(ignored) > 0 {
		c.log.Warn("options are ignored in a sweep, whose agent chooses them", "options", strings.Join(ignored, ", "), "sweep", c.settings.Sweep.Text)
	}
	return opts
}
