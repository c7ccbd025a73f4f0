package settings

// Shared is what the environment says of this process among several that write
// one run.
type Shared struct {
	// Label names the process (WANDB_X_LABEL), and LabelSource where it came from.
	Label, LabelSource string
	// Primary describes the machine for the run (WANDB_X_PRIMARY); nil if that is
	// not said.
	Primary *bool
	// FinishesRun tells the server how the run ended
	// (WANDB_X_UPDATE_FINISH_STATE); nil if that is not said.
	FinishesRun *bool
}

// resolveShared resolves what is said of one of several writers.
func (r *resolver) resolveShared() {
	s := &r.settings.Shared
	label := r.nonEmpty(setting{env: hidden("x_label"), file: "x_label"})
	s.Label, s.LabelSource = label.Text, label.Source
	s.Primary = r.optionalBool("x_primary")
	s.FinishesRun = r.optionalBool("x_update_finish_state")
}

// optionalBool is a switch that is nil where nobody has set it.
func (r *resolver) optionalBool(name string) *bool {
	v := r.nonEmpty(setting{env: hidden(name), file: name})
	if v.Text == "" {
		return nil
	}
	return new(r.parseBool(v))
}
