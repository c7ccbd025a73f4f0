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
	label := r.nonEmpty("x_label")
	s.Label, s.LabelSource = label.Text, label.Source
	s.Primary = r.optionalBool(r.nonEmpty("x_primary"))
	s.FinishesRun = r.optionalBool(r.nonEmpty("x_update_finish_state"))
}
