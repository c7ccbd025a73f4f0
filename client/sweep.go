package client

import "strings"

// inSweep returns the options of a run that is a trial of a sweep (WANDB_SWEEP_ID). The
// agent chooses where the trial belongs, and the program's own choice is ignored, as
// by the official client: the run would be outside of its sweep. warnings say so. An agent
// in this process chooses by the options.
func (c *Client) inSweep(opts RunOptions) (in RunOptions, warnings []string) {
	if c.env.Settings.Sweep.Text == "" || opts.Trial.Sweep != "" {
		return opts, nil
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
		warnings = append(warnings, strings.Join(ignored, ", ")+" of RunOptions are ignored in a sweep, whose agent chooses them")
	}
	return opts, warnings
}
