package settings

// Launch names the queue that a launched run came from, for the web UI.
type Launch struct {
	// QueueName, QueueEntity and TraceID are WANDB_LAUNCH_QUEUE_NAME,
	// WANDB_LAUNCH_QUEUE_ENTITY and WANDB_LAUNCH_TRACE_ID.
	QueueName, QueueEntity, TraceID string
}

// launch resolves the variables that the agent of a queue sets.
func (r *resolver) launch() Launch {
	get := func(env, file string) string {
		return r.nonEmpty(setting{env: []string{env}, file: file}).Text
	}
	return Launch{
		QueueName:   get("WANDB_LAUNCH_QUEUE_NAME", "launch_queue_name"),
		QueueEntity: get("WANDB_LAUNCH_QUEUE_ENTITY", "launch_queue_entity"),
		TraceID:     get("WANDB_LAUNCH_TRACE_ID", "launch_trace_id"),
	}
}
