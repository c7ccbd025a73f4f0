package client

import (
	"context"

	"github.com/wandgo/wandgo/artifact"
	"github.com/wandgo/wandgo/internal/artifacts/download"
	"github.com/wandgo/wandgo/internal/artifacts/draft"
	"github.com/wandgo/wandgo/internal/connection"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/session"
	"github.com/wandgo/wandgo/internal/sink"
)

// ArtifactOptions says how an artifact is logged. The zero value copies its files and gives
// the version the alias "latest".
type ArtifactOptions struct {
	// Aliases are given to the version, beside "latest". The server numbers the versions
	// with aliases of the form vN, such as "v3": these cannot be set.
	Aliases []string
	// Immutable promises that the files of the artifact do not change until they are
	// uploaded. They are not copied then, and a sync reads them from where they are.
	Immutable bool
	// CopyLimit bounds the copies below the run's directory, in bytes: those of this artifact
	// together with those of earlier ones that the server does not have yet. Files written
	// with [artifact.Artifact.Create] count as well. Default: no limit.
	CopyLimit int64
	// Partial adds to a version that other processes add to as well, and does not complete
	// it. It needs [artifact.Artifact].DistributedID.
	Partial bool
	// Input makes the version an input of the run, which only reads it, instead of an
	// output.
	Input bool
}

// LogArtifact stores an artifact: a set of files with a name, of which the server keeps versions.
// It returns once the content is fixed; changing the files later does not matter. For this they
// are hashed, and copied to the run's directory, where they stay until the server has them: if
// this process does not upload them, a sync does. On file systems that can share blocks between
// files, such as Btrfs and XFS, a copy takes no space.
//
// A file of 8 MiB or more is copied but not hashed again if the run logged it before and its
// inode, size and times are the same. It must have been at least a minute old then. This applies
// to ext4, XFS and Btrfs on Linux.
//
// The artifact is part of the run once LogArtifact has returned. If the process is killed before,
// nothing of it is in the log, and wandgo sync does not upload it: log it again. The sync of the
// run deletes the copies that were made.
//
// LogArtifact blocks on the disk, and on the servers of the artifact's references. The upload
// runs in the background; [Upload.Wait] and [Run.Finish] wait for it. If the server refuses the
// artifact, RunOptions.OnLost is called and Finish returns the error. Logging the content of the
// latest version again creates no new version.
//
// It is safe for concurrent use. Versions of one name are uploaded in order.
//
// Errors:
//   - ErrRunFinished after Finish.
//   - a name, type, alias, tag or path that the server refuses, or metadata that is not
//     JSON.
//   - files that cannot be read or copied, or would exceed ArtifactOptions.CopyLimit.
//   - references that cannot be resolved.
func (r *Run) LogArtifact(a *artifact.Artifact, opts ArtifactOptions) (*Upload, error) {
	if a == nil {
		a = &artifact.Artifact{} // has no name, which is an error
	}
	u, err := r.session.LogArtifact(draft.Of(a), session.ArtifactOptions(opts))
	if err != nil {
		return nil, err
	}
	return &Upload{run: r, upload: u, partial: opts.Partial}, nil
}

// Upload is an artifact on its way to the server.
type Upload struct {
	run     *Run
	upload  *sink.ArtifactUpload
	partial bool
}

// Done returns a channel that is closed when the server has the artifact, or will not get it from
// this process.
func (u *Upload) Done() <-chan struct{} { return u.upload.Done() }

// Wait blocks until the server has the artifact, and returns the version that it is: an older
// one if that has the same content. For a part of a distributed version it is nil.
//
// Errors:
//   - the error of ctx; the upload continues.
//   - *errors.PermissionError: the server or its object store refused the artifact.
//   - *errors.RequestError: other failures of a request.
//   - [ErrOffline] for a run that is not online, together with the refusal if the server
//     refused the run. The artifact is in the run's directory, which the text names, for a
//     sync to upload. A run with ModeDisabled stores nothing: the artifact is lost.
//   - a file of the artifact cannot be read any more.
func (u *Upload) Wait(ctx context.Context) (*artifact.Version, error) {
	id, err := u.upload.Wait(ctx)
	if err != nil || u.partial {
		return nil, err
	}
	v, err := download.ByID(ctx, connection.Of(u.run.client), diagnose.OpUseArtifact, id)
	if err == nil {
		err = v.ReadTags(ctx, diagnose.OpUseArtifact)
	}
	if err != nil {
		return nil, err
	}
	return version(v), nil
}
