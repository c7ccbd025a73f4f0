package client

import (
	"cmp"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/runconfig"
	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/session"
)

// Shared describes this process as one of several that write a run. It applies to
// [ModeShared] only. Every process of a distributed job calls Init with the same
// RunOptions.ID and logs its own rows, console lines and system metrics. The server keeps
// them apart and shows them together.
//
// Steps given to LogAt are ignored: log a metric such as the epoch, and define it as step
// metric. What a process could not upload stays in its [Run.Dir]; [Client.Sync] adds its
// rows, system metrics and files to the shared run.
//
// One process of the job is the primary one: it uploads the files that describe the whole
// run, and its Finish ends the run. The zero Shared chooses the process of rank 0. The rank
// comes from the environment: RANK, torchrun's GROUP_RANK and LOCAL_RANK,
// OMPI_COMM_WORLD_RANK, PMI_RANK, SLURM_PROCID, or JOB_COMPLETION_INDEX of Kubernetes.
// Without any of them every process is primary, as with the official client: then set
// Primary in all processes, to true in one of them.
type Shared struct {
	// Label names the process in its console lines and system metrics and in
	// output_<label>.log, at most 64 characters without / and \. Default:
	// WANDB_X_LABEL, then the host's name and eight random characters.
	Label string
	// Primary says whether this process uploads wandb-metadata.json, requirements.txt,
	// config.yaml, wandb-summary.json and diff.patch, which exist once in a run. Rows,
	// console lines and system metrics are uploaded in any case. Default:
	// WANDB_X_PRIMARY, then whether the process has rank 0.
	Primary *bool
	// FinishesRun says whether Finish of this process ends the run, with its exit code.
	// Finish of other processes uploads what they have, and the run continues. Default:
	// WANDB_X_UPDATE_FINISH_STATE, then Primary. The official client's default is true:
	// the first process to finish ends the run.
	FinishesRun *bool
}

// share adds to the plan that other processes write the run as well.
func (c *Client) share(p *plan, o Shared) error {
	if p.ID == "" {
		return &errors.InputError{Field: "ID", Rule: "must be given in shared mode, the same to every process: set RunOptions.ID or WANDB_RUN_ID" + session.SuggestedID(c.getenv)}
	}
	if p.fork != nil || p.rewind != nil {
		return &errors.InputError{Field: "ForkFrom and RewindTo", Rule: "cannot be used in shared mode"}
	}
	if p.resume == ResumeNever || p.resume == ResumeAuto {
		return &errors.InputError{Field: "resume", Value: secret.Redact(string(p.resume)), Rule: "must be allow or must in shared mode, in which all processes but the first find a run"}
	}
	s := c.env.Settings.Shared
	w, err := session.NewWriter(cmp.Or(o.Label, s.Label), cmp.Or(o.Primary, s.Primary), cmp.Or(o.FinishesRun, s.FinishesRun), p.Host, c.getenv)
	if err != nil {
		return err
	}
	p.Writer = w
	p.Config.Own.Use(runconfig.FeatureSharedMode)
	p.Config.Own.Use(runconfig.FeatureLabel)
	p.GraphQL = c.env.GraphQL.WithHeader(w.GraphQLHeader())
	return nil
}
