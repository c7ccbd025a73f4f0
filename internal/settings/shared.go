package settings

// Shared has the settings of one of several processes that write one run.
type Shared struct {
	// Label names the process (WANDB_X_LABEL). LabelSource is its source.
	Label, LabelSource string
	// Primary is set if this process describes the machine for the run
	// (WANDB_X_PRIMARY); nil if it is not set.
	Primary *bool
	// FinishesRun is set if this process reports the exit code to the server
	// (WANDB_X_UPDATE_FINISH_STATE); nil if it is not set.
	FinishesRun *bool
}

// resolveShared resolves the settings of one of several writers.
func (r *resolver) resolveShared() {
	s := &r.settings.Shared
	label := r.nonEmpty(setting{env: hidden("x_label"), file: "x_label"})
	s.Label, s.LabelSource = label.Text, label.Source
	s.Primary = r.optionalBool("x_primary")
	s.FinishesRun = r.optionalBool("x_update_finish_state")
}

// optionalBool resolves a switch, nil if it is not set.
func (r *resolver) optionalBool(name string) *bool {
	v := r.nonEmpty(setting{env: hidden(name), file: name})
	if v.Text == "" {
		return nil
	}
	return new(r.parseBool(v))
}
