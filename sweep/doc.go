// Package sweep searches for good hyperparameters: it creates sweeps, and runs their trials in this
// process or as programs.
//
//	cfg, err := sweep.Load("sweep.yaml")
//	id, err := sweep.Create(ctx, c, cfg) // c is a *client.Client
//	agent := sweep.Agent{Client: c, Sweep: "acme/vision/" + id, Count: 20, Parallel: 2}
//	err = agent.Run(ctx, func(ctx context.Context, run *client.Run) error {
//		lr := run.Config().Float("lr") // the sweep has chosen it, and the run's config has it
//		return train(ctx, run, lr)
//	})
//
// # Who decides
//
// The server chooses the parameters of each trial, and when one is stopped early. Agents on any
// number of machines ask it for trials; a sweep created here can be run by the official client's
// agents, and the reverse. A run that is started by hand with WANDB_SWEEP_ID is part of the sweep as
// well. The folder examples/distributed has agents for Kubernetes and Slurm.
//
// Without a server that schedules, [Local] chooses the parameters itself, with a directory that the
// processes of a machine share.
//
// # Trials
//
// A trial is a run with the parameters in its config, where the program cannot change them. It is
// finished when its function returns: as failed if that returns an error or panics. If the server
// stops a trial, the context of its function ends. A server that cannot be reached stops no trial;
// what the run logs waits on disk as with any run.
package sweep
