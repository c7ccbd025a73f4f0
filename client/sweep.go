package client

import "strings"

// inSweep returns the options of a run that is a trial of a sweep (WANDB_SWEEP_ID). The
// agent chooses where the trial belongs, and the program's own choice is ignored, as
// by the official client: the run would be outside of its sweep. warnings say so if the two
// differ. An agent in this process chooses by the options.
func (c *Client) inSweep(opts RunOptions) (in RunOptions, warnings []string) {
	agent := c.env.Settings
	if agent.Sweep.Text == "" || opts.Trial.Sweep != "" {
		return opts, nil
	}
	var ignored []string
	for _, o := range []struct {
		name  string
		value *string
		agent string
	}{
		{"Entity", &opts.Entity, agent.Entity.Text}, {"Project", &opts.Project, agent.Project.Text}, {"ID", &opts.ID, agent.RunID.Text},
	} {
		if *o.value != "" && *o.value != o.agent {
			ignored = append(ignored, "RunOptions."+o.name)
		}
		*o.value = ""
	}
	if len(ignored) > 0 {
		warnings = append(warnings, "set by the sweep's agent, so ignored here: "+strings.Join(ignored, ", "))
	}
	return opts, warnings
}
