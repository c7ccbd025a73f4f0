package errors

import (
	"cmp"
	"context"
	"strings"
)

// description is what the texts say about a failure.
type description struct {
	// clause is the reason as part of a sentence.
	clause string
	// headline is clause with the operating system's reason; "" if it is clause.
	headline string
	// err is the original error, nil if clause is its text or better than it.
	err error
	// about gives the background; may be "".
	about string
	advice
}

const resumeAllowed = "export WANDB_RESUME=allow"

// describe says what the failure is and what to do.
func (e *RequestError) describe() description {
	d := e.describeCause()
	switch e.sentinel() {
	case ErrRunDeleted, ErrRunExists: // only under another id
	case ErrTypeClash: // it would fail again
	default:
		d.adviseUpload(e.target(), "To upload the data later:")
	}
	return d
}

func (e *RequestError) describeCause() (d description) {
	s, t := e.sentinel(), e.target()
	d.err = e.original()
	switch {
	case e.Cause == nil && Is(e.Err, context.Canceled):
		d.clause = "cancelled by the caller"
	case e.Cause == nil:
		d.clause, d.err = cmp.Or(errorText(e.original(), messageLimit), "request failed"), nil
	default:
		d.clause = inline(e.Cause.Error(), messageLimit)
	}
	switch s {
	case nil:
	case ErrRunDeleted, ErrRunExists:
		e.describeTaken(&d)
	case ErrRunMissing:
		e.describeMissing(&d)
	case ErrSweepMissing:
		d.about = "The response is the same for a sweep that does not exist, one that was deleted, and one that is hidden from this key."
		d.show("Check the entity, the project and the sweep's id. The id is the last part of the sweep's address. To list the project's sweeps:",
			"wandgo sweep ls "+shellWord(e.Entity+"/"+e.Project))
	case ErrRowsExported:
		d.about = "The server has moved rows of this run to Parquet files, and does not return them otherwise."
		d.step("Pass the option api.Parquet to History, with a reader of Parquet files.")
	case ErrMetricLimit:
		d.about = "The server limits how many different metrics one run may have. It accepts no more rows of this run."
		d.step("Log fewer different keys: what changes from row to row, such as a layer or a sample, belongs in a value or " +
			"in a run of its own, not in a key.")
		d.step("If the run needs them all, ask W&B or the server's administrator to raise the limit.")
	case ErrArtifactNotReady:
		d.clause = t.artifactName() + " is not complete on the server yet"
		d.about = "An artifact can be used once all of its files are uploaded and it is committed."
		d.step("If its run is still uploading it, wait and try again.")
		d.show("If the upload has failed, upload it from the disk of the machine that logged it. To see what is not uploaded:", "wandgo ls")
	case ErrDigestMismatch:
		e.describeDigest(&d)
	case ErrTypeClash:
		d.clause = t.artifactName() + " has another type"
		d.about = "All versions of an artifact have the same type."
		if e.Dir != "" {
			d.about += " The type is part of the log, so uploading the run again would fail the same way."
		}
		d.step("Log it again with the type of the existing artifact, or under another name.")
	case ErrRateLimited:
		d.clause = "rate limited until the time for retries ran out"
		d.about = "The server limits requests per project and per user, so other programs count too."
		wait := "a few minutes"
		if e.RetryAfter > 0 {
			wait = e.RetryAfter.String()
		}
		d.step("Wait " + wait + " and try again.")
		d.step("If many runs start at once, start them one after the other. Log less often.")
		d.show("For the limits of W&B's cloud, see:", "https://docs.wandb.ai/models/track/limits")
	case ErrServerUnavailable:
		e.describeUnavailable(&d)
	case ErrWrongBaseURL:
		e.describeBaseURL(&d)
	case ErrSchemaMismatch:
		e.describeSchema(&d)
	case ErrInvalidInput:
		e.describeInput(&d)
	case ErrUnexpectedAnswer:
		d.about = "This is probably a bug in the client, or a change in the server."
		d.show("Write a report without secrets, and attach it to a bug report:", "wandgo doctor --report")
	default:
		d.step(s.Fix())
	}
	return d
}

// describeTaken is about a run whose id cannot be used.
func (e *RequestError) describeTaken(d *description) {
	deleted := e.sentinel() == ErrRunDeleted
	if e.RunID != "" {
		d.clause = strings.Replace(d.clause, "this id", "id "+quotedID(e.RunID), 1)
	}
	d.about = "Resume mode never requires a new run."
	if deleted {
		d.about = "The server reserves the ids of deleted runs forever."
	}
	switch onDisk := e.Op == opSyncRun || e.Dir != ""; {
	case onDisk && e.RunID != "":
		if !deleted {
			d.about = "The server already has other rows for this run, and sync never overwrites rows."
		}
		d.show("To upload the run under a new id:", "wandgo sync --id "+shellWord(e.RunID+"-2")+e.target().directories(" "))
	case deleted:
		d.show("Choose another run id, or none for a random one. If the id comes from the environment:", "unset WANDB_RUN_ID")
	default:
		d.show("To continue the run, or to create it if it does not exist, use resume mode allow:", resumeAllowed)
		d.step("To create a new run, choose another run id, or none for a random one.")
	}
}

// describeMissing is about a run that does not exist or is hidden.
func (e *RequestError) describeMissing(d *description) {
	resumes := e.Op == opResumeRun || e.Op == opRewindRun || e.Op == opCreateRun // or rewinds or forks
	d.step("Check the entity, the project and the run id. The id is the last part of the run's address, not the name shown on its page.")
	if resumes {
		d.about = "Only existing runs can be resumed, rewound or forked."
		d.show("To create the run if it does not exist, use resume mode allow:", resumeAllowed)
	} else {
		d.about = "The response is the same for a run that does not exist, one that was deleted, and one that is hidden from this key."
	}
	switch {
	case e.RunID == "":
	case resumes:
		d.clause = "there is no run with id " + quotedID(e.RunID)
	default:
		d.clause = "the run with id " + quotedID(e.RunID) + " is missing or hidden"
	}
}

// describeDigest is about a file whose content is not what its digest says.
func (e *RequestError) describeDigest(d *description) {
	if e.File != "" {
		d.clause = "the content of " + e.target().fileName() + " does not match its digest"
	}
	if _, reading := e.target().onArtifact(); reading {
		d.about = "The file is damaged in the store, or was damaged during the download. It was discarded."
		d.step("Try again. If another file fails each time, something between this machine and the store changes the content.")
		d.step("If the same file fails again, it is damaged in the store. Log the artifact again.")
		return
	}
	d.about = "The file on disk was changed after its digest was computed. It was not committed."
	d.step("Log the artifact again, and do not change its files until it is uploaded.")
}

// describeSchema is about a server that does not understand a request. Hint says what works there
// if it is known to be too old.
func (e *RequestError) describeSchema(d *description) {
	if e.Hint != "" {
		d.clause = "the server is too old for this"
		d.step("Update the server. If it is not yours, ask its administrator.")
		return
	}
	d.about = "The server is too old or too new for this version of the client."
	if e.Op == opCheckAccess {
		d.about = "A server of another maker may not know the questions. That says nothing about whether it accepts a run."
		d.step("Create the run. The server decides when it is tried.")
	}
	d.show("Update the client:", "go get github.com/wandgo/wandgo@latest")
	d.step("If you run the server yourself, update it.")
}

// describeInput is about a request that the server does not accept as it is.
func (e *RequestError) describeInput(d *description) {
	message := bounded(e.Message)
	switch {
	case e.StatusCode == 413:
		d.clause = "the request is too large"
		d.about = "Trying again unchanged will not help."
		switch e.Op {
		case opUploadRun:
			d.about = "A single row is larger than the limit for a request, so smaller requests do not help."
		case opSyncRun:
			d.about = "A single row, or the config, is larger than the limit for a request."
		}
		if e.Op == opUploadRun || e.Op == opSyncRun {
			d.show("Raise the limit of the proxy. In nginx it is the directive:", "client_max_body_size 16m;")
		} else {
			d.step("Send less at once. When a run is created, most of the request is its config.")
		}
		d.step("If the limit is a proxy's, ask its administrator to raise it for " + e.target().server() + ".")
	case e.Op == opDeleteArtifact && strings.Contains(message, "alias"):
		d.clause = "it has aliases, and DeleteOptions.Aliases is not set"
		d.about = "The server deletes a version that has aliases only if that is requested."
		d.step("To delete the version with its aliases, set artifact.DeleteOptions.Aliases.")
	case e.Op == opRewindRun && strings.Contains(strings.ToLower(message), "running"):
		d.clause = "the run still counts as running"
		d.about = "Its process is still running, or stopped less than five minutes ago without finishing the run."
		d.step("Stop the process that writes the run. If it has stopped already, wait five minutes.")
		d.step("To continue from that step at once, and leave the run as it is, fork it into a new run.")
	case e.StatusCode == 0 && e.Err != nil && e.target().kind() == opChangeSweep: // nothing was sent, because the sweep is over
		id := strings.TrimSuffix(strings.TrimPrefix(e.Op, "change sweep "), " of")
		path := shellWord(e.Entity + "/" + e.Project + "/" + id)
		d.clause, d.err = errorText(e.Err, messageLimit), nil
		d.about = "Agents no longer start trials of it, so there is nothing to pause, stop or cancel."
		d.show("To make it run again:", "wandgo sweep resume "+path)
		d.show("To see its trials:", "wandgo sweep show "+path)
	default:
		d.clause = "the server rejected the input"
		d.about = "The server's message says which value is invalid. Trying again unchanged will not help."
		d.step("Correct the value and try again.")
	}
}
